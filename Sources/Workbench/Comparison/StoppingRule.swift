import Domain
import Quantities
import Results
import Scenarios
import Statistics

/// When a run has simulated enough steps: after those the scenario names, or once the interval of
/// every cell's p99 is as narrow as `simulation.precision` asks.
///
/// The intervals are looked at when the number of steps has grown by half or more, because looking
/// after every step stops at lucky moments. All cells stop together, so that they have met the same
/// tokens. Source: A. M. Law, *Simulation Modeling and Analysis*, section 9.4.1, for sequential
/// procedures with a relative precision.
struct StoppingRule {
  private let goal: PrecisionGoal?
  private let maximumSteps: Int
  /// Steps after which is looked next.
  private(set) var target: Int
  /// What the last look found; nil without a goal or before the first look.
  private(set) var precision: PrecisionResult?

  init(_ scenario: Scenario) {
    goal = scenario.simulation.precision.map { PrecisionGoal(relativeHalfWidth: $0) }
    maximumSteps = scenario.stepLimit
    target = min(scenario.workload.steps, maximumSteps)
  }

  /// Looks at the steps of every cell; false once they are enough.
  mutating func wantsMore(_ cells: [[Double]]) -> Bool {
    guard let goal else { return false }
    let looks = cells.map(goal.assess)
    let widths = looks.map(\.relativeHalfWidth)
    let isReached = looks.allSatisfy { if case .reached = $0 { true } else { false } }
    precision = PrecisionResult(
      goal: goal.relativeHalfWidth, isReached: isReached,
      relativeHalfWidth: widths.contains(nil) ? nil : widths.compactMap { $0 }.max(),
      steps: target, maximumSteps: maximumSteps)
    guard !isReached, target < maximumSteps else { return false }
    // Half as many again at least; at most three times, because early widths mislead.
    let needed = looks.compactMap(\.valuesNeeded).max() ?? target
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

extension Scenario {
  /// The most steps that a run of the scenario judges; placements are planned on steps after those.
  var stepLimit: Int {
    simulation.precision == nil
      ? workload.steps : max(workload.steps, simulation.maximumSteps)
  }
}
