import Domain
import Planner
import Scenarios

/// Plans placements for windows of a scenario's past steps.
struct WindowPlanner {
  let replay: PlacementReplay
  /// The `ilp` placement with its options.
  let spec: ComponentSpec

  /// Samples of a window at most; longer windows are thinned evenly.
  static let mostSamples = 32
  /// Search steps of one plan.
  var stepBudget = ReplanningStudy.standardStepBudget

  /// A change that a plan proposes.
  struct Change {
    let placement: ExpertPlacement
    /// The share of the objective that it saves, its moves included.
    let gain: Double
  }

  /// The placement for `window`, whatever stands now.
  func placement(for window: Range<Int>) throws(WorkbenchError) -> ExpertPlacement {
    try maker.expertPlacement(solve(problem(for: window)).slots)
  }

  /// The best change from `current` for the steps of `window`; nil where staying is as good.
  ///
  /// - Parameter price: Tokens of the objective for each copy that moves.
  func change(
    from current: ExpertPlacement, window: Range<Int>, price: Double
  ) throws(WorkbenchError) -> Change? {
    var problem = try problem(for: window)
    problem.currentPlacement = PlacementSlots(current)
    problem.moveCost = price
    let stay = try score(current, by: problem)
    let planned = try solve(problem)
    let gain = stay > 0 ? 1 - planned.certificate.objective / stay : 0
    guard gain > 0 else { return nil }
    return Change(placement: try maker.expertPlacement(planned.slots), gain: gain)
  }

  private func score(
    _ placement: ExpertPlacement, by problem: PlacementProblem
  ) throws(WorkbenchError) -> Double {
    do {
      return try problem.score(PlacementSlots(placement)).objective
    } catch {
      throw WorkbenchError(error, placement: spec.label)
    }
  }

  /// What a copy costs, measured on the warm-up; nil where balance does not decide step times.
  ///
  /// - Throws: ``WorkbenchError`` where the warm-up cannot be planned or simulated.
  func prices(from start: ExpertPlacement, warmUp: Int) throws(WorkbenchError) -> MovePrices? {
    let steps = 0..<warmUp
    let problem = try problem(for: steps)
    let reference = try contiguous()
    let planned = try placement(for: steps)
    let worth = try TokenWorth(
      of: problem, between: reference, and: planned, steps: steps, in: replay)
    guard let worth else { return nil }
    let migration = try replay.migration(from: start, to: start == planned ? reference : planned)
    let seconds = (migration.seconds ?? 0) / Double(max(1, migration.moves))
    return MovePrices(worth: worth, secondsPerCopy: seconds)
  }

  private var maker: PlacementMaker { PlacementMaker(scenario: replay.scenario, loads: nil) }

  private func contiguous() throws(WorkbenchError) -> ExpertPlacement {
    try maker.make(ComponentSpec(kind: "contiguous")).placement
  }

  private func problem(for window: Range<Int>) throws(WorkbenchError) -> PlacementProblem {
    let stride = max(1, (window.count + Self.mostSamples - 1) / Self.mostSamples)
    // Counted from the newest, which a thinned window must not miss.
    let chosen = Swift.stride(from: window.upperBound - 1, through: window.lowerBound, by: -stride)
    let samples = chosen.reversed().flatMap { replay.loads(of: $0..<$0 + 1) }
    return try PlacementMaker(scenario: replay.scenario, loads: PlanningLoads(samples: samples))
      .problem(for: spec)
  }

  private func solve(_ problem: PlacementProblem) throws(WorkbenchError) -> PlannedPlacement {
    let options = PlannerOptions(
      stepBudget: stepBudget,
      gap: spec.number("gap") ?? 1e-5, seed: replay.scenario.simulation.planningSeed)
    do {
      return try PlacementPlanner.solve(problem, method: "ilp", options: options)
    } catch {
      throw WorkbenchError(error, placement: spec.label)
    }
  }
}

/// What moving a copy costs in seconds and in tokens.
struct MovePrices {
  let worth: TokenWorth
  /// Time of a bulk move over its copies.
  let secondsPerCopy: Double

  /// Tokens of the objective for a copy that must pay within `horizon` steps.
  func price(payingWithin horizon: Int) -> Double {
    worth.price(ofCopyTaking: secondsPerCopy, payingWithin: horizon)
  }
}
