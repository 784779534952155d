/// Which copy of a replicated expert serves the tokens of a source rank.
public enum ReplicaDispatch: String, Sendable, Hashable, CaseIterable {
  /// Every source rank uses one copy: its own, else one on its node, else one chosen by the source's
  /// number, as SGLang's `static` dispatch does. Copies need not share evenly.
  case `static`
  /// Every source rank deals its tokens to all copies in turn.
  case even
  /// Tokens are dealt by the counts of the whole group so that the busiest holder gets as little as
  /// possible, expert by expert from the heaviest.
  case leastLoaded
}

/// How one layer's token copies are cut for each expert: which rank takes how many.
struct ReplicaSplit {
  /// Ranks of the group, and how many stand in one node.
  let ranks: Int
  let ranksPerNode: Int
  /// The position of the group's first rank in its node.
  let firstRank: Int

  /// The parts of `count` copies that `source` sends to `expert`, by holder.
  func parts(
    of count: Int, from source: Int, expert: Int, holders: [Int], dispatch: ReplicaDispatch
  ) -> [(rank: Int, count: Int)] {
    guard holders.count > 1 else { return [(holders[0], count)] }
    if dispatch == .static {
      return [(choice(for: source, among: holders), count)]
    }
    // The remainder starts at another copy for every source and expert, so that none is favoured.
    let share = count / holders.count
    let rest = count % holders.count
    return holders.indices.map { index in
      let turn = (index + source + expert) % holders.count
      return (holders[index], share + (turn < rest ? 1 : 0))
    }
  }

  /// The one copy that `source` uses under static dispatch.
  private func choice(for source: Int, among holders: [Int]) -> Int {
    if holders.contains(source) { return source }
    let near = holders.filter { node(of: $0) == node(of: source) }
    let candidates = near.isEmpty ? holders : near
    return candidates[source % candidates.count]
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
    for source in 0..<split.ranks {
      let row = counts.startIndex + source * holders.count
      for expert in holders.indices where counts[row + expert] > 0 {
        let count = Int(counts[row + expert])
        let home = holders[expert]
        if home.count == 1 {
          add(count, of: expert, from: source, to: home[0])
        } else {
          let parts = split.parts(
            of: count, from: source, expert: expert, holders: home, dispatch: dispatch)
          for part in parts where part.count > 0 {
            add(part.count, of: expert, from: source, to: part.rank)
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

/// Cuts every replicated expert's copies among its holders so that the busiest holder gets little:
/// heaviest expert first, each filled up to the level at which its holders are equal.
struct LeastLoadedReplicas {
  private(set) var intervals: [[LeastLoadedAssignment.Interval]]

  init(loads: [Int], holders: [[Int]], ranks: Int) {
    var rankLoads = [Int](repeating: 0, count: ranks)
    intervals = Array(repeating: [], count: loads.count)
    for expert in loads.indices where holders[expert].count == 1 && loads[expert] > 0 {
      rankLoads[holders[expert][0]] += loads[expert]
      intervals[expert] = [.init(rank: holders[expert][0], start: 0, end: loads[expert])]
    }
    let replicated = loads.indices.filter { holders[$0].count > 1 && loads[$0] > 0 }
      .sorted { (loads[$1], $0) < (loads[$0], $1) }
    for expert in replicated {
      var start = 0
      for (rank, count) in Self.level(loads[expert], over: holders[expert], loads: rankLoads)
      where count > 0 {
        rankLoads[rank] += count
        intervals[expert].append(.init(rank: rank, start: start, end: start + count))
        start += count
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
