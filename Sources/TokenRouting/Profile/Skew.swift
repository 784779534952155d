extension RoutingProfile.Skew {
  /// The skew of `loads`, `[layers][experts]`.
  init(loads: [[Double]]) {
    let used = loads.filter { $0.contains { $0 > 0 } }
    hottestOverMean = average(used.map { Double($0.count) * ($0.max() ?? 0) / $0.reduce(0, +) })
    coefficientOfVariation = average(used.map(Self.variation))
    idleExperts = loads.reduce(0) { $0 + $1.count { $0 == 0 } }
    let experts = loads.first?.count ?? 0
    imbalance = [2, 4, 8, 16, 32, 64, 128, 256].filter { experts % $0 == 0 && experts >= $0 }
      .map { RoutingProfile.Imbalance(loads: used, ranks: $0) }
  }

  private static func variation(_ loads: [Double]) -> Double {
    let mean = loads.reduce(0, +) / Double(loads.count)
    let variance = loads.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(loads.count)
    return variance.squareRoot() / mean
  }
}

extension RoutingProfile.Imbalance {
  /// The imbalance of `loads`, `[layers][experts]`, on `ranks` ranks, which divide the experts.
  init(loads: [[Double]], ranks: Int) {
    self.ranks = ranks
    contiguous = average(loads.map { Self.contiguous($0, ranks) })
    balanced = average(loads.map { Self.balanced($0, ranks) })
    lowerBound = average(
      loads.map { max(1, Double(ranks) * ($0.max() ?? 0) / $0.reduce(0, +)) })
  }

  private static func contiguous(_ loads: [Double], _ ranks: Int) -> Double {
    let perRank = loads.count / ranks
    let sums = stride(from: 0, to: loads.count, by: perRank).map { first in
      loads[first..<(first + perRank)].reduce(0, +)
    }
    return Double(ranks) * (sums.max() ?? 0) / loads.reduce(0, +)
  }

  /// The longest-processing-time rule with as many experts on every rank.
  private static func balanced(_ loads: [Double], _ ranks: Int) -> Double {
    var sums = [Double](repeating: 0, count: ranks)
    var room = [Int](repeating: loads.count / ranks, count: ranks)
    for load in loads.sorted(by: >) {
      let open = sums.indices.filter { room[$0] > 0 }
      guard let best = open.min(by: { sums[$0] < sums[$1] }) else { break }
      sums[best] += load
      room[best] -= 1
    }
    return Double(ranks) * (sums.max() ?? 0) / loads.reduce(0, +)
  }
}

/// The mean, 0 of nothing.
func average(_ values: [Double]) -> Double {
  values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
}
