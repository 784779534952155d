extension ChainWalker {
  /// Tries an exchange; if it is accepted, all tables but the slots are up to date.
  ///
  /// What is cheap comes first: loads and the two ranks' own communication often show that the
  /// exchange cannot be accepted.
  @inline(__always)
  func trySwap(_ swap: ChainSwap) -> Bool {
    let layer = swap.layer
    let flows = chain.layers[layer]
    let (g, h) = (swap.g, swap.h)
    let (oldG, oldH) = (flows.load[g], flows.load[h])
    let tokens =
      flows.tokens[swap.f] * flows.share[swap.f]
      - flows.tokens[swap.e] * flows.share[swap.e]
    let (newG, newH) = (oldG + tokens * tables.slowdown[g], oldH - tokens * tables.slowdown[h])
    let cap = tables.caps[layer]
    guard !(newG > cap && newG > oldG), !(newH > cap && newH > oldH) else { return false }
    let (hasNext, hasPrevious) = (layer &+ 1 < tables.layers, layer > 0)
    let next = hasNext ? chain.effect(of: swap, .next) : SwapEffect()
    let previous = hasPrevious ? chain.effect(of: swap, .previous) : SwapEffect()
    var change = movePrice(layer, swap.e, from: g, to: h) + movePrice(layer, swap.f, from: h, to: g)
    change += (next.total + previous.total) * (tables.countsTotal ? 1 : smoothing)
    if tables.countsTotal {
      guard change < hopeless || change <= 0, accepts(change, limit: drawLimit()) else {
        return false
      }
      chain.communication[layer] += next.total
      if hasPrevious { chain.communication[layer - 1] += previous.total }
      flows.load[g] = newG
      flows.load[h] = newH
      chain.commit(swap)
      return true
    }
    // The busiest rank of the layer, and those of the boundaries, each at first from below.
    let oldCompute = chain.compute[layer]
    let oldNext = hasNext ? chain.communication[layer] : 0
    let oldPrevious = hasPrevious ? chain.communication[layer - 1] : 0
    let old = oldCompute + oldNext + oldPrevious
    var newCompute = max(newG, newH) * tables.computeCost
    var newNext = hasNext ? chain.leastCost(of: swap, .next, next) : 0
    var newPrevious = hasPrevious ? chain.leastCost(of: swap, .previous, previous) : 0
    change -= old
    let least = change + newCompute + newNext + newPrevious
    guard least < hopeless || least <= 0 else { return false }
    let limit = drawLimit()
    guard measures || least <= limit else { return false }
    flows.load[g] = newG
    flows.load[h] = newH
    newCompute = chain.largest(flows.load, tables.width) * tables.computeCost
    if measures || change + newCompute + newNext + newPrevious <= limit {
      if hasNext {
        newNext = chain.newCost(of: swap, .next, next, scratch: scratchNext)
      }
      if measures || change + newCompute + newNext + newPrevious <= limit {
        if hasPrevious {
          newPrevious = chain.newCost(of: swap, .previous, previous, scratch: scratchPrevious)
        }
        if accepts(change + newCompute + newNext + newPrevious, limit: limit) {
          chain.compute[layer] = newCompute
          if hasNext {
            chain.communication[layer] = newNext
            chain.settle(swap, .next, next, scratch: scratchNext)
          }
          if hasPrevious {
            chain.communication[layer - 1] = newPrevious
            chain.settle(swap, .previous, previous, scratch: scratchPrevious)
          }
          chain.commit(swap)
          return true
        }
      }
    }
    flows.load[g] = oldG
    flows.load[h] = oldH
    return false
  }
}
