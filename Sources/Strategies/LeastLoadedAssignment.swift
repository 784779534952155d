/// Where the token copies of one layer are computed under least-loaded expert parallelism (LLEP).
///
/// The copies of an expert are numbered by (source rank, position on that rank); a plan cuts that
/// range into intervals, one rank each. The plan is a pure function of the loads, so every rank
/// computes the same one and none is broadcast.
///
/// Source: Least-Loaded Expert Parallelism, algorithms 2 to 4. docs/reproductions/llep-plan.md says
/// where the published code differs and what was chosen.
public struct LeastLoadedAssignment: Hashable, Sendable {
  /// The copies `start ..< end` of an expert, computed on `rank`.
  public struct Interval: Hashable, Sendable {
    public var rank: Int
    public var start: Int
    public var end: Int

    public init(rank: Int, start: Int, end: Int) {
      self.rank = rank
      self.start = start
      self.end = end
    }

    /// How many copies the interval holds.
    public var count: Int { end - start }
  }

  /// The weights of `expert`, sent from its home to a helper before it can compute.
  public struct Transfer: Hashable, Sendable {
    public var expert: Int
    public var from: Int
    public var to: Int

    public init(expert: Int, from: Int, to: Int) {
      self.expert = expert
      self.from = from
      self.to = to
    }
  }

  /// For each expert its intervals, in order and without gaps; empty for an expert without copies.
  public private(set) var intervals: [[Interval]]
  /// The weights to send, each (expert, rank) once, in the order the plan decided them.
  public private(set) var transfers: [Transfer] = []
  /// The copies each rank computes.
  public private(set) var rankLoads: [Int]
  /// The most copies a rank takes by choice; only forced remainders exceed it.
  public let capacity: Int
  /// The busiest rank's native load over the mean (1 when there are no copies).
  public let nativeImbalance: Double
  /// Whether the loads were left to plain expert parallelism.
  public let isBalancedEnough: Bool

  /// Plans a layer.
  ///
  /// - Parameters:
  ///   - loads: the token copies of each expert over all ranks.
  ///   - homes: the rank that holds each expert's weights.
  ///   - ranks: how many ranks share the layer.
  /// - Precondition: every expert has a home below `ranks`, and no load is negative.
  /// - Complexity: O(*experts* log *experts* + *intervals* log *ranks*).
  public init(
    loads: [Int], homes: [Int], ranks: Int, settings: LeastLoadedSettings = LeastLoadedSettings()
  ) {
    precondition(loads.count == homes.count, "Every expert needs one load and one home.")
    precondition(ranks > 0 && homes.allSatisfy { 0..<ranks ~= $0 }, "A home is not a rank.")
    precondition(loads.allSatisfy { $0 >= 0 }, "A load is negative.")
    let native = Self.nativeLoads(loads, homes: homes, ranks: ranks)
    let total = native.reduce(0, +)
    nativeImbalance =
      total == 0 ? 1 : Double(native.max() ?? 0) * Double(ranks) / Double(total)
    capacity = settings.capacity(total: total, ranks: ranks)
    isBalancedEnough = settings.isBalancedEnough(imbalance: nativeImbalance)
    intervals = loads.indices.map { expert in
      loads[expert] == 0 ? [] : [Interval(rank: homes[expert], start: 0, end: loads[expert])]
    }
    rankLoads = native
    if !isBalancedEnough {
      spread(loads, homes: homes, minimumChunk: settings.minimumChunk)
    }
  }

  private static func nativeLoads(_ loads: [Int], homes: [Int], ranks: Int) -> [Int] {
    var native = Array(repeating: 0, count: ranks)
    for expert in loads.indices { native[homes[expert]] += loads[expert] }
    return native
  }

  /// Algorithm 2: visits the experts by load, largest first and ties by number, and keeps at home
  /// what fits beside the home's smaller experts.
  private mutating func spread(_ loads: [Int], homes: [Int], minimumChunk: Int) {
    // A rank's effective load: what it has been given plus its native experts not yet visited.
    var effective = LeastLoadedRanks(loads: rankLoads)
    let order = loads.indices.filter { loads[$0] > 0 }
      .sorted { (loads[$1], $0) < (loads[$0], $1) }
    for expert in order {
      let (home, load) = (homes[expert], loads[expert])
      let room = capacity - (effective.loads[home] - load)
      guard room < load else { continue }  // Case 1: all of it stays.
      let kept = max(0, room)  // Case 2 keeps a part, case 3 nothing.
      effective.add(kept - load, to: home)
      intervals[expert] = kept > 0 ? [Interval(rank: home, start: 0, end: kept)] : []
      spill(expert, kept..<load, home: home, minimumChunk: minimumChunk, effective: &effective)
    }
    rankLoads = effective.loads
  }

  /// Algorithm 3: hands `copies` to the other ranks, each time to the least loaded.
  ///
  /// The paper sorts the other ranks by load and takes the first with room for a useful chunk.
  /// Ranks after the first have no more room than it, so either the first is taken or nobody is,
  /// and then the first is forced to take the rest.
  private mutating func spill(
    _ expert: Int, _ copies: Range<Int>, home: Int, minimumChunk: Int,
    effective: inout LeastLoadedRanks
  ) {
    var start = copies.lowerBound
    while start < copies.upperBound {
      let rest = copies.upperBound - start
      guard let helper = effective.least(beside: home) else {
        // A single rank has nobody to ask.
        effective.add(rest, to: home)
        append(Interval(rank: home, start: start, end: copies.upperBound), to: expert)
        return
      }
      let room = capacity - effective.loads[helper]
      let isUseful = room >= rest || room >= max(1, minimumChunk)
      let taken = isUseful ? min(rest, room) : rest
      effective.add(taken, to: helper)
      send(expert, from: home, to: helper)
      append(Interval(rank: helper, start: start, end: start + taken), to: expert)
      start += taken
    }
  }

  /// Adds an interval, joined to the last one where the same rank goes on.
  private mutating func append(_ interval: Interval, to expert: Int) {
    if let last = intervals[expert].indices.last, intervals[expert][last].rank == interval.rank {
      intervals[expert][last].end = interval.end
    } else {
      intervals[expert].append(interval)
    }
  }

  /// Notes a transfer unless this expert already goes there: a forced remainder may come back to a
  /// helper, and its weights are sent once.
  private mutating func send(_ expert: Int, from home: Int, to helper: Int) {
    guard !intervals[expert].contains(where: { $0.rank == helper }) else { return }
    transfers.append(Transfer(expert: expert, from: home, to: helper))
  }
}
