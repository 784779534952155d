struct MoETunerMethod: PlacementMethod {
  static let name = "moetuner"
  static let summary = "x"
  func place(_ problem: PlacementProblem, _ run: inout PlanningRun) throws(PlacementError) -> MethodResult {
    try BalancedMethod().place(problem, &run)
  }
}
