/// Shunt's own planner: construction, annealing and exact programs where they pay.
///
/// docs/planner.md describes the stages and what each is worth.
struct ILPMethod: PlacementMethod {
  static let name = "ilp"
  static let summary = "ours: construction, local search and exact programs, with a proven bound"

  func place(
    _ problem: PlacementProblem, _ run: inout PlanningRun
  ) throws(PlacementError) -> MethodResult {
    if let small = SmallModelSearch(problem), let slots = small.solve(&run) {
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

  /// A short pass over all layers, so that every layer has gained early, then a long one.
  private mutating func anneal(_ run: inout PlanningRun) throws(PlacementError) {
    if let budget = run.options.stepBudget {
      let steps = max(1, budget / problem.layers)
      try search.anneal(
        seconds: nil, steps: steps / 8, schedule: (0.002, 1e-5), pass: 0, &run)
      try search.anneal(
        seconds: nil, steps: steps - steps / 8, schedule: (0.002, 1e-5), pass: 1, &run)
    } else {
      let early = run.secondsLeft * 0.08
      try search.anneal(
        seconds: early, steps: nil, schedule: (0.002, 1e-5), pass: 0, &run)
      guard !run.checkStop() else { return }
      try search.anneal(
        seconds: run.secondsLeft * 0.97, steps: nil, schedule: (0.002, 1e-5), pass: 1, &run)
    }
    if search.rows.indices.contains(where: { !search.isProven($0, gap: run.options.gap) }) {
      run.noteLimit()
    }
  }
}
