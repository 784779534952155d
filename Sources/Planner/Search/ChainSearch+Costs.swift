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
      return best.max()
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
  private func halves(_ side: ChainSide) -> (own: Int, other: Int) {
    side == .next ? (0, tables.width) : (tables.width, 0)
  }

  /// Adds one change to the costs of the boundary on one side; returns the change of their total.
  func apply(
    _ change: ChainChange, facing side: ChainSide, layer: Int,
    to costs: UnsafeMutablePointer<Float>
  ) -> Float {
    let (rankFlow, nodeFlow, total) = flows(layer, side)
    let flow = rankFlow + change.expert * tables.width
    let node = change.rank / tables.ranksPerNode
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

  /// The change of a boundary's total cost if the copies of `e` on `g` and `f` on `h` changed
  /// places; with `costs`, also makes the change there.
  @inline(__always)
  func exchange(
    _ e: Int, _ g: Int, _ f: Int, _ h: Int, facing side: ChainSide, layer: Int,
    costs: UnsafeMutablePointer<Float>?
  ) -> Float {
    let (rankFlow, nodeFlow, total) = flows(layer, side)
    let (shareE, shareF) = (layers[layer].share[e], layers[layer].share[f])
    let (flowE, flowF) = (rankFlow + e &* tables.width, rankFlow + f &* tables.width)
    let (nodeG, nodeH) = (g / tables.ranksPerNode, h / tables.ranksPerNode)
    let (near, far, nodes) = (tables.near, tables.far, tables.nodes)
    // What g gains and h loses.
    let all = total[f] * shareF - total[e] * shareE
    let atG = flowF[g] * shareF - flowE[g] * shareE
    let atH = flowF[h] * shareF - flowE[h] * shareE
    let inG =
      nodeFlow[f &* nodes &+ nodeG] * shareF - nodeFlow[e &* nodes &+ nodeG] * shareE
    let inH =
      nodeFlow[f &* nodes &+ nodeH] * shareF - nodeFlow[e &* nodes &+ nodeH] * shareE
    let changeG = far * (all - inG) + near * (inG - atG)
    let changeH = -(far * (all - inH) + near * (inH - atH))
    guard let costs else { return changeG + changeH }
    let (ownHalf, otherHalf) = halves(side)
    costs[ownHalf &+ g] += changeG
    costs[ownHalf &+ h] += changeH
    let theirs = costs + otherHalf
    if nodeG == nodeH {
      theirs[g] -= near * atG
      theirs[h] += near * atH
    } else {
      exchangeNodes(theirs, flowE, flowF, shareE, shareF, g, h, nodeG, nodeH)
    }
    return changeG + changeH
  }

  /// The neighbour's side of an exchange between nodes: near becomes far and far near.
  private func exchangeNodes(
    _ theirs: UnsafeMutablePointer<Float>, _ flowE: UnsafePointer<Float>,
    _ flowF: UnsafePointer<Float>, _ shareE: Float, _ shareF: Float, _ g: Int, _ h: Int,
    _ nodeG: Int, _ nodeH: Int
  ) {
    let difference = tables.near - tables.far
    let size = tables.ranksPerNode
    for rank in nodeG &* size..<min(tables.ranks, (nodeG &+ 1) &* size) {
      theirs[rank] += difference * (flowF[rank] * shareF - flowE[rank] * shareE)
    }
    for rank in nodeH &* size..<min(tables.ranks, (nodeH &+ 1) &* size) {
      theirs[rank] -= difference * (flowF[rank] * shareF - flowE[rank] * shareE)
    }
    // The rank itself costs nothing where it would have cost `near`.
    theirs[g] -= tables.near * (flowF[g] * shareF - flowE[g] * shareE)
    theirs[h] += tables.near * (flowF[h] * shareF - flowE[h] * shareE)
  }

  /// Tells the neighbours' tables of a change.
  func publish(_ change: ChainChange, layer: Int) {
    if layer > 0 {
      let previous = layers[layer - 1]
      for partner in tables.predecessors[layer][change.expert] {
        previous.addOutward(
          Int(partner.expert), change.rank, partner.tokens * change.share)
      }
    }
    if layer + 1 < tables.layers {
      let next = layers[layer + 1]
      for partner in tables.successors[layer][change.expert] {
        next.addInward(Int(partner.expert), change.rank, partner.tokens * change.share)
      }
    }
  }
}
