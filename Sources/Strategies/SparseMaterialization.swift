/// Which ranks hold a layer's experts for one iteration of fully sharded sparse data parallelism.
///
/// Every expert has a home; the busiest get copies for as long as the layer runs. `overlapDegree`
/// bounds how many experts travel, because their transfer must hide under attention, and
/// `memoryDegree` how many copies a rank has room for.
///
/// Source: Hecate (arXiv 2502.02581), algorithm 1. The paper leaves the slot rule open: an expert
/// gets slots in proportion to its load, rounded, the remainder carried to the next, never two on one
/// rank, its home counted; ties go to the lower number. Experts without load get no copies.
struct SparseMaterialization {
  /// Ranks that hold each expert, home first, then in the order of placing.
  private(set) var holders: [[Int]]
  private let routes: WeightRoutes
  /// Copies that each rank can still take.
  private var room: [Int]

  /// - Parameters:
  ///   - loads: predicted or true copies of every expert.
  ///   - holders: ranks that hold every expert before, home first.
  ///   - ranks: ranks of the group.
  /// - Complexity: O(experts log experts + copies × ranks).
  init(
    loads: [Int], holders: [[Int]], overlapDegree: Int, memoryDegree: Int, ranks: Int,
    routes: WeightRoutes
  ) {
    self.holders = holders
    self.routes = routes
    let overlap = max(0, min(overlapDegree, loads.count))
    let memory = max(0, min(memoryDegree, overlap))
    room = [Int](repeating: memory, count: ranks)
    let top = loads.indices.sorted { (loads[$1], $0) < (loads[$0], $1) }
      .prefix(overlap).filter { loads[$0] > 0 }
    if overlap <= memory {
      for expert in top {
        self.holders[expert] += (0..<ranks).filter { !holders[expert].contains($0) }
      }
    } else {
      place(Array(top), loads: loads, slots: ranks * memory)
    }
  }

  /// Shares `slots` among the busiest experts and places them, node by node.
  private mutating func place(_ experts: [Int], loads: [Int], slots: Int) {
    let total = experts.reduce(0) { $0 + loads[$1] }
    guard total > 0 else { return }
    var carried = 0.0
    for expert in experts {
      let share = Double(loads[expert]) / Double(total) * Double(slots) + carried
      let wanted = max(1, min(room.count, Int(share.rounded())))
      carried = share - Double(wanted)
      while holders[expert].count < wanted, let rank = nextRank(for: expert) {
        holders[expert].append(rank)
        room[rank] -= 1
      }
    }
  }

  /// A rank with room on the node that has the fewest copies of `expert`, then the most room.
  private func nextRank(for expert: Int) -> Int? {
    var copies: [Int: Int] = [:]
    var free: [Int: Int] = [:]
    for rank in holders[expert] { copies[routes.node(of: rank), default: 0] += 1 }
    for rank in room.indices { free[routes.node(of: rank), default: 0] += room[rank] }
    func key(_ rank: Int) -> (Int, Int, Int, Int, Int) {
      let node = routes.node(of: rank)
      return (copies[node] ?? 0, -(free[node] ?? 0), node, -room[rank], rank)
    }
    return room.indices.filter { room[$0] > 0 && !holders[expert].contains($0) }
      .min { key($0) < key($1) }
  }

  /// Messages that bring about these holders from those before.
  func collective(from before: [[Int]]) -> SparseCollective {
    SparseCollective(from: before, to: holders, ranks: room.count, routes: routes)
  }
}
