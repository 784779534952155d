/// Traffic and joint objectives: the layers as a chain.
struct ChainPlanner {
  private let problem: PlacementProblem
  private let bounds: LowerBounds

  init(_ problem: PlacementProblem) {
    self.problem = problem
    bounds = LowerBounds(problem)
  }

  func plan(_ run: inout PlanningRun) throws(PlacementError) -> MethodResult {
    try requireReachableCaps()
    let start = try startRows(&run)
    let totalBound = bounds.layers.reduce(0, +)
    let chain = ChainSearch(problem, rows: start, capacities: SlotCapacities(problem))
    let annealing = search(chain, totalBound, &run)
    let best = try better(annealing.bestRows, start)
    run.noteLimit()
    return MethodResult(slots: best, layerBounds: bounds.layers)
  }

  /// - Throws: ``PlacementError`` if a layer's cap is below what any placement can reach.
  private func requireReachableCaps() throws(PlacementError) {
    guard case .traffic(let caps) = problem.objective else { return }
    var balance = problem
    balance.objective = .balance
    for (layer, bound) in LowerBounds(balance).layers.enumerated()
    where bound > caps[layer] + 1e-6 {
      throw PlacementError(
        .infeasible, at: "objective.layer_load_caps[\(layer)]",
        "\(caps[layer]) tokens, and the busiest rank has at least \(bound)",
        remedy: "raise the cap")
    }
  }

  /// Balanced layers: below the load caps, or nearly best in compute.
  private func startRows(_ run: inout PlanningRun) throws(PlacementError) -> [[Int]] {
    var balance = problem
    balance.objective = .balance
    balance.moveCost = 0
    var search = LayeredSearch(balance, bounds: LowerBounds(balance).layers)
    try search.construct()
    if case .traffic(let caps) = problem.objective {
      // Below its cap a layer is good enough.
      for (layer, cap) in caps.enumerated() { search.raise(layer, to: cap) }
    }
    try anneal(&search, share: 0.02, pass: 0, &run)
    if case .traffic = problem.objective { try anneal(&search, share: 0.2, pass: 1, &run) }
    return search.rows
  }

  private func anneal(
    _ search: inout LayeredSearch, share: Double, pass: Int, _ run: inout PlanningRun
  ) throws(PlacementError) {
    let steps = run.options.stepBudget.map { max(64, Int(Double($0) * share) / problem.layers) }
    try search.anneal(
      seconds: steps == nil ? run.secondsLeft * share : nil, steps: steps,
      schedule: (0.002, 1e-5), pass: pass, &run)
  }

  private func search(
    _ chain: ChainSearch, _ bound: Double, _ run: inout PlanningRun
  ) -> ChainAnnealing {
    var annealing = ChainAnnealing(chain, seed: run.options.seed, moves: movePrice)
    let hot = hotStart
    if let budget = run.options.stepBudget {
      annealing.cool(.init(hot: hot), seconds: nil, steps: budget, bound: bound, &run)
    } else {
      annealing.cool(
        .init(hot: hot * 0.3), seconds: run.secondsLeft * 0.1, steps: nil, bound: bound, &run)
      annealing.cool(
        .init(hot: hot), seconds: run.secondsLeft * 0.98, steps: nil, bound: bound, &run)
    }
    return annealing
  }

  /// The first temperature as a share of the mean change, by what was best on the public
  /// problems: changes of copies are large, so their share is small; few slots and smooth totals
  /// want a hot start.
  private var hotStart: Float {
    if case .traffic = problem.objective { return 0.8 }
    if problem.slots > problem.experts { return 0.06 }
    return problem.slotsPerRank >= 6 ? 0.15 : 0.6
  }

  private var movePrice: (([[Int]]) -> Double)? {
    guard problem.moveCost > 0 else { return nil }
    return { [problem] rows in
      let slots = PlacementSlots(
        ranks: problem.ranks, slotsPerRank: problem.slotsPerRank, layers: rows)
      return problem.moves(of: slots)
    }
  }

  /// The better of two plans by the scoring function; an infeasible one loses.
  private func better(
    _ first: [[Int]], _ second: [[Int]]
  ) throws(PlacementError) -> PlacementSlots {
    let plans = [first, second].map {
      PlacementSlots(ranks: problem.ranks, slotsPerRank: problem.slotsPerRank, layers: $0)
    }
    let scores = [try problem.score(plans[0]), try problem.score(plans[1])]
    if scores[0].feasible != scores[1].feasible { return plans[scores[0].feasible ? 0 : 1] }
    return plans[scores[0].objective <= scores[1].objective ? 0 : 1]
  }
}
