/// Exact planning of small models by dynamic programming over all placements of a layer.
///
/// Renaming ranks of a node, or nodes, in all layers alike changes nothing. So the best way to end
/// in a placement needs computing only for one of each class of alike placements; the step
/// before it ranges over all placements.
struct SmallModelSearch {
  private let problem: PlacementProblem
  private let measure: BoundaryMeasure
  /// The placements that matter, by layer; the same for all layers where all placements do.
  private let states: [SmallStates]
  /// By how much the cost of each boundary can differ between plans, ns.
  private let spread: [Double]

  /// - Returns: `nil` if the model is not small enough for an exact answer in seconds.
  init?(
    _ problem: PlacementProblem, measure: BoundaryMeasure? = nil, listLimit: Int = 60_000,
    _ run: inout PlanningRun
  ) {
    let capacities = SlotCapacities(problem)
    guard let capacity = capacities.rows.first, problem.replicaSplit == .even,
      problem.currentPlacement == nil, problem.expertGroups == nil,
      capacities.rows.allSatisfy({ $0 == capacity }),
      capacity.allSatisfy({ $0 == problem.slotsPerRank })
    else { return nil }
    self.problem = problem
    if let measure {
      self.measure = measure
    } else if case .traffic = problem.objective {
      self.measure = .total
    } else {
      self.measure = .busiestRank
    }
    if let small = SmallLayer(problem, capacity: capacity, limit: listLimit) {
      let all = SmallStates(problem, rows: small.rows)
      let pairs = Double(all.representatives.count) * Double(all.rows.count)
      let work = (problem.objective.couplesLayers ? pairs : Double(all.rows.count))
      // Some 30 million pairs of placements a second and core: a few seconds in all.
      if work * Double(problem.layers) <= 1e8 {
        states = Array(repeating: all, count: problem.layers)
        spread = Array(repeating: .infinity, count: problem.layers)
        return
      }
    }
    // Beyond 40,000 placements a layer the pairs take too long.
    guard measure == nil,
      let pruning = SmallStates.Pruning(problem, rowLimit: 40_000, &run)
    else { return nil }
    (states, spread) = (pruning.states, pruning.spread)
  }

  /// An optimal placement, or `nil` if the run was stopped before the end.
  func solve(_ run: inout PlanningRun) -> PlacementSlots? {
    let best = problem.objective.couplesLayers ? chain(&run) : layers(&run)
    return best.map { chosen in
      PlacementSlots(
        ranks: problem.ranks, slotsPerRank: problem.slotsPerRank, layers: chosen)
    }
  }

  private func layers(_ run: inout PlanningRun) -> [[Int]]? {
    var chosen: [[Int]] = []
    for layer in 0..<problem.layers {
      if run.checkStop() { return nil }
      let rows = states[layer].representatives.map { states[layer].rows[$0] }
      let costs = rows.map { cost(layer, $0) }
      guard let best = costs.indices.min(by: { costs[$0] < costs[$1] }) else { return nil }
      chosen.append(rows[best])
    }
    return chosen
  }

  /// The layer's loads part of the objective; infinite above a load cap.
  private func cost(_ layer: Int, _ row: [Int]) -> Double {
    let slots = PlacementSlots(
      ranks: problem.ranks, slotsPerRank: problem.slotsPerRank, layers: [row])
    let holders = slots.ranksByExpert(inLayer: 0, experts: problem.experts)
    let tokens = (try? problem.busiest(layer, holders)) ?? .infinity
    if case .traffic(let caps) = problem.objective {
      return tokens > caps[layer] + 1e-7 ? .infinity : 0
    }
    return tokens * problem.computeScale
  }

  /// For each layer and class the best way to get there, then back from the best end.
  private func chain(_ run: inout PlanningRun) -> [[Int]]? {
    var value = ownCosts(0)
    var origins: [[Int]] = []
    for layer in 1..<max(1, problem.layers) {
      if run.checkStop() || run.hasUsed(0.6) { return nil }
      prune(&value, before: layer)
      let step = ChainStep(
        problem: problem, flow: flow(after: layer - 1), experts: problem.experts,
        measure: measure, previous: states[layer - 1], value: value, states: states[layer],
        threads: run.options.threads)
      let best = step.best()
      origins.append(best.map(\.row))
      value = zip(ownCosts(layer), best).map { $0 + $1.value }
    }
    guard let end = value.indices.min(by: { value[$0] < value[$1] }), value[end].isFinite else {
      return nil
    }
    return trace(from: end, origins)
  }

  private func ownCosts(_ layer: Int) -> [Double] {
    states[layer].representatives.map { cost(layer, states[layer].rows[$0]) }
  }

  /// Leaves out classes that another one beats whatever comes after them.
  private func prune(_ value: inout [Double], before layer: Int) {
    let limit = ((value.min() ?? 0) + spread[layer - 1]) * (1 + 1e-9)
    for index in value.indices where value[index] > limit { value[index] = .infinity }
  }

  /// Tokens by source and destination expert.
  private func flow(after layer: Int) -> [Float] {
    var flow = Array(repeating: Float(0), count: problem.experts * problem.experts)
    for item in problem.transitions[layer] {
      flow[item.source * problem.experts + item.destination] += Float(item.tokens)
    }
    return flow
  }

  /// Walks back; each step was computed for a representative, so ranks are renamed on the way.
  private func trace(from end: Int, _ origins: [[Int]]) -> [[Int]] {
    let last = states[problem.layers - 1]
    var chosen = [last.rows[last.representatives[end]]]
    for (layer, step) in origins.enumerated().reversed() {
      let row = chosen[0]
      let here = states[layer + 1]
      let group = here.rows.firstIndex(of: row).map { here.classOfRow[$0] } ?? 0
      let names = renaming(from: here.rows[here.representatives[group]], to: row)
      chosen.insert(renamed(states[layer].rows[step[group]], names), at: 0)
    }
    return chosen
  }

  /// The new rank of each rank such that `first` renamed is `second`.
  private func renaming(from first: [Int], to second: [Int]) -> [Int] {
    RankRenaming(problem).names(from: first, to: second)
  }

  private func renamed(_ row: [Int], _ names: [Int]) -> [Int] {
    let size = problem.slotsPerRank
    var result = row
    for rank in 0..<problem.ranks {
      result.replaceSubrange(
        names[rank] * size..<(names[rank] + 1) * size, with: row[rank * size..<(rank + 1) * size])
    }
    return result
  }
}
