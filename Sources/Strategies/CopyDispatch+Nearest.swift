import Domain

extension CopyDispatch {
  /// Lays the sources' copies over a plan's intervals so that as few as possible travel, and those
  /// that travel stay in their node where they can.
  ///
  /// An interval's length says how many copies of the expert its rank computes; which ones is free.
  /// A rank first takes its own copies, then those of its node, then what is left. That is the best
  /// there is for these lengths: changing any two copies so that one is computed where it comes from
  /// never lengthens the other's way by more.
  ///
  /// - Parameters:
  ///   - counts: token copies `[sources × experts]` of one group.
  ///   - intervals: for each expert its intervals, covering its copies.
  /// - Complexity: O(*ranks* × *experts*), and O(*ranks*) more for every interval.
  init(
    nearest counts: ArraySlice<Int32>, intervals: [[LeastLoadedAssignment.Interval]],
    routes: WeightRoutes, ranks: Int, keepsSegments: Bool = false
  ) {
    self.init(ranks: ranks, experts: intervals.count, keepsSegments: keepsSegments)
    let experts = intervals.count
    // Where an expert is computed on several ranks: its copies, source by source.
    var parts = [[[(rank: Int, count: Int)]]](repeating: [], count: experts)
    for expert in 0..<experts where intervals[expert].count > 1 {
      let column = (0..<ranks).map { Int(counts[counts.startIndex + $0 * experts + expert]) }
      parts[expert] = Self.nearest(column, to: intervals[expert], routes: routes)
    }
    for source in 0..<ranks {
      let row = counts.startIndex + source * experts
      for expert in 0..<experts where counts[row + expert] > 0 {
        if intervals[expert].count == 1 {
          add(Int(counts[row + expert]), of: expert, from: source, to: intervals[expert][0].rank)
        } else {
          for part in parts[expert][source] {
            add(part.count, of: expert, from: source, to: part.rank)
          }
        }
      }
      endSource()
    }
  }

  /// For every source where its copies of one expert go, nearest first.
  private static func nearest(
    _ column: [Int], to intervals: [LeastLoadedAssignment.Interval], routes: WeightRoutes
  ) -> [[(rank: Int, count: Int)]] {
    var left = column
    var parts = [[(rank: Int, count: Int)]](repeating: [], count: column.count)
    var wanted: [(rank: Int, count: Int)] = []
    for interval in intervals {
      if let index = wanted.firstIndex(where: { $0.rank == interval.rank }) {
        wanted[index].count += interval.count
      } else {
        wanted.append((interval.rank, interval.count))
      }
    }
    func take(_ source: Int, _ index: Int, atMost limit: Int) -> Int {
      let count = min(left[source], wanted[index].count, limit)
      guard count > 0 else { return 0 }
      left[source] -= count
      wanted[index].count -= count
      if let last = parts[source].indices.last, parts[source][last].rank == wanted[index].rank {
        parts[source][last].count += count
      } else {
        parts[source].append((wanted[index].rank, count))
      }
      return count
    }
    for index in wanted.indices { _ = take(wanted[index].rank, index, atMost: .max) }
    var nodes: [Int] = []
    for part in wanted where !nodes.contains(routes.node(of: part.rank)) {
      nodes.append(routes.node(of: part.rank))
    }
    for node in nodes {
      let near = column.indices.filter { routes.node(of: $0) == node }
      let helpers = wanted.indices.filter { routes.node(of: wanted[$0].rank) == node }
      let shares = Self.shares(
        of: near.reduce(0) { $0 + left[$1] }, among: helpers.map { wanted[$0].count })
      for (index, share) in zip(helpers, shares) {
        var rest = share
        for source in near where rest > 0 { rest -= take(source, index, atMost: rest) }
      }
    }
    for index in wanted.indices where wanted[index].count > 0 {
      for source in column.indices { _ = take(source, index, atMost: .max) }
    }
    return parts
  }

  /// Parts of `supply` in proportion to `demands`, none above its demand: ranks of one node send
  /// equally large parts of what they compute over their network ports.
  private static func shares(of supply: Int, among demands: [Int]) -> [Int] {
    let demand = demands.reduce(0, +)
    guard supply < demand else { return demands }
    var given = 0
    var asked = 0
    return demands.map { wanted in
      asked += wanted
      // Rounding the running sum keeps the parts' sum exact.
      let reached = Int((Double(supply) * Double(asked) / Double(demand)).rounded())
      defer { given = reached }
      return min(wanted, reached - given)
    }
  }
}
