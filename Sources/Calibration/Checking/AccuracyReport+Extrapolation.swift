import CostModels
import Domain

/// Extrapolation, tested: to scales no row of the fit had, to accelerators and to architectures.
extension AccuracyReport {
  private static let columns =
    "| table | left out | comparisons | median / p90 | bias |\n"
    + "| --- | --- | --- | --- | --- |\n"

  /// Rows whose EP size, number of ranks or message size the fit saw nothing of.
  func unseenScales(_ checker: Checker) -> String {
    var text = "## Scales left out\n\n"
    text += "Rows at EP sizes, numbers of ranks and message sizes that no fitted row had.\n\n"
    text += Self.columns
    for table in tables {
      guard let rule = parameters.splits.first(where: { $0.table == table.csv.name }) else {
        continue
      }
      let split = RowSplit(rule: rule)
      let judged = zip(checker.judge(table), table.observations)
      for column in Set(table.observations.flatMap { $0.scales.map(\.column) }).sorted() {
        let cells = judged.filter { split.holdsOut($0.1, column: column) }
        let values = Set(cells.flatMap { $0.1.scales.filter { $0.column == column }.map(\.value) })
        let shown = values.count > 6 ? "\(values.count) values" : Self.list(values.sorted())
        text += row(table, "\(column) \(shown)", cells.map(\.0))
      }
    }
    return text + "\n"
  }

  /// Every accelerator, then every architecture, predicted from the others' constants alone.
  var leftOut: String {
    var text = "## One accelerator left out\n\n"
    text += "Constants of the named accelerator removed, its rows predicted from its data sheet "
    text += "and its neighbours' constants.\n\n" + Self.columns
    for table in tables {
      for name in Set(table.observations.map { $0.machine.accelerator.id }).sorted() {
        text += without(table, name) { $0 == name }
      }
    }
    text += "\n## One architecture left out\n\n"
    text += "Constants of all accelerators of an architecture removed.\n\n" + Self.columns
    for table in tables {
      let families = Set(table.observations.map { Self.family($0.machine.accelerator) })
      for family in families.sorted() {
        let members = Set(
          tables.flatMap { $0.observations.map(\.machine.accelerator) }
            .filter { Self.family($0) == family }.map(\.id))
        text += without(table, family) { members.contains($0) }
      }
    }
    return text + "\n"
  }

  /// Errors on the rows of accelerators that `removes` says, without their constants.
  private func without(
    _ table: MeasuredTable, _ name: String, _ removes: (String) -> Bool
  ) -> String {
    let rest = CostParameters(
      provenance: parameters.provenance,
      sets: parameters.sets.filter { !removes($0.accelerator) })
    let cells = zip(Checker(parameters: rest).judge(table), table.observations)
      .filter { removes($0.1.machine.accelerator.id) }
    return row(table, name, cells.map(\.0))
  }

  private func row(_ table: MeasuredTable, _ name: String, _ cells: [JudgedCell]) -> String {
    guard !cells.isEmpty else { return "" }
    let figures = ErrorFigures(cells)
    return "| \(table.csv.name) | \(name) | \(figures.comparisons) | \(Self.pair(figures)) | "
      + "\(Self.percent(figures.medianSignedError, signed: true)) |\n"
  }

  private static func family(_ accelerator: Accelerator) -> String {
    accelerator.architecture.split(separator: " ").first.map(String.init) ?? ""
  }

  private static func list(_ values: [Int]) -> String {
    values.map(String.init).joined(separator: ", ")
  }
}
