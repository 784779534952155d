/// Ranks and the experts that may live on them: the whole layer, or a node with its groups.
struct Region: Sendable {
  let ranks: [Int]
  let experts: [Int]

  /// The regions of a layer: one without groups, else one a node with its groups chosen so that
  /// the busiest node has little to do.
  static func regions(
    of problem: PlacementProblem, layer: Int, loads: LayerLoads, capacity: [Int]
  ) -> [Region] {
    guard let groups = problem.expertGroups, problem.nodes > 1 else {
      return [Region(ranks: Array(0..<problem.ranks), experts: Array(0..<problem.experts))]
    }
    let nodes = GroupPacking(problem, loads: loads, capacity: capacity).nodeOfGroup
    let size = problem.expertsPerGroup
    return (0..<problem.nodes).map { node in
      let last = min(problem.ranks, (node + 1) * problem.ranksPerNode)
      let experts = (0..<groups).filter { nodes[$0] == node }
        .flatMap { Array($0 * size..<($0 + 1) * size) }
      return Region(ranks: Array(node * problem.ranksPerNode..<last), experts: experts)
    }
  }
}

/// Chooses a node for each group of experts.
///
/// Few groups are tried in all ways; more are packed heaviest first and then improved by
/// exchanging and moving groups while that lowers the layer's risk.
struct GroupPacking {
  private let weights: [[Double]]
  private let risk: RiskMeasure
  private let room: [Int]
  private let speed: [Double]
  private(set) var nodeOfGroup: [Int]
  /// The smallest risk of the largest node load per unit of speed; a bound if `exact`.
  private(set) var value = Double.infinity
  private(set) var exact = false

  init(_ problem: PlacementProblem, loads: LayerLoads, capacity: [Int]) {
    let groups = problem.expertGroups ?? 1
    let size = problem.expertsPerGroup
    weights = (0..<groups).map { group in
      loads.rows.map { $0[group * size..<(group + 1) * size].reduce(0, +) }
    }
    risk = loads.risk
    let members = (0..<problem.nodes).map { node in
      Array(
        node * problem.ranksPerNode..<min(problem.ranks, (node + 1) * problem.ranksPerNode))
    }
    room = members.map { $0.reduce(0) { $0 + capacity[$1] } / size }
    speed = members.map { $0.reduce(0) { $0 + 1 / problem.slowdown(ofRank: $1) } }
    nodeOfGroup = Array(repeating: 0, count: groups)
    pack()
    improve()
    // 12 groups on 4 equal nodes have 15,400 packings; more than some 10 take too long.
    if groups <= 10 { tryAll() }
  }

  private func value(of nodes: [Int]) -> Double {
    var loads = Array(
      repeating: Array(repeating: 0.0, count: room.count), count: weights[0].count)
    for (group, node) in nodes.enumerated() {
      for (sample, weight) in weights[group].enumerated() { loads[sample][node] += weight }
    }
    return risk.value(
      of: loads.map { zip($0, speed).map { $0.0 / $0.1 }.max() ?? 0 })
  }

  private mutating func pack() {
    let order = weights.indices.sorted { weights[$0].reduce(0, +) > weights[$1].reduce(0, +) }
    var left = room
    var loads = Array(repeating: 0.0, count: room.count)
    for group in order {
      let weight = weights[group].reduce(0, +)
      let node =
        room.indices.filter { left[$0] > 0 }.min {
          (loads[$0] + weight) / speed[$0] < (loads[$1] + weight) / speed[$1]
        } ?? 0
      nodeOfGroup[group] = node
      left[node] -= 1
      loads[node] += weight
    }
    value = value(of: nodeOfGroup)
  }

  private mutating func improve() {
    var improved = weights.count <= 256
    while improved {
      improved = false
      for first in weights.indices {
        for second in 0..<first where nodeOfGroup[first] != nodeOfGroup[second] {
          var trial = nodeOfGroup
          trial.swapAt(first, second)
          let candidate = value(of: trial)
          if candidate < value * (1 - 1e-12) {
            (nodeOfGroup, value, improved) = (trial, candidate, true)
          }
        }
      }
    }
  }

  private mutating func tryAll() {
    var trial = Array(repeating: 0, count: weights.count)
    var left = room
    exact = true
    descend(0, &trial, &left)
  }

  private mutating func descend(_ group: Int, _ trial: inout [Int], _ left: inout [Int]) {
    guard group < trial.count else {
      let candidate = value(of: trial)
      if candidate < value { (nodeOfGroup, value) = (trial, candidate) }
      return
    }
    for node in room.indices where left[node] > 0 {
      // An empty node like an earlier empty one leads to the same packings.
      let twin = (0..<node).contains {
        left[$0] == room[$0] && left[node] == room[node] && room[$0] == room[node]
          && speed[$0] == speed[node]
      }
      guard !twin else { continue }
      trial[group] = node
      left[node] -= 1
      descend(group + 1, &trial, &left)
      left[node] += 1
    }
  }
}
