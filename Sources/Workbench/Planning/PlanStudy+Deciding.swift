import Domain
public import Planner
import Results
import Scenarios
import TokenRouting

extension PlanStudy {
  /// Steps of which the price of moves is measured.
  private static let pricingSteps = 8

  /// Sets the price of a moved copy so that a move is made only where it pays within `horizon`
  /// steps.
  ///
  /// The plan that is best without moves is made first. Its gain in simulated time over the current
  /// placement says what a token of the objective is worth, its bulk move what a copy takes. Where
  /// it gains no time, the price keeps everything where it is.
  ///
  /// - Returns: The price in tokens; nil for a problem file and without a current placement.
  /// - Throws: ``WorkbenchError`` where the problem cannot be solved or a step not be simulated.
  public mutating func priceMoves(
    payingWithin horizon: Int, options: PlannerOptions,
    shouldStop: @escaping () -> Bool = { false }
  ) throws(WorkbenchError) -> Double? {
    guard let scenario, let current else { return nil }
    problem.moveCost = 0
    let free = try solve(method: "ilp", options: options, shouldStop: shouldStop)
    let replay = try PlacementReplay(scenario.history)
    let placement = try PlacementMaker(scenario: scenario, loads: nil)
      .expertPlacement(free.slots)
    let first = replay.stepLimit
    let worth = try TokenWorth(
      of: problem, between: current, and: placement, steps: first..<first + Self.pricingSteps,
      in: replay)
    let migration = try replay.migration(from: current, to: placement)
    if let worth, let seconds = migration.seconds, migration.moves > 0 {
      problem.moveCost = worth.price(
        ofCopyTaking: seconds / Double(migration.moves), payingWithin: horizon)
    } else {
      // As dear as the whole objective: nothing can pay.
      problem.moveCost = max(1, free.certificate.objective)
    }
    return problem.moveCost
  }

  /// What it takes to go from the current placement to `planned`; nil without a current one.
  ///
  /// For a problem file the links are not known, only which ranks share a node.
  ///
  /// - Throws: ``WorkbenchError/failed(_:)`` where the network refuses the moves.
  public func migration(to planned: PlannedPlacement) throws(WorkbenchError) -> Migration? {
    if let scenario, let current {
      let placement = try PlacementMaker(scenario: scenario, loads: nil)
        .expertPlacement(planned.slots)
      return try PlacementReplay(scenario).migration(from: current, to: placement)
    }
    guard let slots = problem.currentPlacement, let before = try? placement(slots),
      let after = try? placement(planned.slots)
    else { return nil }
    return Migration(
      PlacementMoves(from: before, to: after, ranksPerNode: problem.ranksPerNode),
      expertBytes: problem.expertBytes > 0 ? Double(problem.expertBytes) : nil, knowsNodes: true)
  }

  /// Whether a token trace starts again before it has passed the judged and the planning steps.
  private func sawJudgedTokens(_ routing: RoutingSource) -> Bool {
    guard let scenario, let distinct = routing.distinctSteps else { return false }
    return distinct < scenario.stepLimit(routing) + max(1, problem.samples.count)
  }

  private func placement(_ slots: PlacementSlots) throws -> ExpertPlacement {
    try ExpertPlacement(
      experts: problem.experts, ranks: slots.ranks, slotsPerRank: slots.slotsPerRank,
      layers: zip(problem.layerNumbers, slots.layers).map { number, row in
        ExpertPlacement.Layer(layer: number, slots: row.map { Int32(clamping: $0) })
      })
  }

  /// Simulates what stands now and the plan on steps that the plan has not seen; nil for a problem
  /// file.
  ///
  /// What stands now is the current placement, or the scenario's first.
  ///
  /// - Throws: ``WorkbenchError`` where the scenario cannot be run.
  public func judge(
    _ planned: PlannedPlacement, migration: Migration?, version: String,
    onProgress: @Sendable (RunProgress) -> Void = { _ in },
    shouldStop: @Sendable () -> Bool = { false }
  ) throws(WorkbenchError) -> PlanVerdict? {
    guard var scenario else { return nil }
    scenario.placements = [scenario.placements.first ?? ComponentSpec(kind: "contiguous")]
    scenario.strategies = Array(scenario.strategies.prefix(1))
    scenario.workload.steps = min(scenario.workload.steps, PlanVerdict.mostSteps)
    scenario.simulation.meanPrecision = nil
    let maker = PlacementMaker(scenario: scenario, loads: nil)
    var placements = [try maker.made(planned, label: "planned")]
    if let current {
      scenario.placements = []
      placements.insert(
        MadePlacement(
          spec: ComponentSpec(kind: "file", label: "current"), placement: current,
          certificate: nil), at: 0)
    }
    let run = try ScenarioRun(scenario, adding: placements)
    let result = try run.compare(
      version: version, onProgress: onProgress, shouldStop: shouldStop)
    guard let baseline = result.cells.first, let plan = result.cells.last else { return nil }
    return PlanVerdict(
      baseline: baseline.placement, before: baseline.stepSeconds, after: plan.stepSeconds,
      migration: migration, sawJudgedTokens: sawJudgedTokens(run.routing.judged))
  }
}
