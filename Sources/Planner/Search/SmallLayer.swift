/// All placements of one layer, for models of a few experts.
struct SmallLayer {
  /// Slots of every placement that uses each rank's capacity and gives each expert a copy.
  let rows: [[Int]]

  /// - Returns: `nil` if there are more than `limit` placements.
  init?(_ problem: PlacementProblem, capacity: [Int], limit: Int) {
    guard problem.experts <= 12, problem.ranks <= 8 else { return nil }
    // With exactly as many slots as experts every rank is full; otherwise any number may be used.
    let full = capacity.reduce(0, +) == problem.experts
    var walk = Walk(problem: problem, capacity: capacity, full: full, limit: limit)
    walk.descend(rank: 0, covered: 0)
    guard !walk.overflowed else { return nil }
    rows = walk.rows
  }

  private struct Walk {
    let problem: PlacementProblem
    let capacity: [Int]
    let full: Bool
    let limit: Int
    var masks: [Int] = []
    var rows: [[Int]] = []
    var overflowed = false
    var visits = 0

    mutating func descend(rank: Int, covered: Int) {
      visits += 1
      guard !overflowed, visits <= 20 * limit else {
        overflowed = true
        return
      }
      guard rank < problem.ranks else {
        if covered == 1 << problem.experts - 1 { append() }
        return
      }
      let left = capacity[rank...].reduce(0, +)
      guard problem.experts - covered.nonzeroBitCount <= left else { return }
      for mask in 0..<1 << problem.experts where mask.nonzeroBitCount <= capacity[rank] {
        if full && (mask & covered != 0 || mask.nonzeroBitCount < capacity[rank]) { continue }
        masks.append(mask)
        descend(rank: rank + 1, covered: covered | mask)
        masks.removeLast()
      }
    }

    private mutating func append() {
      guard rows.count < limit else {
        overflowed = true
        return
      }
      let lists = masks.map { mask in (0..<problem.experts).filter { mask >> $0 & 1 == 1 } }
      rows.append(
        PlacementSlots(lists: [lists], slotsPerRank: problem.slotsPerRank).layers[0])
    }
  }
}
