/// Experts in order, an even block a rank, without replicas.
struct ContiguousMethod: PlacementMethod {
  static let name = "contiguous"
  static let summary = "experts in order, an even block a rank"

  func place(
    _ problem: PlacementProblem, _ run: inout PlanningRun
  ) throws(PlacementError) -> MethodResult {
    let (experts, ranks) = (problem.experts, problem.ranks)
    let lists = (0..<ranks).map { rank in
      Array(rank * experts / ranks..<(rank + 1) * experts / ranks)
    }
    return MethodResult(
      slots: PlacementSlots(
        lists: Array(repeating: lists, count: problem.layers),
        slotsPerRank: problem.slotsPerRank))
  }
}
