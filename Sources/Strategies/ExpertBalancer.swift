/// Finds a better place for one layer's experts, given how they were loaded.
protocol ExpertBalancer: Sendable {
  /// The experts of every rank, `[ranks][slots at most]`.
  ///
  /// - Parameters:
  ///   - loads: summed token copies of each expert over a window of steps.
  ///   - current: the experts that every rank holds now.
  func arrange(_ loads: [Int], current: [[Int]]) -> [[Int]]
}

/// How even a layer is when every expert's copies share its load evenly.
struct EvenShares {
  /// Load of one copy of each expert.
  private(set) var share: [Double]
  /// Copies of each expert.
  private(set) var copies: [Int]
  /// Load of each rank.
  private(set) var rankLoads: [Double]

  init(_ loads: [Int], placed: [[Int]]) {
    copies = [Int](repeating: 0, count: loads.count)
    for expert in placed.joined() { copies[expert] += 1 }
    share = zip(loads, copies).map { Double($0) / Double(max(1, $1)) }
    rankLoads = []
    rankLoads = placed.map { experts in experts.reduce(0) { $0 + share[$1] } }
  }

  /// The busiest rank, the lower one of equals.
  var busiest: Int {
    rankLoads.indices.max { (rankLoads[$0], $1) < (rankLoads[$1], $0) } ?? 0
  }

  var largest: Double { rankLoads.max() ?? 0 }
}
