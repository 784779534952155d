extension ChainSearch {
  /// The largest of `count` values, which is a multiple of eight.
  @inline(__always)
  func largest(_ values: UnsafePointer<Float>, _ count: Int) -> Float {
    values.withMemoryRebound(to: SIMD8<Float>.self, capacity: count / 8) { lanes in
      var best = lanes[0]
      for index in 1..<max(1, count / 8) {
        let value = lanes[index]
        best.replace(with: value, where: value .> best)
      }
      return best.greatest
    }
  }

  /// Flows of a layer's experts to or from the ranks of the neighbour on one side.
  @inline(__always)
  func flows(
    _ layer: Int, _ side: ChainSide
  ) -> (
    rank: UnsafeMutablePointer<Float>, node: UnsafeMutablePointer<Float>,
    total: UnsafeMutablePointer<Float>
  ) {
    let flows = layers[layer]
    switch side {
    case .next: return (flows.outward, flows.outwardNode, flows.outwardTotal)
    case .previous: return (flows.inward, flows.inwardNode, flows.inwardTotal)
    }
  }

  /// Where the layer's own ranks stand in a boundary's costs, and where the neighbour's do.
  @inline(__always)
  func halves(_ side: ChainSide) -> (own: Int, other: Int) {
    side == .next ? (0, tables.width) : (tables.width, 0)
  }

  /// Adds one change to the costs of the boundary on one side; returns the change of their total.
  func apply(
    _ change: ChainChange, facing side: ChainSide, layer: Int,
    to costs: UnsafeMutablePointer<Float>
  ) -> Float {
    let (rankFlow, nodeFlow, total) = flows(layer, side)
    let flow = rankFlow + change.expert * tables.width
    let node = Int(nodeOfRank[change.rank])
    let inNode = nodeFlow[change.expert * tables.nodes + node]
    let own =
      tables.far * (total[change.expert] - inNode)
      + tables.near * (inNode - flow[change.rank])
    let (ownHalf, otherHalf) = halves(side)
    costs[ownHalf + change.rank] += own * change.share
    let theirs = costs + otherHalf
    let first = node * tables.ranksPerNode
    let last = min(tables.ranks, first + tables.ranksPerNode)
    let (far, near) = (tables.far * change.share, tables.near * change.share)
    for rank in 0..<first { theirs[rank] += far * flow[rank] }
    for rank in first..<last where rank != change.rank { theirs[rank] += near * flow[rank] }
    for rank in last..<tables.ranks { theirs[rank] += far * flow[rank] }
    return own * change.share
  }

  /// Tells the neighbours' tables of a change.
  func publish(_ change: ChainChange, layer: Int) {
    let flows = layers[layer]
    let place = place(change.rank)
    if layer > 0 {
      let previous = layers[layer - 1]
      for partner in flows.predecessors[change.expert] {
        previous.addOutward(Int(partner.expert), place, partner.tokens * change.share)
      }
    }
    if layer + 1 < tables.layers {
      let next = layers[layer + 1]
      for partner in flows.successors[change.expert] {
        next.addInward(Int(partner.expert), place, partner.tokens * change.share)
      }
    }
  }

  /// Tells the neighbours' tables that a copy has gone from one rank to another.
  func publishMove(_ expert: Int, from old: Int, to new: Int, layer: Int) {
    let flows = layers[layer]
    let share = flows.share[expert]
    let (old, new) = (place(old), place(new))
    if layer > 0 {
      let previous = layers[layer - 1]
      for partner in flows.predecessors[expert] {
        let tokens = partner.tokens * share
        previous.addOutward(Int(partner.expert), old, -tokens)
        previous.addOutward(Int(partner.expert), new, tokens)
      }
    }
    if layer + 1 < tables.layers {
      let next = layers[layer + 1]
      for partner in flows.successors[expert] {
        let tokens = partner.tokens * share
        next.addInward(Int(partner.expert), old, -tokens)
        next.addInward(Int(partner.expert), new, tokens)
      }
    }
  }
}

extension SIMD8<Float> {
  /// The largest lane, by halves.
  @inline(__always)
  var greatest: Float {
    let four = lowHalf.replacing(with: highHalf, where: highHalf .> lowHalf)
    let two = four.lowHalf.replacing(with: four.highHalf, where: four.highHalf .> four.lowHalf)
    return two.x > two.y ? two.x : two.y
  }
}
