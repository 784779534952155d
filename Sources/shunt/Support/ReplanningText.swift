import Foundation
import Quantities
import Workbench

/// A table of re-planning policies, fastest first, and the decision.
struct ReplanningText {
  let result: ReplanningResult

  var lines: [String] {
    let ranked = (result.outcomes + [result.never]).sorted { $0.meanSeconds < $1.meanSeconds }
    let rows = [Self.head] + ranked.map(row)
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    let table = rows.map { row in
      "  "
        + zip(row, widths).map { cell, width in
          cell.padding(toLength: width, withPad: " ", startingAt: 0)
        }.joined(separator: "   ").trimmingTrailingBlanks
    }
    return [
      """
      \(result.scenario)   \(result.judgedSteps) steps judged after \(result.warmUpSteps) of \
      warm-up, moves included
      """, "",
    ] + table + ["", "  \(result.sentence)"]
  }

  private static let head = [
    "every", "from last", "hysteresis", "re-placed", "copies moved", "time to move", "step time",
    "saved a step (95 % interval)",
  ]

  private func row(_ outcome: ReplanningOutcome) -> [String] {
    guard let policy = outcome.policy else {
      let time = QuantityFormat.seconds(outcome.meanSeconds)
      return ["never", "", "", "0", "0", "", time, "baseline"]
    }
    return [
      "\(policy.intervalSteps)", "\(policy.windowSteps)",
      QuantityFormat.percent(policy.hysteresis, digits: 2), "\(outcome.replacements)",
      "\(outcome.moves)",
      outcome.replacements > 0 ? QuantityFormat.seconds(outcome.moveSeconds) : "",
      QuantityFormat.seconds(outcome.meanSeconds), saved(outcome),
    ]
  }

  private func saved(_ outcome: ReplanningOutcome) -> String {
    guard outcome.replacements > 0 else { return "nothing moved" }
    let mean = Self.signed(outcome.savedSeconds / result.never.meanSeconds)
    guard let ends = outcome.savedSecondsConfidence95 else { return mean }
    let interval = ends.map { Self.signed($0 / result.never.meanSeconds) }
    return "\(mean) (\(interval[0]) to \(interval[1]))"
  }

  private static func signed(_ share: Double) -> String {
    (share >= 0 ? "+" : "") + QuantityFormat.fixed(share * 100, decimals: 2) + " %"
  }
}

extension String {
  /// The text without blanks at its end.
  fileprivate var trimmingTrailingBlanks: String {
    var text = self
    while text.last == " " { text.removeLast() }
    return text
  }
}
