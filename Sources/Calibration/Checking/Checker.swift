public import CostModels
import Domain

/// Compares the predictions of cost models with measured tables.
public struct Checker: Sendable {
  public var parameters: CostParameters

  public init(parameters: CostParameters = .shipped) { self.parameters = parameters }

  /// The figures of all `tables`.
  public func check(_ tables: [MeasuredTable]) -> CheckReport {
    CheckReport(schemaVersion: 1, tables: tables.map { check($0) })
  }

  public func check(_ table: MeasuredTable) -> TableCheck {
    let judged = judge(table)
    let all = ErrorFigures(judged)
    let seen = judged.filter { $0.heldOut == false }
    let unseen = judged.filter { $0.heldOut == true }
    return TableCheck(
      file: table.csv.file, kind: table.kind.rawValue, rows: all.rows,
      skipped: Set(table.refused.map(\.line)).count,
      medianRelativeError: all.medianRelativeError, p90RelativeError: all.p90RelativeError,
      medianSignedError: all.medianSignedError,
      fitted: seen.isEmpty ? nil : ErrorFigures(seen),
      heldOut: unseen.isEmpty ? nil : ErrorFigures(unseen), groups: groups(judged),
      refused: table.refused)
  }

  /// Every comparison of `table`, in the order of its rows.
  ///
  /// Held-out figures exist only where constants fitted on this table's accelerator are used: on
  /// another accelerator every row is unseen, and counts as held out of nothing.
  public func judge(_ table: MeasuredTable) -> [JudgedCell] {
    let split = parameters.splits.first { $0.table == table.csv.name }.map(RowSplit.init(rule:))
    var resolved: [String: ResolvedConstants] = [:]
    return table.observations.map { observation in
      let key =
        observation.machine.accelerator.id + "|" + observation.variants.joined(separator: "|")
      let constants = resolved[key] ?? parameters.resolved(observation)
      resolved[key] = constants
      let seconds = observation.work.seconds(constants.values)
      let measured = observation.quantity.seconds(cell: observation.measured)
      return JudgedCell(
        row: observation.row, column: observation.column, measured: observation.measured,
        predicted: observation.quantity.cell(seconds: seconds),
        heldOut: constants.origin == .fitted ? split?.holdsOut(observation) : nil,
        origin: constants.origin.description, group: observation.group,
        signedError: relativeError(observation, seconds: seconds, measured: measured))
    }
  }

  /// The contract's |predicted / measured − 1| in the column's own unit.
  private func relativeError(
    _ observation: Observation, seconds: Double, measured: Double
  ) -> Double {
    let predicted = observation.quantity.cell(seconds: seconds)
    let value = predicted / observation.measured - 1
    return value.isFinite ? value : 1e6
  }

  private func groups(_ judged: [JudgedCell]) -> [GroupFigures] {
    var members: [String: [JudgedCell]] = [:]
    for cell in judged {
      let key = cell.group.map { "\($0.name)=\($0.value)" }.joined(separator: ",") + cell.origin
      members[key, default: []].append(cell)
    }
    return members.keys.sorted().compactMap { key in
      guard let cells = members[key], let first = cells.first else { return nil }
      let figures = ErrorFigures(cells)
      return GroupFigures(
        key: Dictionary(first.group.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 }),
        rows: figures.rows, medianRelativeError: figures.medianRelativeError,
        p90RelativeError: figures.p90RelativeError, medianSignedError: figures.medianSignedError,
        constants: first.origin)
    }
  }

  /// The table again, as CSV text, with a `predicted_<column>` for every compared column.
  public func predictions(_ table: MeasuredTable) -> String {
    var predicted: [Int: [String: Double]] = [:]
    var columns: [String] = []
    for cell in judge(table) {
      predicted[cell.row, default: [:]][cell.column] = cell.predicted
      if !columns.contains(cell.column) { columns.append(cell.column) }
    }
    var lines = [(table.csv.header + columns.map { "predicted_\($0)" }).map(Self.quoted)]
    for (row, cells) in table.csv.rows.enumerated() {
      let added = columns.map { predicted[row]?[$0].map(Self.written) ?? "" }
      lines.append(cells.map(Self.quoted) + added)
    }
    return lines.map { $0.joined(separator: ",") + "\n" }.joined()
  }

  private static func quoted(_ cell: String) -> String {
    guard cell.contains(where: { $0 == "," || $0 == "\"" }) else { return cell }
    return "\""
      + cell.split(separator: "\"", omittingEmptySubsequences: false)
      .joined(separator: "\"\"") + "\""
  }

  /// Three decimals, as the tables themselves are written.
  static func written(_ value: Double) -> String {
    let thousandths = (value * 1000).rounded()
    guard thousandths.isFinite, abs(thousandths) < 9e15 else { return String(value) }
    let whole = Int64(abs(thousandths))
    let fraction = String(whole % 1000)
    let padded = String(repeating: "0", count: 3 - fraction.count) + fraction
    return (value < 0 ? "-" : "") + "\(whole / 1000).\(padded)"
  }
}
