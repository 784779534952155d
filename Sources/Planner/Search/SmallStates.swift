/// Placements of one layer that dynamic programming goes through, and which of them are alike.
struct SmallStates: Sendable {
  let rows: [[Int]]
  /// The class of each row.
  private(set) var classOfRow: [Int] = []
  /// One row of each class.
  private(set) var representatives: [Int] = []
  let placements: SmallPlacements

  /// Groups rows that differ by names of alike ranks and nodes only.
  init(_ problem: PlacementProblem, rows: [[Int]]) {
    self.rows = rows
    placements = SmallPlacements(rows: rows, problem)
    var classes: [[Int]: Int] = [:]
    for (index, row) in rows.enumerated() {
      let key = Self.canonical(row, problem)
      if let known = classes[key] {
        classOfRow.append(known)
      } else {
        classes[key] = representatives.count
        classOfRow.append(representatives.count)
        representatives.append(index)
      }
    }
  }

  /// The row with ranks sorted within nodes and nodes sorted; as it is where ranks differ.
  private static func canonical(_ row: [Int], _ problem: PlacementProblem) -> [Int] {
    let even = problem.nodes == 1 || problem.ranks % problem.ranksPerNode == 0
    guard Set(problem.rankSlowdown).count <= 1, even else { return row }
    let size = problem.slotsPerRank
    let ranks = (0..<problem.ranks).map { Array(row[$0 * size..<($0 + 1) * size]) }
    let perNode =
      problem.nodes == 1
        || problem.costs.intraNodeNanoseconds
          == problem.costs.interNodeNanoseconds
        || !problem.objective.couplesLayers
      ? problem.ranks : problem.ranksPerNode
    let nodes = stride(from: 0, to: problem.ranks, by: perNode).map { first in
      ranks[first..<first + perNode].sorted { $0.lexicographicallyPrecedes($1) }
        .flatMap { $0 }
    }
    return nodes.sorted { $0.lexicographicallyPrecedes($1) }.flatMap { $0 }
  }
}
