/// Shunt's own planner: construction, annealing and exact programs where they pay.
///
/// docs/planner.md describes the stages and what each is worth.
struct ILPMethod: PlacementMethod {
  static let name = "ilp"
  static let summary = "ours: construction, local search and exact programs, with a proven bound"

  func place(
    _ problem: PlacementProblem, _ run: inout PlanningRun
  ) throws(PlacementError) -> MethodResult {
    if let small = SmallModelSearch(problem, &run), let slots = small.solve(&run) {
      return MethodResult(slots: slots, proven: true)
    }
    return problem.objective.couplesLayers
      ? try ChainPlanner(problem).plan(&run) : try LayeredPlanner(problem).plan(&run)
  }
}

/// Balance, expected and tail objectives: every layer for itself.
struct LayeredPlanner {
  private let problem: PlacementProblem
  private var search: LayeredSearch

  init(_ problem: PlacementProblem) {
    self.problem = problem
    search = LayeredSearch(problem, bounds: LowerBounds(problem).layers)
  }

  consuming func plan(_ run: inout PlanningRun) throws(PlacementError) -> MethodResult {
    try search.construct()
    run.report("construct", layersDone: 0, incumbent: search.total, bound: search.totalBound)
    try anneal(&run)
    return MethodResult(
      slots: PlacementSlots(
        ranks: problem.ranks, slotsPerRank: problem.slotsPerRank, layers: search.rows),
      layerBounds: search.bounds)
  }

  private static let schedule: (hot: Float, cold: Float) = (0.002, 1e-5)

  /// A short pass over all layers, so that every layer has gained early, then the programs that
  /// help, and a long pass with the rest.
  private mutating func anneal(_ run: inout PlanningRun) throws(PlacementError) {
    if let budget = run.options.stepBudget {
      try annealInSteps(max(1, budget / problem.layers), &run)
    } else {
      try annealInTime(&run)
    }
    if search.rows.indices.contains(where: { !search.isProven($0, gap: run.options.gap) }) {
      run.noteLimit()
    }
  }

  /// Branch-and-bound nodes that a budget of so many steps is worth; a node costs some thousand.
  private static func nodes(for steps: Int) -> Int { max(1, steps / 2_000) }

  private mutating func annealInSteps(
    _ steps: Int, _ run: inout PlanningRun
  ) throws(PlacementError) {
    if search.countsOnly { try search.annealCopies(seconds: nil, steps: steps, &run) }
    try search.anneal(
      seconds: nil, steps: steps / 8, schedule: Self.schedule, pass: 0, &run)
    try search.enumerate(seconds: nil, nodes: max(10_000, steps), &run)
    try search.countCopies(seconds: nil, nodes: Self.nodes(for: steps), &run)
    try search.anneal(
      seconds: nil, steps: steps - steps / 8, schedule: Self.schedule, pass: 1, &run)
    try search.prove(seconds: nil, nodes: Self.nodes(for: steps), &run)
  }

  private mutating func annealInTime(_ run: inout PlanningRun) throws(PlacementError) {
    if search.countsOnly {
      // One slot a rank: counting is all there is to do.
      try search.annealCopies(seconds: run.secondsLeft * 0.35, steps: nil, &run)
      try search.countCopies(seconds: run.secondsLeft * 0.95, nodes: nil, &run)
      return
    }
    try search.anneal(
      seconds: run.secondsLeft * 0.08, steps: nil, schedule: Self.schedule, pass: 0, &run)
    if run.checkStop() { return }
    try search.enumerate(seconds: run.secondsLeft * 0.6, nodes: nil, &run)
    if run.checkStop() { return }
    try search.countCopies(seconds: run.secondsLeft * 0.3, nodes: nil, &run)
    if run.checkStop() { return }
    try search.anneal(
      seconds: run.secondsLeft * (search.isProvable ? 0.6 : 0.97), steps: nil,
      schedule: Self.schedule, pass: 1, &run)
    if run.checkStop() { return }
    try search.prove(seconds: run.secondsLeft * 0.9, nodes: nil, &run)
  }
}
