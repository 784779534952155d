/// Which copy of a replicated expert serves the tokens of a source rank.
public enum ReplicaDispatch: String, Sendable, Hashable, CaseIterable {
  /// Every source rank uses one copy: its own, else one on its node, else one chosen by the source's
  /// number, as SGLang's `static` dispatch does. Copies need not share evenly.
  case `static`
  /// Every source rank deals its tokens to all copies in turn.
  case even
  /// Tokens are dealt by the counts of the whole group so that the busiest holder gets as little as
  /// its copies allow.
  case leastLoaded
}

/// How one layer's token copies are cut for each expert: which rank takes how many.
struct ReplicaSplit {
  /// Ranks of the group, and how many stand in one node.
  let ranks: Int
  let ranksPerNode: Int
  /// The position of the group's first rank in its node.
  let firstRank: Int

  /// The one copy that `source` uses under static dispatch.
  func choice(for source: Int, among holders: ArraySlice<Int>) -> Int {
    if holders.contains(source) { return source }
    let near = holders.filter { node(of: $0) == node(of: source) }
    if near.isEmpty { return holders[holders.startIndex + source % holders.count] }
    return near[source % near.count]
  }

  private func node(of rank: Int) -> Int { (firstRank + rank) / ranksPerNode }
}

extension CopyDispatch {
  /// Sends every copy to a holder of its expert, by `dispatch` where there are several.
  ///
  /// - Parameters:
  ///   - counts: token copies `[sources × experts]` of one group.
  ///   - holders: ranks of the group that hold each expert, home first.
  init(
    counts: ArraySlice<Int32>, holders: [[Int]], dispatch: ReplicaDispatch, split: ReplicaSplit,
    keepsSegments: Bool = false
  ) {
    if dispatch == .leastLoaded, holders.contains(where: { $0.count > 1 }) {
      let loads = Self.loads(of: counts, experts: holders.count)
      let intervals = LeastLoadedReplicas(loads: loads, holders: holders, ranks: split.ranks)
      self.init(
        counts: counts, intervals: intervals.intervals, ranks: split.ranks,
        keepsSegments: keepsSegments)
      return
    }
    self.init(ranks: split.ranks, experts: holders.count, keepsSegments: keepsSegments)
    // Flat, because a step on a thousand ranks asks fifteen million times.
    let flat = holders.flatMap { $0 }
    var ends: [Int] = []
    for ranks in holders { ends.append((ends.last ?? 0) + ranks.count) }
    for source in 0..<split.ranks {
      let row = counts.startIndex + source * holders.count
      for expert in ends.indices where counts[row + expert] > 0 {
        let count = Int(counts[row + expert])
        let first = expert == 0 ? 0 : ends[expert - 1]
        let copies = ends[expert] - first
        if copies == 1 {
          add(count, of: expert, from: source, to: flat[first])
        } else if dispatch == .static {
          let rank = split.choice(for: source, among: flat[first..<ends[expert]])
          add(count, of: expert, from: source, to: rank)
        } else {
          // The remainder starts at another copy for every source and expert, so that none is
          // favoured.
          let (share, rest) = count.quotientAndRemainder(dividingBy: copies)
          for index in 0..<copies {
            let part = share + ((index + source + expert) % copies < rest ? 1 : 0)
            if part > 0 { add(part, of: expert, from: source, to: flat[first + index]) }
          }
        }
      }
      endSource()
    }
  }

  /// The copies of every expert over all sources.
  static func loads(of counts: ArraySlice<Int32>, experts: Int) -> [Int] {
    var loads = [Int](repeating: 0, count: experts)
    for (offset, count) in counts.enumerated() { loads[offset % experts] += Int(count) }
    return loads
  }
}

/// Cuts every replicated expert's copies among its holders so that ranks are as equally loaded as the
/// copies allow.
///
/// Experts are poured over their holders one after another, again and again. Each pouring lowers the
/// sum of the squared rank loads, whose least value is also the most even loading there is.
struct LeastLoadedReplicas {
  private(set) var intervals: [[LeastLoadedAssignment.Interval]]

  /// Rounds after which nothing that shows in a step's time moves any more.
  private static let rounds = 16

  init(loads: [Int], holders: [[Int]], ranks: Int) {
    var rankLoads = [Int](repeating: 0, count: ranks)
    for expert in loads.indices where holders[expert].count == 1 {
      rankLoads[holders[expert][0]] += loads[expert]
    }
    let replicated = loads.indices.filter { holders[$0].count > 1 && loads[$0] > 0 }
      .sorted { (loads[$1], $0) < (loads[$0], $1) }
    var parts = [[(rank: Int, count: Int)]](repeating: [], count: loads.count)
    for _ in 0..<Self.rounds {
      let before = rankLoads
      for expert in replicated {
        for part in parts[expert] { rankLoads[part.rank] -= part.count }
        parts[expert] = Self.level(loads[expert], over: holders[expert], loads: rankLoads)
        for part in parts[expert] { rankLoads[part.rank] += part.count }
      }
      if rankLoads == before { break }
    }
    intervals = loads.indices.map { expert in
      if holders[expert].count == 1 {
        return loads[expert] > 0
          ? [.init(rank: holders[expert][0], start: 0, end: loads[expert])] : []
      }
      var start = 0
      return parts[expert].compactMap { rank, count in
        guard count > 0 else { return nil }
        defer { start += count }
        return .init(rank: rank, start: start, end: start + count)
      }
    }
  }

  /// Pours `amount` over `holders` until those that got any stand at one level.
  private static func level(
    _ amount: Int, over holders: [Int], loads: [Int]
  ) -> [(rank: Int, count: Int)] {
    let order = holders.sorted { (loads[$0], $0) < (loads[$1], $1) }
    var open = 1
    var volume = 0
    while open < order.count {
      let next = volume + (loads[order[open]] - loads[order[open - 1]]) * open
      guard next < amount else { break }
      volume = next
      open += 1
    }
    let base = loads[order[open - 1]]
    let (share, rest) = (amount - volume).quotientAndRemainder(dividingBy: open)
    return order.prefix(open).enumerated().map { index, rank in
      (rank, base - loads[rank] + share + (index < rest ? 1 : 0))
    }
  }
}
