/// The ways of one expert's weights to several ranks.
struct WeightRoutes {
  /// Ranks of the group in one node.
  let ranksPerNode: Int
  /// The position of the group's first rank in its node.
  let firstRank: Int
  /// Ranks of a node that share a NIC.
  var ranksPerPort = 1

  /// The NIC of a rank, counted from the first of its node of the group.
  func port(of rank: Int) -> Int {
    let perNode = (ranksPerNode + ranksPerPort - 1) / ranksPerPort
    return node(of: rank) * perNode + place(of: rank) / ranksPerPort
  }

  func node(of rank: Int) -> Int { (firstRank + rank) / ranksPerNode }

  private func place(of rank: Int) -> Int { (firstRank + rank) % ranksPerNode }

  /// Transfers that bring `expert` to every rank of `destinations`, once over the network to each
  /// node and from rank to rank inside it.
  ///
  /// A node without a holder gets its copy along a tree over such nodes whose root is the first
  /// holder; inside a node a tree starts at its holder or at who received first. Whoever has the
  /// weights passes them on, so that after *s* stages up to 2^*s* ranks of a tree have them.
  ///
  /// - Parameter holders: ranks that hold the weights; the first is the root between nodes.
  /// - Complexity: O((*destinations* + *holders*) · log).
  func transfers(
    of expert: Int, from holders: [Int], to destinations: [Int]
  ) -> [LeastLoadedAssignment.Transfer] {
    guard let root = holders.first else { return [] }
    var members: [(node: Int, ranks: [Int])] = []
    for rank in destinations.sorted() where !holders.contains(rank) {
      if let last = members.indices.last, members[last].node == node(of: rank) {
        members[last].ranks.append(rank)
      } else {
        members.append((node(of: rank), [rank]))
      }
    }
    var leaders = [root]
    var inside: [LeastLoadedAssignment.Transfer] = []
    for (node, ranks) in members {
      if let near = holders.first(where: { self.node(of: $0) == node }) {
        inside += Self.tree(of: expert, over: [near] + ranks)
      } else {
        // Entering on the root's rail spreads experts over NICs as their homes are spread.
        let leader = ranks.first { place(of: $0) == place(of: root) } ?? ranks[0]
        leaders.append(leader)
        inside += Self.tree(of: expert, over: [leader] + ranks.filter { $0 != leader })
      }
    }
    return Self.tree(of: expert, over: leaders) + inside
  }

  /// A binomial tree whose root is the first of `ranks`.
  private static func tree(
    of expert: Int, over ranks: [Int]
  ) -> [LeastLoadedAssignment.Transfer] {
    ranks.indices.dropFirst().map { index in
      let highestBit = 1 << (Int.bitWidth - 1 - index.leadingZeroBitCount)
      return .init(expert: expert, from: ranks[index - highestBit], to: ranks[index])
    }
  }
}
