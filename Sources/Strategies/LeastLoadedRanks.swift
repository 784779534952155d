/// Ranks ordered by load, ties to the lower rank: a tournament that answers "who is least loaded
/// beside this one" and takes new loads.
///
/// - Complexity: O(log *ranks*) a question and an update.
struct LeastLoadedRanks {
  /// The load of each rank.
  private(set) var loads: [Int]
  /// Node i holds the winner of nodes 2i and 2i + 1; the leaves start at ``leaves``; -1 is nobody.
  private var winners: [Int]
  private let leaves: Int

  init(loads: [Int]) {
    var leaves = 1
    while leaves < loads.count { leaves *= 2 }
    self.loads = loads
    self.leaves = leaves
    self.winners = Array(repeating: -1, count: 2 * leaves)
    for rank in loads.indices { winners[leaves + rank] = rank }
    for node in stride(from: leaves - 1, to: 0, by: -1) { replay(node) }
  }

  /// Adds `amount` to the load of `rank`.
  mutating func add(_ amount: Int, to rank: Int) {
    loads[rank] += amount
    var node = (leaves + rank) / 2
    while node > 0 {
      replay(node)
      node /= 2
    }
  }

  /// The least loaded rank other than `rank`, or `nil` if there is none.
  func least(beside rank: Int) -> Int? {
    var best = -1
    var node = leaves + rank
    while node > 1 {
      best = lighter(best, winners[node ^ 1])
      node /= 2
    }
    return best < 0 ? nil : best
  }

  private mutating func replay(_ node: Int) {
    winners[node] = lighter(winners[2 * node], winners[2 * node + 1])
  }

  private func lighter(_ first: Int, _ second: Int) -> Int {
    if first < 0 { return second }
    if second < 0 { return first }
    return (loads[second], second) < (loads[first], first) ? second : first
  }
}
