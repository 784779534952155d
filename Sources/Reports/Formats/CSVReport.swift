internal import Quantities
public import Results

/// A comparison as a table for other programs: a header, then one row a cell in the order of the
/// result, in base units and full precision.
public enum CSVReport {
  /// The table; a number that is not defined is an empty field. Text is quoted where it must be
  /// (RFC 4180), and text that a spreadsheet would take for a formula begins with an apostrophe.
  public static func render(_ result: Results.ComparisonResult) -> String {
    var lines = [columns.map(\.name).joined(separator: ",")]
    for cell in result.cells {
      lines.append(columns.map { $0.value(cell, result) }.joined(separator: ","))
    }
    return lines.joined(separator: "\r\n") + "\r\n"
  }

  private struct Column: Sendable {
    let name: String
    let value: @Sendable (CellResult, Results.ComparisonResult) -> String

    static func text(
      _ name: String, _ value: @escaping @Sendable (CellResult, Results.ComparisonResult) -> String
    ) -> Column {
      Column(name: name) { quoted(value($0, $1)) }
    }

    static func number(_ name: String, _ value: @escaping @Sendable (CellResult) -> Double?)
      -> Column
    {
      Column(name: name) { cell, _ in
        value(cell).map { $0.isFinite ? "\($0)" : "" } ?? ""
      }
    }
  }

  private static let columns: [Column] = [
    .text("scenario") { $1.scenario }, .text("placement") { cell, _ in cell.placement },
    .text("strategy") { cell, _ in cell.strategy },
    .text("outOfMemory") { cell, _ in cell.outOfMemory ? "true" : "false" },
    .text("standing") { cell, result in standing(cell, result) },
    .number("steps") { Double($0.stepTime.count) },
    .number("meanSeconds") { $0.stepTime.meanSeconds },
    .number("meanLowerSeconds") { $0.stepTime.meanConfidence95Seconds?.first },
    .number("meanUpperSeconds") { $0.stepTime.meanConfidence95Seconds?.last },
    .number("p50Seconds") { $0.stepTime.p50Seconds },
    .number("p95Seconds") { $0.stepTime.p95Seconds },
    .number("p99Seconds") { $0.stepTime.p99Seconds },
    .number("moeLayerMeanSeconds") { $0.moeLayerTime.meanSeconds },
    .number("speedup") { $0.speedup.mean },
    .number("speedupLower") { $0.speedup.confidence95?.first },
    .number("speedupUpper") { $0.speedup.confidence95?.last },
    .number("pValue") { $0.speedup.pValue },
    .number("peakMemoryBytes") { Double($0.peakMemoryBytes.max) },
    .number("capacityBytes") { Double($0.peakMemoryBytes.capacityBytes) },
    .number("tokenImbalanceMean") { $0.tokenImbalance.mean },
    .number("tokenImbalanceMax") { $0.tokenImbalance.max },
    .number("dispatchIntraNodeBytes") { $0.bytes.dispatchIntraNode },
    .number("dispatchInterNodeBytes") { $0.bytes.dispatchInterNode },
    .number("combineIntraNodeBytes") { $0.bytes.combineIntraNode },
    .number("combineInterNodeBytes") { $0.bytes.combineInterNode },
    .number("weightBytes") { $0.bytes.weights },
    .number("weightTransfersPerLayer") { $0.weightTransfersPerLayer },
  ]

  private static func standing(_ cell: CellResult, _ result: Results.ComparisonResult) -> String {
    if result.verdict.best == cell.name { return "best" }
    return result.verdict.winners.contains(cell.name) ? "tie" : ""
  }

  /// A field, quoted where it must be.
  static func quoted(_ text: String) -> String {
    var text = ReadableText.of(text)
    if let first = text.first, "=+-@\t".contains(first) { text = "'" + text }
    guard text.contains(where: { ",\"\n\r".contains($0) }) else { return text }
    return "\""
      + text.split(separator: "\"", omittingEmptySubsequences: false)
      .joined(separator: "\"\"") + "\""
  }
}
