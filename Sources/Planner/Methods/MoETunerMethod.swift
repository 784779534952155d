private import GLPKSolver
private import LinearModel

/// MoETuner: clusters of balanced load, then clusters on ranks so that the dearest pair of ranks
/// costs least; no replicas (arXiv 2502.06643).
///
/// The paper's balance of expert counts over the whole model is met by the slots and memory of
/// the problem here, which are checked as for every method. Both programs are solved to the
/// optimum for small models, and to the paper's tolerance of 0.025 within the limits above.
struct MoETunerMethod: PlacementMethod {
  static let name = "moetuner"
  static let summary = "MoETuner's two integer programs: balanced clusters, then their ranks"

  /// The relative gap at which the paper stops.
  private static let publishedTolerance = 0.025

  func place(
    _ problem: PlacementProblem, _ run: inout PlanningRun
  ) throws(PlacementError) -> MethodResult {
    let copies = (0..<problem.ranks).map { problem.memoryCopies(ofRank: $0) }.min() ?? 0
    let even = (problem.experts + problem.ranks - 1) / problem.ranks
    let largest = max(even, min(problem.slotsPerRank, copies / problem.layers))
    var clusters: [[[Int]]] = []
    for layer in 0..<problem.layers {
      clusters.append(clustering(problem, layer, largest, &run))
    }
    let order = mapping(problem, clusters, &run)
    let lists = zip(order, clusters).map { order, clusters in order.map { clusters[$0] } }
    return MethodResult(
      slots: PlacementSlots(lists: lists, slotsPerRank: problem.slotsPerRank))
  }

  private func clustering(
    _ problem: PlacementProblem, _ layer: Int, _ largest: Int, _ run: inout PlanningRun
  ) -> [[Int]] {
    let loads = problem.loads[layer]
    let packed = Self.packed(loads, clusters: problem.ranks, largest: largest)
    let small = problem.experts * problem.ranks <= 64
    // Beyond this GLPK would spend the whole limit on relaxations.
    guard problem.experts * problem.ranks <= 10_000, !run.checkStop() else { return packed }
    let program = MoETunerPrograms.Clustering(
      loads: loads, clusters: problem.ranks, largest: largest)
    var options = GLPKSolver.Options(relativeGap: small ? 0 : Self.publishedTolerance)
    let left = Double(problem.layers - layer)
    options.timeLimit = run.options.timeLimit.map { _ in run.secondsLeft / left * 0.8 }
    options.nodeLimit = run.options.stepBudget.map { max(1, $0 / problem.layers) }
    let start = program.values(of: packed)
    if program.model.violations(of: start).isEmpty { options.incumbent = start }
    guard let solution = try? GLPKSolver().solve(program.model, options: options),
      !solution.values.isEmpty
    else { return packed }
    if solution.status != .optimal { run.noteLimit() }
    return program.clusters(of: solution.values)
  }

  /// Heaviest first, with no cluster left empty.
  private static func packed(_ loads: [Double], clusters: Int, largest: Int) -> [[Int]] {
    var result = Array(repeating: [Int](), count: clusters)
    var totals = Array(repeating: 0.0, count: clusters)
    let order = loads.indices.sorted { loads[$0] > loads[$1] }
    for (place, expert) in order.enumerated() {
      let empty = result.indices.filter { result[$0].isEmpty }
      let mustFill = order.count - place <= empty.count
      let open = mustFill ? empty : result.indices.filter { result[$0].count < largest }
      let best = open.min { totals[$0] < totals[$1] } ?? 0
      result[best].append(expert)
      totals[best] += loads[expert]
    }
    return result
  }

  private func mapping(
    _ problem: PlacementProblem, _ clusters: [[[Int]]], _ run: inout PlanningRun
  ) -> [[Int]] {
    guard problem.transitions.count == problem.layers - 1, problem.layers > 1 else {
      return clusters.map { Array($0.indices) }
    }
    let flows = problem.transitions.indices.map { layer in
      Self.flow(problem.transitions[layer], clusters[layer], clusters[layer + 1], problem.experts)
    }
    return ClusterMapping(problem, flows: flows).solve(&run).clusters
  }

  /// Tokens from each cluster to each of the next layer.
  static func flow(
    _ transitions: [ExpertTransition], _ first: [[Int]], _ second: [[Int]], _ experts: Int
  ) -> [[Double]] {
    func owners(_ clusters: [[Int]]) -> [Int] {
      var owner = Array(repeating: 0, count: experts)
      for (cluster, members) in clusters.enumerated() {
        for expert in members { owner[expert] = cluster }
      }
      return owner
    }
    let (from, to) = (owners(first), owners(second))
    var result = Array(
      repeating: Array(repeating: 0.0, count: second.count), count: first.count)
    for flow in transitions { result[from[flow.source]][to[flow.destination]] += flow.tokens }
    return result
  }
}
