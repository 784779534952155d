/// Rows of slots to start a search from.
enum StartRow {
  /// The current placement's row, if it fits this problem's slots, memory and groups.
  static func current(
    of problem: PlacementProblem, layer: Int, capacity: [Int]
  ) -> [Int]? {
    guard let current = problem.currentPlacement else { return nil }
    var row = Array(repeating: PlacementSlots.empty, count: problem.slots)
    var seen: Set<Int> = []
    for rank in 0..<problem.ranks {
      let experts = current.experts(ofRank: rank, inLayer: layer)
      guard experts.count <= capacity[rank], Set(experts).count == experts.count else {
        return nil
      }
      for (place, expert) in experts.enumerated() {
        row[rank * problem.slotsPerRank + place] = expert
        seen.insert(expert)
      }
    }
    let fits = seen.count == problem.experts
    return fits && Region.regions(of: problem, asIn: row) != nil ? row : nil
  }
}

extension Region {
  /// The regions that a row keeps to; `nil` if a group is on several nodes.
  static func regions(of problem: PlacementProblem, asIn row: [Int]) -> [Region]? {
    guard let groups = problem.expertGroups, problem.nodes > 1 else {
      return [Region(ranks: Array(0..<problem.ranks), experts: Array(0..<problem.experts))]
    }
    let size = problem.expertsPerGroup
    var nodeOfGroup = Array(repeating: -1, count: groups)
    for (slot, expert) in row.enumerated() where expert != PlacementSlots.empty {
      let node = problem.node(ofRank: slot / problem.slotsPerRank)
      let group = expert / size
      guard nodeOfGroup[group] == -1 || nodeOfGroup[group] == node else { return nil }
      nodeOfGroup[group] = node
    }
    return (0..<problem.nodes).map { node in
      let last = min(problem.ranks, (node + 1) * problem.ranksPerNode)
      let experts = (0..<groups).filter { nodeOfGroup[$0] == node }
        .flatMap { Array($0 * size..<($0 + 1) * size) }
      return Region(ranks: Array(node * problem.ranksPerNode..<last), experts: experts)
    }
  }
}
