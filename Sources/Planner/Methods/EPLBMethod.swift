/// DeepSeek's EPLB on the mean loads.
///
/// EPLB may put two copies of an expert on one rank; only one of them is kept, because a rank
/// needs an expert's weights once.
struct EPLBMethod: PlacementMethod {
  static let name = "eplb"
  static let summary = "DeepSeek's EPLB: replicate the heaviest, pack greedily, by node with groups"

  func place(
    _ problem: PlacementProblem, _ run: inout PlanningRun
  ) throws(PlacementError) -> MethodResult {
    try requireShape(problem)
    let algorithm = EPLBAlgorithm(
      groups: problem.expertGroups ?? 1, nodes: problem.nodes, ranks: problem.ranks,
      replicas: slotsPerRank(problem) * problem.ranks)
    let lists = problem.loads.map { loads -> [[Int]] in
      let physical = algorithm.physicalToLogical(weight: loads.map { Float($0) })
      let width = physical.count / problem.ranks
      return (0..<problem.ranks).map { rank in
        physical[rank * width..<(rank + 1) * width].reduce(into: [Int]()) { list, expert in
          if !list.contains(expert) { list.append(expert) }
        }
      }
    }
    return MethodResult(slots: PlacementSlots(lists: lists, slotsPerRank: problem.slotsPerRank))
  }

  /// Slots that memory leaves: EPLB fills every slot of every layer.
  private func slotsPerRank(_ problem: PlacementProblem) -> Int {
    let copies = (0..<problem.ranks).map { problem.memoryCopies(ofRank: $0) }.min() ?? 0
    return min(problem.slotsPerRank, copies / problem.layers)
  }

  private func requireShape(_ problem: PlacementProblem) throws(PlacementError) {
    func refuse(_ problem: String, _ remedy: String) -> PlacementError {
      PlacementError(.unsupported, at: "method 'eplb'", problem, remedy: remedy)
    }
    guard slotsPerRank(problem) * problem.ranks >= problem.experts else {
      throw refuse(
        "memory leaves \(slotsPerRank(problem)) slots a rank and layer", "use 'ilp' or 'balanced'")
    }
    guard let groups = problem.expertGroups, groups % problem.nodes == 0 else { return }
    guard problem.ranks % problem.nodes == 0 else {
      throw refuse("nodes of different size", "use 'ilp'")
    }
    guard slotsPerRank(problem) * problem.ranks / problem.nodes >= problem.experts / problem.nodes
    else { throw refuse("a node has fewer slots than experts", "give more slots") }
  }
}
