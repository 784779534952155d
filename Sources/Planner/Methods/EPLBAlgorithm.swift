/// DeepSeek's expert-parallel load balancer, step by step as published
/// (github.com/deepseek-ai/EPLB, commit d52c72d, MIT licence), in single precision like it.
///
/// One layer at a time; *physical* experts are copies, numbered slot by slot.
package struct EPLBAlgorithm: Sendable {
  let groups: Int
  let nodes: Int
  let ranks: Int
  /// Copies in all.
  let replicas: Int

  /// - Precondition: `replicas` is a multiple of `ranks` and no smaller than the number of experts;
  ///   where `groups` divide over the `nodes`, so do experts, ranks and replicas.
  package init(groups: Int, nodes: Int, ranks: Int, replicas: Int) {
    self.groups = groups
    self.nodes = nodes
    self.ranks = ranks
    self.replicas = replicas
  }

  /// The logical expert of each physical slot, rank by rank.
  ///
  /// Groups that do not divide over the nodes make the whole cluster one node with one group.
  package func physicalToLogical(weight: [Float]) -> [Int] {
    let hierarchical = groups % nodes == 0
    return hierarchical
      ? place(weight, groups: groups, nodes: nodes) : place(weight, groups: 1, nodes: 1)
  }

  private func place(_ weight: [Float], groups: Int, nodes: Int) -> [Int] {
    let order = expertsByNode(weight, groups: groups, nodes: nodes)
    let perNode = weight.count / nodes
    return (0..<nodes).flatMap { node in
      let members = Array(order[node * perNode..<(node + 1) * perNode])
      let copies = Self.replicate(members.map { weight[$0] }, slots: replicas / nodes)
      let shares = copies.expert.map { weight[members[$0]] / Float(copies.count[$0]) }
      let packs = Self.pack(shares, packs: ranks / nodes)
      return packs.flatMap { $0.map { members[copies.expert[$0]] } }
    }
  }

  /// Logical experts node by node: groups packed onto nodes by their tokens.
  private func expertsByNode(_ weight: [Float], groups: Int, nodes: Int) -> [Int] {
    let size = weight.count / groups
    let tokens = (0..<groups).map { group in
      weight[group * size..<(group + 1) * size].reduce(0, +)
    }
    return Self.pack(tokens, packs: nodes).joined()
      .flatMap { Array($0 * size..<($0 + 1) * size) }
  }

  /// One copy each, then one more for the expert with the largest share, first among equals.
  static func replicate(_ weight: [Float], slots: Int) -> (expert: [Int], count: [Int]) {
    var expert = Array(weight.indices)
    var count = Array(repeating: 1, count: weight.count)
    for _ in weight.count..<max(weight.count, slots) {
      var best = 0
      for index in weight.indices
      where weight[index] / Float(count[index]) > weight[best] / Float(count[best]) {
        best = index
      }
      expert.append(best)
      count[best] += 1
    }
    return (expert, count)
  }

  /// Items by falling weight, each into the lightest pack that is not full; packs hold as many.
  static func pack(_ weight: [Float], packs: Int) -> [[Int]] {
    let size = weight.count / packs
    guard size > 1 else { return weight.indices.map { [$0] } }
    var result = Array(repeating: [Int](), count: packs)
    var total = Array(repeating: Float(0), count: packs)
    // Sorting is stable here: equal weights keep their order.
    let order = weight.indices.sorted {
      weight[$0] != weight[$1] ? weight[$0] > weight[$1] : $0 < $1
    }
    for item in order {
      var best: Int?
      for pack in 0..<packs where result[pack].count < size {
        if best.map({ total[pack] < total[$0] }) ?? true { best = pack }
      }
      guard let pack = best else { continue }
      result[pack].append(item)
      total[pack] += weight[item]
    }
    return result
  }
}
