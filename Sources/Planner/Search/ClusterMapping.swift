/// Maps one cluster a rank and layer so that the sum over boundaries of the dearest pair of ranks
/// is small: exactly by dynamic programming up to eight ranks, else by exchanges.
struct ClusterMapping {
  private let problem: PlacementProblem
  /// Tokens by boundary, cluster and cluster of the next layer.
  private let flows: [[[Double]]]
  private let cost: [[Double]]

  init(_ problem: PlacementProblem, flows: [[[Double]]]) {
    self.problem = problem
    self.flows = flows
    cost = (0..<problem.ranks).map { source in
      (0..<problem.ranks).map { problem.tokenCost(from: source, to: $0) }
    }
  }

  /// The cluster of each rank, by layer, and whether nothing better exists.
  func solve(_ run: inout PlanningRun) -> (clusters: [[Int]], proven: Bool) {
    if problem.ranks <= 8, let exact = exact(&run) { return (exact, true) }
    return (improved(&run), false)
  }

  /// Σ over boundaries of the dearest pair.
  func value(of clusters: [[Int]]) -> Double {
    flows.indices.reduce(0) { $0 + worst($1, clusters[$1], clusters[$1 + 1]) }
  }

  private func worst(_ boundary: Int, _ first: [Int], _ second: [Int]) -> Double {
    var worst = 0.0
    for source in first.indices {
      let row = flows[boundary][first[source]]
      for destination in second.indices {
        worst = max(worst, row[second[destination]] * cost[source][destination])
      }
    }
    return worst
  }

  /// A one-slot problem whose experts are the clusters; its small-model search does the rest.
  private func exact(_ run: inout PlanningRun) -> [[Int]]? {
    let idle = Array(
      repeating: Array(repeating: 0.0, count: problem.ranks), count: flows.count + 1)
    var clusters = PlacementProblem(
      loads: idle, ranks: problem.ranks, ranksPerNode: problem.ranksPerNode, slotsPerRank: 1,
      objective: .joint)
    clusters.costs = problem.costs
    clusters.costs.computeNanoseconds = 0
    clusters.transitions = flows.map { boundary in
      boundary.enumerated().flatMap { source, row in
        row.enumerated().map {
          ExpertTransition(source: source, destination: $0.offset, tokens: $0.element)
        }
      }
    }
    return SmallModelSearch(clusters, measure: .largestPair, &run)?.solve(&run)?.layers
  }

  private func improved(_ run: inout PlanningRun) -> [[Int]] {
    var clusters = Array(
      repeating: Array(0..<problem.ranks), count: flows.count + 1)
    var changed = true
    while changed && !run.checkStop() {
      changed = false
      for layer in clusters.indices where !run.checkStop() {
        if improve(layer, &clusters) { changed = true }
      }
    }
    return clusters
  }

  /// Exchanges pairs of clusters of a layer while that helps its two boundaries.
  private func improve(_ layer: Int, _ clusters: inout [[Int]]) -> Bool {
    func near() -> Double {
      (layer > 0 ? worst(layer - 1, clusters[layer - 1], clusters[layer]) : 0)
        + (layer < flows.count ? worst(layer, clusters[layer], clusters[layer + 1]) : 0)
    }
    var best = near()
    var improved = false
    for first in 0..<problem.ranks {
      for second in 0..<first {
        clusters[layer].swapAt(first, second)
        let value = near()
        if value < best * (1 - 1e-9) {
          (best, improved) = (value, true)
        } else {
          clusters[layer].swapAt(first, second)
        }
      }
    }
    return improved
  }
}
