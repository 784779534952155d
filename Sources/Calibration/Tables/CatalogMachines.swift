public import Catalog
import Domain
private import Quantities

/// The machines of a catalogue: its accelerators in the nodes they usually stand in.
public struct CatalogMachines: MachineResolver {
  private let catalog: Catalog

  public init(_ catalog: Catalog = .standard) { self.catalog = catalog }

  /// The machine behind a measured table's label, such as `H100-SXM-80GB`; what a page adds in
  /// brackets, such as `H800 (NVLink ~160 GB/s)`, does not matter.
  public func machine(named label: String) -> MachineProfile? {
    let plain = String(label.prefix { $0 != "(" })
    guard let entry = catalog.accelerator(label) ?? catalog.accelerator(plain) else { return nil }
    let node = catalog.defaultNode(of: entry)
    return MachineProfile(
      accelerator: entry.accelerator,
      linkRate: node?.intraNode.bandwidth.bytesPerSecond ?? 0,
      networkRate: node?.interNode.bandwidth.bytesPerSecond ?? 0,
      acceleratorsPerNode: node?.acceleratorsPerNode ?? 1)
  }

  public func nearestName(to label: String) -> String? {
    Catalog.nearest(to: label, in: catalog.accelerators)
  }
}
