/// Finds how ranks must be renamed, without leaving nodes unless nodes are renamed too, to turn
/// one placement of a layer into another.
struct RankRenaming {
  private let ranks: Int
  private let size: Int
  /// Ranks that may exchange names freely.
  private let perNode: Int

  init(_ problem: PlacementProblem) {
    ranks = problem.ranks
    size = problem.slotsPerRank
    let uniform =
      problem.nodes == 1
      || problem.costs.intraNodeNanoseconds == problem.costs.interNodeNanoseconds
      || ranks % problem.ranksPerNode != 0
    perNode = uniform ? ranks : problem.ranksPerNode
  }

  /// The new name of each rank; the identity if `first` cannot become `second`.
  func names(from first: [Int], to second: [Int]) -> [Int] {
    if first == second { return Array(0..<ranks) }
    var names = Array(repeating: -1, count: ranks)
    var taken = Set<Int>()
    for start in stride(from: 0, to: ranks, by: perNode) {
      let members = Array(start..<min(ranks, start + perNode))
      for target in stride(from: 0, to: ranks, by: perNode) where !taken.contains(target) {
        guard let match = match(members, first, target, second) else { continue }
        for (rank, name) in zip(members, match) { names[rank] = name }
        taken.insert(target)
        break
      }
    }
    return names.contains(-1) ? Array(0..<ranks) : names
  }

  private func match(_ members: [Int], _ first: [Int], _ target: Int, _ second: [Int]) -> [Int]? {
    var free = Array(target..<min(ranks, target + perNode))
    var result: [Int] = []
    for rank in members {
      let content = first[rank * size..<(rank + 1) * size]
      guard
        let index = free.firstIndex(where: {
          second[$0 * size..<($0 + 1) * size].elementsEqual(content)
        })
      else { return nil }
      result.append(free.remove(at: index))
    }
    return result
  }
}
