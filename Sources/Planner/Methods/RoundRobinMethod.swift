/// Expert *e* on rank *e* modulo ranks, without replicas.
struct RoundRobinMethod: PlacementMethod {
  static let name = "roundRobin"
  static let summary = "expert e on rank e modulo ranks"

  func place(
    _ problem: PlacementProblem, _ run: inout PlanningRun
  ) throws(PlacementError) -> MethodResult {
    let lists = (0..<problem.ranks).map { rank in
      Array(stride(from: rank, to: problem.experts, by: problem.ranks))
    }
    return MethodResult(
      slots: PlacementSlots(
        lists: Array(repeating: lists, count: problem.layers),
        slotsPerRank: problem.slotsPerRank))
  }
}
