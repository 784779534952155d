/// An exchange of the copies of expert `e` on rank `g` and of `f` on rank `h` of one layer.
struct ChainSwap {
  let layer: Int
  let e: Int
  let f: Int
  let g: Int
  let h: Int
}

/// What an exchange does to the boundary on one side of its layer.
struct SwapEffect {
  /// Tokens that the ranks `g` and `h` of the neighbour exchange with `g` more, and with `h` less.
  var atG: Float = 0
  var atH: Float = 0
  /// What `g` and `h` of the layer itself send or receive more, ns.
  var costG: Float = 0
  var costH: Float = 0

  /// The change of the boundary's total cost.
  @inline(__always)
  var total: Float { costG + costH }
}

extension ChainSearch {
  /// The change on the layer's own ranks, which needs no look at the other ranks.
  @inline(__always)
  func effect(of swap: ChainSwap, _ side: ChainSide) -> SwapEffect {
    let (rankFlow, nodeFlow, total) = flows(swap.layer, side)
    let share = layers[swap.layer].share
    let (shareE, shareF) = (share[swap.e], share[swap.f])
    let (flowE, flowF) = (rankFlow + swap.e &* tables.width, rankFlow + swap.f &* tables.width)
    let (nodesE, nodesF) = (nodeFlow + swap.e &* tables.nodes, nodeFlow + swap.f &* tables.nodes)
    let (nodeG, nodeH) = (Int(nodeOfRank[swap.g]), Int(nodeOfRank[swap.h]))
    let (near, far) = (tables.near, tables.far)
    let all = total[swap.f] * shareF - total[swap.e] * shareE
    let inG = nodesF[nodeG] * shareF - nodesE[nodeG] * shareE
    let inH = nodesF[nodeH] * shareF - nodesE[nodeH] * shareE
    var effect = SwapEffect()
    effect.atG = flowF[swap.g] * shareF - flowE[swap.g] * shareE
    effect.atH = flowF[swap.h] * shareF - flowE[swap.h] * shareE
    effect.costG = far * (all - inG) + near * (inG - effect.atG)
    effect.costH = -(far * (all - inH) + near * (inH - effect.atH))
    return effect
  }

  /// What the busiest of `g` and `h` would cost: the boundary's cost cannot be less.
  @inline(__always)
  func leastCost(of swap: ChainSwap, _ side: ChainSide, _ effect: SwapEffect) -> Float {
    let own = costs(swap.layer, side) + halves(side).own
    return max(own[swap.g] + effect.costG, own[swap.h] + effect.costH)
  }

  /// The boundary's new cost; the neighbour's half of the costs is left in `scratch`.
  @inline(__always)
  func newCost(
    of swap: ChainSwap, _ side: ChainSide, _ effect: SwapEffect,
    scratch: UnsafeMutablePointer<Float>
  ) -> Float {
    let (ownHalf, otherHalf) = halves(side)
    let costs = costs(swap.layer, side)
    let own = costs + ownHalf
    let (oldG, oldH) = (own[swap.g], own[swap.h])
    own[swap.g] = oldG + effect.costG
    own[swap.h] = oldH + effect.costH
    let ownLargest = largest(own, tables.width)
    own[swap.g] = oldG
    own[swap.h] = oldH
    exchangeNeighbour(of: swap, side, from: costs + otherHalf, to: scratch)
    // A rank exchanges nothing with itself.
    scratch[swap.g] -= tables.near * effect.atG
    scratch[swap.h] += tables.near * effect.atH
    return max(ownLargest, largest(scratch, tables.width))
  }

  /// The neighbour's costs where near becomes far and far near.
  @inline(__always)
  private func exchangeNeighbour(
    of swap: ChainSwap, _ side: ChainSide, from theirs: UnsafePointer<Float>,
    to scratch: UnsafeMutablePointer<Float>
  ) {
    let width = tables.width
    let (nodeG, nodeH) = (Int(nodeOfRank[swap.g]), Int(nodeOfRank[swap.h]))
    guard nodeG != nodeH else { return scratch.update(from: theirs, count: width) }
    let rankFlow = side == .next ? layers[swap.layer].outward : layers[swap.layer].inward
    let share = layers[swap.layer].share
    let difference = tables.near - tables.far
    let (shareE, shareF) = (share[swap.e] * difference, share[swap.f] * difference)
    func lanes(_ values: UnsafePointer<Float>) -> UnsafePointer<SIMD8<Float>> {
      UnsafeRawPointer(values).assumingMemoryBound(to: SIMD8<Float>.self)
    }
    let (flowE, flowF) = (lanes(rankFlow + swap.e &* width), lanes(rankFlow + swap.f &* width))
    let (inG, inH) = (lanes(inNode + nodeG &* width), lanes(inNode + nodeH &* width))
    let old = lanes(theirs)
    let new = UnsafeMutableRawPointer(scratch).assumingMemoryBound(to: SIMD8<Float>.self)
    for index in 0..<width / 8 {
      new[index] =
        old[index] + (inG[index] - inH[index]) * (flowF[index] * shareF - flowE[index] * shareE)
    }
  }

  /// Makes the exchange in the costs of one side, the neighbour's half of which is in `scratch`.
  @inline(__always)
  func settle(
    _ swap: ChainSwap, _ side: ChainSide, _ effect: SwapEffect,
    scratch: UnsafePointer<Float>
  ) {
    let (ownHalf, otherHalf) = halves(side)
    let costs = costs(swap.layer, side)
    costs[ownHalf &+ swap.g] += effect.costG
    costs[ownHalf &+ swap.h] += effect.costH
    (costs + otherHalf).update(from: scratch, count: tables.width)
  }

  /// Tells everybody of an accepted exchange.
  func commit(_ swap: ChainSwap) {
    let flows = layers[swap.layer]
    for (expert, old, new) in [(swap.e, swap.g, swap.h), (swap.f, swap.h, swap.g)]
    where expert != tables.experts {
      flows.present[expert &* tables.ranks &+ old] = false
      flows.present[expert &* tables.ranks &+ new] = true
      flows.home[expert] = Int32(truncatingIfNeeded: new)
      publishMove(expert, from: old, to: new, layer: swap.layer)
    }
  }
}
