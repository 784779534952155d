import Domain
import Quantities

/// Machines that a user describes by their data sheets, before those of the catalogue.
///
/// One row a machine: `gpu` (the label that measured tables use), `architecture`,
/// `memoryBandwidthGBps` and `bf16TFLOPS`; optional `fp8TFLOPS`, `fp4TFLOPS`, `memoryGB`, `linkGBps`
/// (to the node's others, one direction), `nicGBps` (the accelerator's share of the node's) and
/// `gpusPerNode`.
public struct DataSheetMachines: MachineResolver {
  private let own: [String: MachineProfile]
  private let names: [String]
  private let others: CatalogMachines

  public static let columns = ["gpu", "architecture", "memoryBandwidthGBps", "bf16TFLOPS"]

  /// - Throws: a fault where columns are missing, a number cannot be read or is not positive, or a
  ///   label stands twice.
  public init(_ csv: CSVTable, others: CatalogMachines = CatalogMachines()) throws(TableFault) {
    guard csv.has(Self.columns) else {
      throw TableFault(
        file: csv.file, line: 1, message: "the columns are not those of a list of accelerators",
        fix: "give it " + Self.columns.joined(separator: ", "))
    }
    var own: [String: MachineProfile] = [:]
    var names: [String] = []
    for row in csv.rows.indices {
      let label = csv.text(row, "gpu")
      guard !label.isEmpty else { throw csv.fault(row, "gpu", "the accelerator has no name") }
      guard own.updateValue(try Self.profile(csv, row, label), forKey: label) == nil else {
        throw csv.fault(row, "gpu", "«\(label)» stands twice")
      }
      names.append(label)
    }
    self.own = own
    self.names = names
    self.others = others
  }

  public func machine(named label: String) -> MachineProfile? {
    own[label] ?? others.machine(named: label)
  }

  public func nearestName(to label: String) -> String? {
    names.first { $0.lowercased() == label.lowercased() } ?? others.nearestName(to: label)
  }

  private static func profile(
    _ csv: CSVTable, _ row: Int, _ label: String
  ) throws(TableFault) -> MachineProfile {
    func positive(_ column: String) throws(TableFault) -> Double {
      guard let value = try csv.measurement(row, column), value > 0, value < 1e9 else {
        throw csv.fault(row, column, "a positive number below 10^9 is needed")
      }
      return value
    }
    var peaks: [ArithmeticClass: ComputeRate] = [
      .bf16: ComputeRate(teraflops: try positive("bf16TFLOPS"))
    ]
    for (kind, column) in [(ArithmeticClass.fp8, "fp8TFLOPS"), (.fp4, "fp4TFLOPS")] {
      guard let value = try csv.measurement(row, column), value > 0, value < 1e9 else { continue }
      peaks[kind] = ComputeRate(teraflops: value)
    }
    let perNode =
      csv.text(row, "gpusPerNode").isEmpty ? 8 : try csv.integer(row, "gpusPerNode", atLeast: 1)
    return MachineProfile(
      accelerator: Accelerator(
        id: label, name: label, architecture: csv.text(row, "architecture"),
        memoryCapacity: ByteCount((try csv.measurement(row, "memoryGB") ?? 80) * 1e9),
        memoryBandwidth: Bandwidth(gigabytesPerSecond: try positive("memoryBandwidthGBps")),
        peaks: peaks, source: csv.file, confidence: .given),
      linkRate: (try csv.measurement(row, "linkGBps") ?? 0) * 1e9,
      networkRate: (try csv.measurement(row, "nicGBps") ?? 0) * 1e9, acceleratorsPerNode: perNode)
  }
}
