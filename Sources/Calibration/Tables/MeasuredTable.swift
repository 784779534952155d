import CostModels
import Domain

/// A measured table read into comparisons.
public struct MeasuredTable: Sendable {
  public let csv: CSVTable
  public let kind: TableKind
  public let observations: [Observation]
  public let refused: [RefusedRow]

  /// Rows with at least one comparison.
  public var comparedRows: Int {
    var last = -1
    var count = 0
    for observation in observations where observation.row != last {
      last = observation.row
      count += 1
    }
    return count
  }

  /// Reads `csv`, whose kind shows in its columns.
  ///
  /// - Throws: a fault where the columns fit no kind, a cell cannot be read, or no row is of an
  ///   accelerator that `machines` knows (it then names the nearest).
  /// - Complexity: O(rows · experts · log experts) for expert tables.
  public init(_ csv: CSVTable, machines: some MachineResolver) throws(TableFault) {
    let kind = try TableKind(of: csv)
    var reader = RowReader(csv: csv, machines: machines)
    for row in csv.rows.indices { try reader.read(row, kind) }
    if reader.observations.isEmpty, let fault = reader.firstUnknown { throw fault }
    self.csv = csv
    self.kind = kind
    self.observations = Self.withoutSlowerRepeats(reader.observations, csv, &reader.refused)
    self.refused = reader.refused.sorted { $0.line < $1.line }
  }

  /// Where one configuration was measured twice with answers more than 1.5 times apart, the slower
  /// is refused: nothing in the table tells the two apart.
  private static func withoutSlowerRepeats(
    _ observations: [Observation], _ csv: CSVTable, _ refused: inout [RefusedRow]
  ) -> [Observation] {
    let measures = Set(["time_us", "latency_us", "busbw_GBps"])
    let keyColumns = csv.header.filter { !measures.contains($0) && !$0.hasSuffix("_us") }
    guard csv.has(["impl"]) else { return observations }
    var fastest: [String: Double] = [:]
    func key(_ observation: Observation) -> String {
      keyColumns.map { csv.text(observation.row, $0) }.joined(separator: "|") + observation.column
    }
    for observation in observations {
      fastest[key(observation)] = min(
        fastest[key(observation)] ?? .infinity, observation.measured)
    }
    return observations.filter { observation in
      let best = fastest[key(observation)] ?? observation.measured
      guard observation.measured > 1.5 * best else { return true }
      refused.append(
        RefusedRow(
          line: csv.lines[observation.row],
          reason: "the same configuration stands in another row with \(best) in place of "
            + "\(observation.measured); no column tells them apart"))
      return false
    }
  }
}

/// Reads rows one by one; what a row says wrongly throws, what cannot be compared is refused.
struct RowReader<Machines: MachineResolver> {
  let csv: CSVTable
  let machines: Machines
  var observations: [Observation] = []
  var refused: [RefusedRow] = []
  var firstUnknown: TableFault?
  var drawn: [DrawRequest: [RankDraw]] = [:]
  private var known: [String: MachineProfile] = [:]

  init(csv: CSVTable, machines: Machines) {
    self.csv = csv
    self.machines = machines
  }

  mutating func read(_ row: Int, _ kind: TableKind) throws(TableFault) {
    guard let machine = machine(row) else { return }
    switch kind {
    case .expertGEMM: try readExpertGEMM(row, machine)
    case .wideExpertGEMM: try readWideExpertGEMM(row, machine)
    case .deepEPCompute: try readDeepEPCompute(row, machine)
    case .groupedGEMM: try readGroupedGEMM(row, machine)
    case .denseGEMM: try readDenseGEMM(row, machine)
    case .collective: try readCollective(row, machine)
    case .customAllReduce: try readCustomAllReduce(row, machine)
    case .deepEPLowLatency: try readLowLatency(row, machine)
    case .deepEPNormal: try readNormal(row, machine)
    case .allToAll: try readAllToAll(row, machine)
    case .published: try readPublished(row, machine)
    }
  }

  mutating func refuse(_ row: Int, _ reason: String) {
    refused.append(RefusedRow(line: csv.lines[row], reason: reason))
  }

  private mutating func machine(_ row: Int) -> MachineProfile? {
    let label = csv.text(row, "gpu")
    if let machine = known[label] { return machine }
    if let machine = machines.machine(named: label) {
      known[label] = machine
      return machine
    }
    let nearest = machines.nearestName(to: label).map { "; the nearest is «\($0)»" } ?? ""
    let message = "the catalogue has no accelerator «\(label)»\(nearest)"
    refuse(row, message)
    if firstUnknown == nil {
      firstUnknown = TableFault(
        file: csv.file, line: csv.lines[row], column: "gpu", message: message,
        fix: "use a catalogue name, or give the data sheet with --accelerators FILE")
    }
    return nil
  }

  /// Adds a comparison of a time cell, unless the cell is empty or not positive.
  mutating func add(
    _ row: Int, _ column: String, _ machine: MachineProfile, formula: FormulaKind,
    variants: [String], work: ObservedWork, group: [GroupLabel], shape: String,
    scales: [ScaleLabel]
  ) throws(TableFault) {
    guard let value = try csv.measurement(row, column) else { return }
    guard value > 0 else { return }
    observations.append(
      Observation(
        row: row, column: column, measured: value, quantity: .time, formula: formula,
        machine: machine, variants: variants, work: work,
        group: [GroupLabel("gpu", csv.text(row, "gpu"))] + group, shape: shape, scales: scales))
  }

  /// The numeric format behind a table's word.
  func format(_ word: String) -> NumericFormat? {
    let word = word.lowercased()
    if let exact = Self.formats[word] { return exact }
    return Self.formatParts.first { word.contains($0.part) }?.format
  }

  /// The format of activations that go with weights `word` in grouped kernels.
  func activations(for word: String) -> NumericFormat {
    let word = word.lowercased()
    if word.contains("a16") || word.hasSuffix("_wo") { return .bf16 }
    if word.contains("a8") || word == "w4afp8" { return .fp8 }
    return format(word) ?? .bf16
  }

  private static var formats: [String: NumericFormat] {
    [
      "bfloat16": .bf16, "bf16": .bf16, "half": .fp16, "float16": .fp16, "fp16": .fp16,
      "float32": .fp32, "fp32": .fp32, "fp8": .fp8, "fp8_block": .fp8Block, "nvfp4": .nvfp4,
      "mxfp4": .mxfp4, "int4": .int4, "w4afp8": .int4,
    ]
  }

  /// Parts by which longer words such as `w4a16_mxfp4` are read, most telling first.
  private static var formatParts: [(part: String, format: NumericFormat)] {
    [
      ("mxfp4", .mxfp4), ("nvfp4", .nvfp4), ("int4", .int4), ("w4a", .int4),
      ("fp8_block", .fp8Block), ("fp8", .fp8), ("bfloat16", .bf16), ("bf16", .bf16),
    ]
  }
}
