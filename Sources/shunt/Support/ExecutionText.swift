import Quantities
import Results

/// What an execution found, for the terminal.
enum ExecutionText {
  static func render(_ result: Results.ComparisonResult) -> String {
    guard let execution = result.execution else { return "" }
    var lines = [
      """
      executed on \(execution.processor), \(execution.timing) timing, \(execution.transport): \
      \(execution.repetitions) repetitions, noise \(QuantityFormat.percent(execution.noise))
      """
    ]
    if let share = execution.engineShare {
      lines.append("the engine itself took \(QuantityFormat.percent(share)) of the work")
    }
    lines += execution.scaling.map { "scaled down: \($0)" }
    lines.append(
      """
      results of \(execution.checkedTokens) tokens are right: they differ by \
      \(QuantityFormat.significant(execution.largestError, digits: 2)) at most
      """)
    if let runs = execution.comparedRuns, runs > 0, let distance = execution.largestDistance {
      lines.append(
        "\(runs) runs gave what another cell gave for the same tokens, to "
          + QuantityFormat.significant(distance, digits: 2))
    }
    if !execution.imposedLayers.isEmpty {
      lines.append(
        "routing imposed in \(execution.imposedLayers.count) layers: no gate can send a token twice "
          + "to one expert")
    }
    for cell in result.cells { lines += line(cell) }
    lines.append(
      "ranked as measured: \(execution.rankedAsMeasured) of \(execution.comparedPairs) pairs of cells"
    )
    return lines.map { "  " + $0 }.joined(separator: "\n")
  }

  private static func line(_ cell: CellResult) -> [String] {
    guard let measured = cell.measured, let error = cell.predictionError else { return [] }
    let before = cell.stepTime.meanSeconds.map(QuantityFormat.seconds) ?? "?"
    let after = measured.stepTime.meanSeconds.map(QuantityFormat.seconds) ?? "?"
    return [
      """
      \(cell.name): predicted \(before), measured \(after), error median \
      \(QuantityFormat.percent(error.median)), p90 \(QuantityFormat.percent(error.p90))
      """
    ]
  }
}
