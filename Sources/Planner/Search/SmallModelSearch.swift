/// Exact planning of small models by dynamic programming over all placements of a layer.
///
/// Renaming ranks of a node, or nodes, in all layers alike changes nothing. So the best way to end
/// in a placement needs computing only for one of each class of alike placements; the step
/// before it ranges over all placements.
struct SmallModelSearch {
  private let problem: PlacementProblem
  private let rows: [[Int]]
  /// The class of each row, and one row of each class.
  private var classOfRow: [Int] = []
  private var representatives: [Int] = []
  private let placements: SmallPlacements
  private let measure: BoundaryMeasure

  /// - Returns: `nil` if the model is not small enough for an exact answer in seconds.
  init?(_ problem: PlacementProblem, measure: BoundaryMeasure? = nil) {
    let capacities = SlotCapacities(problem)
    guard let capacity = capacities.rows.first, problem.replicaSplit == .even,
      problem.currentPlacement == nil, problem.expertGroups == nil,
      capacities.rows.allSatisfy({ $0 == capacity }),
      capacity.allSatisfy({ $0 == problem.slotsPerRank }),
      let small = SmallLayer(problem, capacity: capacity, limit: 60_000)
    else { return nil }
    self.problem = problem
    if let measure {
      self.measure = measure
    } else if case .traffic = problem.objective {
      self.measure = .total
    } else {
      self.measure = .busiestRank
    }
    rows = small.rows
    placements = SmallPlacements(rows: rows, problem)
    classify()
    let pairs = Double(representatives.count) * Double(rows.count) * Double(problem.layers)
    let work = problem.objective.couplesLayers ? pairs : Double(rows.count * problem.layers)
    // Some 30 million pairs of placements a second and core: a few seconds in all.
    guard work <= 1e8 else { return nil }
  }

  /// Groups rows that differ by names of alike ranks and nodes only.
  private mutating func classify() {
    var classes: [[Int]: Int] = [:]
    for (index, row) in rows.enumerated() {
      let key = canonical(row)
      if let known = classes[key] {
        classOfRow.append(known)
      } else {
        classes[key] = representatives.count
        classOfRow.append(representatives.count)
        representatives.append(index)
      }
    }
  }

  /// The row with ranks sorted within nodes and nodes sorted; as it is where ranks differ.
  private func canonical(_ row: [Int]) -> [Int] {
    let even = problem.nodes == 1 || problem.ranks % problem.ranksPerNode == 0
    guard Set(problem.rankSlowdown).count <= 1, even else { return row }
    let size = problem.slotsPerRank
    let ranks = (0..<problem.ranks).map { Array(row[$0 * size..<($0 + 1) * size]) }
    let perNode =
      problem.nodes == 1
        || problem.costs.intraNodeNanoseconds
          == problem.costs.interNodeNanoseconds
        || !problem.objective.couplesLayers
      ? problem.ranks : problem.ranksPerNode
    let nodes = stride(from: 0, to: problem.ranks, by: perNode).map { first in
      ranks[first..<first + perNode].sorted { $0.lexicographicallyPrecedes($1) }
        .flatMap { $0 }
    }
    return nodes.sorted { $0.lexicographicallyPrecedes($1) }.flatMap { $0 }
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
      let best = representatives.min { cost(layer, rows[$0]) < cost(layer, rows[$1]) }
      guard let best else { return nil }
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
    var value = representatives.map { cost(0, rows[$0]) }
    var origins: [[Int]] = []
    for layer in 1..<max(1, problem.layers) {
      if run.checkStop() { return nil }
      let own = representatives.map { cost(layer, rows[$0]) }
      let step = ChainStep(
        problem: problem, flow: flow(after: layer - 1), experts: problem.experts,
        measure: measure, placements: placements, classOfRow: classOfRow, value: value,
        representatives: representatives, threads: run.options.threads)
      let best = step.best()
      origins.append(best.map(\.row))
      value = zip(own, best).map { $0 + $1.value }
    }
    guard let end = value.indices.min(by: { value[$0] < value[$1] }), value[end].isFinite else {
      return nil
    }
    return trace(from: end, origins)
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
    var chosen = [rows[representatives[end]]]
    for step in origins.reversed() {
      let row = chosen[0]
      let group = canonicalClass(row)
      let names = renaming(from: rows[representatives[group]], to: row)
      let previous = rows[step[group]]
      chosen.insert(renamed(previous, names), at: 0)
    }
    return chosen
  }

  private func canonicalClass(_ row: [Int]) -> Int {
    rows.firstIndex(of: row).map { classOfRow[$0] } ?? 0
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
