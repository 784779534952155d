public import Foundation

/// When a deployment plans anew, from what, and for how much gain.
public struct ReplanningPolicy: Hashable, Sendable, Encodable {
  /// Steps from one decision to the next; a move has to pay within them.
  public var intervalSteps: Int
  /// The last steps whose loads are planned for.
  public var windowSteps: Int
  /// The gain, as a share of the objective with moves included, below which nothing moves.
  public var hysteresis: Double

  public init(intervalSteps: Int, windowSteps: Int, hysteresis: Double) {
    self.intervalSteps = intervalSteps
    self.windowSteps = windowSteps
    self.hysteresis = hysteresis
  }

  /// Every combination of intervals, windows and thresholds, in that order.
  public static func grid(
    intervals: [Int], windows: [Int], hystereses: [Double]
  ) -> [ReplanningPolicy] {
    intervals.flatMap { interval in
      windows.flatMap { window in
        hystereses.map {
          ReplanningPolicy(intervalSteps: interval, windowSteps: window, hysteresis: $0)
        }
      }
    }
  }

  /// Three intervals, two windows and two thresholds that fit into `steps` steps.
  ///
  /// The longest window is a quarter of the steps; the rest is judged, and the longest interval
  /// leaves three decisions in it.
  public static func standardGrid(steps: Int) -> [ReplanningPolicy] {
    let longest = max(1, min(64, steps / 4))
    let judged = max(1, steps - longest)
    let intervals = [16, 8, 4].map { max(1, judged / $0) }
    let windows = longest >= 8 ? [longest / 4, longest] : [longest]
    return grid(
      intervals: intervals.reduce(into: []) { if !$0.contains($1) { $0.append($1) } },
      windows: windows, hystereses: [0, 0.03])
  }
}

/// What a policy made of the judged steps.
public struct ReplanningOutcome: Sendable, Encodable {
  /// Absent for keeping the first placement.
  public let policy: ReplanningPolicy?
  /// How often the placement changed.
  public let replacements: Int
  public let moves: Int
  public let bytes: Double
  /// Time of all moves together.
  public let moveSeconds: Double
  /// Mean simulated step time, the time of the moves spread over the judged steps.
  public let meanSeconds: Double
  /// What a step saves against keeping the first placement, moves included; negative where it
  /// costs.
  public let savedSeconds: Double
  /// Student's interval over batches of steps, since neighbours resemble each other; absent for
  /// fewer than two batches and for policies that never move.
  public let savedSecondsConfidence95: [Double]?
  /// Chance of a difference this large if there were none, adjusted for the number of policies.
  public let adjustedPValue: Double?
}

/// Policies judged by the same steps.
public struct ReplanningResult: Sendable, Encodable {
  public let schemaVersion = 1
  public let scenario: String
  /// Steps that the first placement was planned for, and that no policy is judged by.
  public let warmUpSteps: Int
  public let judgedSteps: Int
  /// Simulated seconds that a token of the busiest rank is worth; absent where the objective does
  /// not decide the step time, and then no policy moves anything.
  public let secondsPerToken: Double?
  /// Keeping the first placement.
  public let never: ReplanningOutcome
  /// By mean step time, fastest first.
  public let outcomes: [ReplanningOutcome]
  /// The fastest policy that is better than never beyond chance; absent where none is.
  public let best: ReplanningPolicy?

  /// The decision in a sentence.
  public var sentence: String {
    guard secondsPerToken != nil else {
      return """
        Keep the placement: a better balance does not make steps of this scenario faster, so no \
        move can pay.
        """
    }
    guard let best, let outcome = outcomes.first(where: { $0.policy == best }) else {
      return """
        Keep the placement: no policy is faster than never re-planning beyond chance, the time to \
        move included.
        """
    }
    let share = outcome.savedSeconds / never.meanSeconds * 100
    return """
      Plan every \(best.intervalSteps) steps from the last \(best.windowSteps), and move for gains \
      above \(Self.percent(best.hysteresis * 100)) %: steps are \(Self.percent(share)) % faster than \
      without re-planning, the time to move included.
      """
  }

  /// The result as JSON with sorted keys.
  public func json() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(self)
  }

  private static func percent(_ value: Double) -> String {
    let tenths = (value * 10).rounded() / 10
    return tenths == tenths.rounded() ? "\(Int(tenths))" : "\(tenths)"
  }
}
