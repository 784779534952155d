import Domain
import Quantities
import Results
import Scenarios
import Statistics

/// When a run has simulated enough steps: after those the scenario names, or once the interval of
/// every cell's p99 is as narrow as `simulation.precision` asks. Where the scenario names neither,
/// as many as tell every cell's mean well enough that a difference of two per cent is seen.
///
/// The intervals of p99 are looked at when the number of steps has grown by half or more, because looking
/// after every step stops at lucky moments. The mean is looked at once, and the number of steps is one of
/// a few: a run that stopped as soon as it looked precise would stop where it saw few slow steps, and two
/// seeds would differ too often. All cells stop together, so that they have met the same tokens. Sources:
/// A. M. Law, *Simulation Modeling and Analysis*, section 9.4.1, for sequential procedures with a relative
/// precision; C. Stein, Annals of Mathematical Statistics 16 (1945), for two stages.
struct StoppingRule {
  private let goal: PrecisionGoal?
  private let maximumSteps: Int
  /// Steps after which is looked next.
  private(set) var target: Int
  /// What the last look at p99 found; nil without such a goal or before the first look.
  private(set) var precision: PrecisionResult?
  /// Whether the mean was looked at.
  private var hasLooked = false

  /// Steps of a run whose first ones do not tell the mean.
  private static let stages = [250, 500, 1000]

  /// - Parameter maximumSteps: the most steps that may be judged.
  init(_ scenario: Scenario, maximumSteps: Int) {
    let settings = scenario.simulation
    if let width = settings.precision {
      goal = PrecisionGoal(relativeHalfWidth: width)
    } else {
      let mayGrow = maximumSteps > scenario.workload.steps
      goal =
        mayGrow
        ? settings.meanPrecision.map { PrecisionGoal(ofMean: $0) } : nil
    }
    self.maximumSteps = maximumSteps
    target = min(scenario.workload.steps, maximumSteps)
  }

  /// Looks at the steps of every cell; false once they are enough.
  mutating func wantsMore(_ cells: [[Double]]) -> Bool {
    guard let goal else { return false }
    let looks = cells.map(goal.assess)
    let isReached = looks.allSatisfy { if case .reached = $0 { true } else { false } }
    let needed = looks.compactMap(\.valuesNeeded).max() ?? target
    if goal.target == .mean {
      guard !isReached, !hasLooked else { return false }
      hasLooked = true
      target = min(maximumSteps, Self.stages.first { $0 >= needed } ?? maximumSteps)
      return true
    }
    let widths = looks.map(\.relativeHalfWidth)
    precision = PrecisionResult(
      goal: goal.relativeHalfWidth, isReached: isReached,
      relativeHalfWidth: widths.contains(nil) ? nil : widths.compactMap { $0 }.max(),
      steps: target, maximumSteps: maximumSteps)
    guard !isReached, target < maximumSteps else { return false }
    // Half as many again at least; at most three times, because early widths mislead.
    target = min(maximumSteps, max(target + (target + 1) / 2, min(needed, 3 * target)))
    return true
  }

  /// A sentence where the goal was not reached.
  var warning: String? {
    guard let precision, !precision.isReached else { return nil }
    let width =
      precision.relativeHalfWidth.map { "±\(QuantityFormat.percent($0))" } ?? "no interval yet"
    return """
      p99 is known to \(width) after \(precision.steps) steps, not to \
      ±\(QuantityFormat.percent(precision.goal)); raise simulation.maximumSteps \
      (\(precision.maximumSteps)) or ask for less
      """
  }
}

extension PrecisionGoal.Assessment {
  fileprivate var relativeHalfWidth: Double? {
    switch self {
    case .reached(let width), .notReached(let width, _): width
    case .tooFew: nil
    }
  }

  fileprivate var valuesNeeded: Int? {
    switch self {
    case .reached: nil
    case .notReached(_, let needed), .tooFew(let needed): needed
    }
  }
}
