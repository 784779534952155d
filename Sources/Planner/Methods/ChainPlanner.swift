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
    // The start is balanced in tokens, which is not what is reported.
    run.isSilent = true
    let start = try startRows(&run)
    run.isSilent = false
    let totalBound = bounds.layers.reduce(0, +)
    let chain = ChainSearch(problem, rows: start, capacities: SlotCapacities(problem))
    run.report("construct", layersDone: 0, incumbent: chain.total, bound: totalBound)
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
    var schedules = schedules
    var left = 1.0
    // Short runs of all, longer ones of the better half, and the rest of the time for the best.
    for share in [0.02, 0.05] where schedules.count > 1 {
      var totals: [Double] = []
      for schedule in schedules {
        annealing.restart()
        totals.append(cool(&annealing, schedule, share: share, bound, &run))
      }
      left -= share * Double(schedules.count)
      let order = schedules.indices.sorted { (totals[$0], $0) < (totals[$1], $1) }
      schedules = order.prefix(schedules.count / 2).map { schedules[$0] }
    }
    _ = cool(&annealing, schedules[0], share: left, bound, &run)
    return annealing
  }

  private func cool(
    _ annealing: inout ChainAnnealing, _ schedule: ChainAnnealing.Schedule, share: Double,
    _ bound: Double, _ run: inout PlanningRun
  ) -> Double {
    // Of the time left the last run takes all but what scoring needs.
    let seconds = share > 0.5 ? run.secondsLeft * 0.98 : (run.options.timeLimit ?? 0) * share
    let steps = run.options.stepBudget.map { Int(Double($0) * share) }
    return annealing.cool(
      schedule, seconds: steps == nil ? seconds : nil, steps: steps, bound: bound, &run)
  }

  /// What is worth trying, cool to hot: many ranks and layers ask for a start that is cool and
  /// smooth, a few slots a rank for a hot one, and no figure of a problem tells how much.
  private var schedules: [ChainAnnealing.Schedule] {
    if case .traffic = problem.objective { return [.init(hot: 0.8, cooling: 0.01)] }
    return [
      .init(hot: 0.02, cooling: 0.03, smoothing: 1.5),
      .init(hot: 0.1, cooling: 0.006, smoothing: 1),
      .init(hot: 0.25, cooling: 0.003, smoothing: 0.6),
      .init(hot: 1, cooling: 0.001, smoothing: 0.3),
    ]
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
