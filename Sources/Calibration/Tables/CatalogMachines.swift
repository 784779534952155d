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
    Catalog.nearest(to: label, in: catalog.accelerators) ?? leastEdited(label)
  }

  /// The id that the fewest edits make of `label`, for labels that resemble none.
  private func leastEdited(_ label: String) -> String? {
    let wanted = Array(label.lowercased().utf8.prefix(64))
    return catalog.accelerators.map(\.id).min { left, right in
      Self.edits(wanted, Array(left.utf8)) < Self.edits(wanted, Array(right.utf8))
    }
  }

  /// The least number of insertions, deletions and replacements (Levenshtein, 1965).
  private static func edits(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var row = Array(0...right.count)
    for (i, a) in left.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, b) in right.enumerated() {
        let replaced = diagonal + (a == b ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
      }
    }
    return row[right.count]
  }
}
