import Planner

/// DeepSeek's EPLB, with experts that stay on a rank left in their order.
struct HierarchicalBalancer: ExpertBalancer {
  let groups: Int
  let nodes: Int
  let slotsPerRank: Int

  func arrange(_ loads: [Int], current: [[Int]]) -> [[Int]] {
    let ranks = current.count
    let algorithm = EPLBAlgorithm(
      groups: groups, nodes: nodes, ranks: ranks, replicas: slotsPerRank * ranks)
    let physical = algorithm.physicalToLogical(weight: loads.map { Float($0) })
    return (0..<ranks).map { rank in
      // EPLB may put an expert on a rank twice; one copy is enough there.
      var wanted: [Int] = []
      for expert in physical[(rank * slotsPerRank)..<((rank + 1) * slotsPerRank)]
      where !wanted.contains(expert) {
        wanted.append(expert)
      }
      let staying = current[rank].filter { wanted.contains($0) }
      return staying + wanted.filter { !staying.contains($0) }
    }
  }
}
