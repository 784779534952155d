/// Least-loaded assignment among helpers that are not all alike: some have an expert's weights
/// already, some stand in its node, some have no room for more weights.
///
/// Without any of these differences it is ``LeastLoadedAssignment``. With them a remainder goes, in
/// this order of preference, to the least loaded rank
/// 1. that has the weights and any room for copies (nodes with the home first, where nodes count);
/// 2. of the home's node, where nodes count;
/// 3. of a node where somebody has the weights or will get them, where nodes count;
/// 4. of all ranks.
///
/// Ranks of 2 to 4 need room for a useful chunk of copies and a slot for the weights. Where nobody
/// has, the least loaded rank with the weights or a slot is forced to take the rest, as in LLEP;
/// where there is none either, the rest stays at home.
struct SpillAssignment: Sendable {
  /// For each expert its intervals, in order and without gaps.
  private(set) var intervals: [[LeastLoadedAssignment.Interval]]
  /// The (expert, helper) pairs that need weights, in the order they were decided.
  private(set) var deliveries: [Delivery] = []
  /// The copies each rank computes.
  private(set) var rankLoads: [Int]
  /// The foreign weights on every rank after this layer.
  private(set) var slots: WeightSlots
  let capacity: Int
  let nativeImbalance: Double
  let isBalancedEnough: Bool

  struct Delivery: Hashable, Sendable {
    let expert: Int
    let to: Int
  }

  private let permanent: [[Int]]
  private let routes: WeightRoutes
  private let countsNodes: Bool
  /// Ranks that have each expert's weights now or will have, permanent holders first.
  private var present: [[Int]]

  /// Plans a layer.
  ///
  /// - Parameters:
  ///   - loads: the token copies of each expert over all ranks.
  ///   - holders: the ranks that hold each expert for good, home first.
  ///   - slots: foreign weights on every rank, and how many may be there.
  ///   - countsNodes: whether helpers of the home's node are preferred.
  /// - Complexity: O(*experts* log *experts* + *intervals* × *ranks*).
  init(
    loads: [Int], holders: [[Int]], slots: WeightSlots, routes: WeightRoutes, countsNodes: Bool,
    settings: LeastLoadedSettings
  ) {
    let ranks = slots.held.count
    var native = [Int](repeating: 0, count: ranks)
    for expert in loads.indices { native[holders[expert][0]] += loads[expert] }
    let total = native.reduce(0, +)
    nativeImbalance =
      total == 0 ? 1 : Double(native.max() ?? 0) * Double(ranks) / Double(total)
    capacity = settings.capacity(total: total, ranks: ranks)
    isBalancedEnough = settings.isBalancedEnough(imbalance: nativeImbalance)
    intervals = loads.indices.map { expert in
      loads[expert] == 0
        ? [] : [.init(rank: holders[expert][0], start: 0, end: loads[expert])]
    }
    rankLoads = native
    self.slots = slots
    self.routes = routes
    self.countsNodes = countsNodes
    permanent = holders
    present = holders
    let held = slots.holders(experts: loads.count)
    for expert in loads.indices {
      present[expert] += held[expert].filter { !holders[expert].contains($0) }
    }
    if !isBalancedEnough { spread(loads, minimumChunk: settings.minimumChunk) }
    self.slots.endStep()
  }

  /// Visits the experts by load, largest first and ties by number, as LLEP's algorithm 2 does.
  private mutating func spread(_ loads: [Int], minimumChunk: Int) {
    let order = loads.indices.filter { loads[$0] > 0 }
      .sorted { (loads[$1], $0) < (loads[$0], $1) }
    for expert in order {
      let (home, load) = (permanent[expert][0], loads[expert])
      let room = capacity - (rankLoads[home] - load)
      guard room < load else { continue }
      let kept = max(0, room)
      rankLoads[home] += kept - load
      intervals[expert] = kept > 0 ? [.init(rank: home, start: 0, end: kept)] : []
      spill(expert, kept..<load, minimumChunk: max(1, minimumChunk))
    }
  }

  private mutating func spill(_ expert: Int, _ copies: Range<Int>, minimumChunk: Int) {
    var start = copies.lowerBound
    while start < copies.upperBound {
      let rest = copies.upperBound - start
      let (rank, taken) = helper(for: expert, rest: rest, minimumChunk: minimumChunk)
      rankLoads[rank] += taken
      append(.init(rank: rank, start: start, end: start + taken), to: expert)
      if !permanent[expert].contains(rank), slots.use(expert, on: rank) {
        deliveries.append(Delivery(expert: expert, to: rank))
        if !present[expert].contains(rank) { present[expert].append(rank) }
      }
      start += taken
    }
  }

  /// Who takes how many of the `rest` copies next.
  private func helper(
    for expert: Int, rest: Int, minimumChunk: Int
  ) -> (rank: Int, copies: Int) {
    let home = permanent[expert][0]
    let homeNode = routes.node(of: home)
    let withWeights = present[expert].filter { $0 != home && has(expert, $0) }
    if countsNodes, let rank = least(withWeights, where: { room($0) >= 1 && near($0, homeNode) }) {
      return (rank, min(rest, room(rank)))
    }
    if let rank = least(withWeights, where: { room($0) >= 1 }) {
      return (rank, min(rest, room(rank)))
    }
    func isUseful(_ rank: Int) -> Bool {
      rank != home && (room(rank) >= rest || room(rank) >= minimumChunk)
        && slots.canTake(expert, on: rank)
    }
    let all = rankLoads.indices
    if countsNodes {
      if let rank = least(all, where: { near($0, homeNode) && isUseful($0) }) {
        return (rank, min(rest, room(rank)))
      }
      let nodes = Set(present[expert].map { routes.node(of: $0) })
      if let rank = least(all, where: { nodes.contains(routes.node(of: $0)) && isUseful($0) }) {
        return (rank, min(rest, room(rank)))
      }
    }
    if let rank = least(all, where: isUseful) { return (rank, min(rest, room(rank))) }
    let forced = least(all) { $0 != home && (has(expert, $0) || slots.canTake(expert, on: $0)) }
    return (forced ?? home, rest)
  }

  private func room(_ rank: Int) -> Int { capacity - rankLoads[rank] }

  private func near(_ rank: Int, _ node: Int) -> Bool { routes.node(of: rank) == node }

  /// Whether the weights are on `rank` and may be used there.
  private func has(_ expert: Int, _ rank: Int) -> Bool {
    permanent[expert].contains(rank)
      || (slots.has(expert, on: rank) && slots.canTake(expert, on: rank))
  }

  /// The least loaded of `ranks` that pass, ties to the lower rank.
  private func least(
    _ ranks: some Sequence<Int>, where passes: (Int) -> Bool
  ) -> Int? {
    var best: Int?
    for rank in ranks where passes(rank) {
      if let current = best, (rankLoads[current], current) <= (rankLoads[rank], rank) { continue }
      best = rank
    }
    return best
  }

  private mutating func append(_ interval: LeastLoadedAssignment.Interval, to expert: Int) {
    if let last = intervals[expert].indices.last, intervals[expert][last].rank == interval.rank {
      intervals[expert][last].end = interval.end
    } else {
      intervals[expert].append(interval)
    }
  }
}
