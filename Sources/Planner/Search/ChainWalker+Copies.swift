extension ChainWalker {
  /// Gives a slot of an expert that has other copies to another expert.
  func tryReplica(_ layer: Int) {
    let flows = chain.layers[layer]
    let g = random.below(tables.ranks)
    guard flows.capacity[g] > 0 else { return }
    let index = g * tables.slotsPerRank + random.below(flows.capacity[g])
    let e = Int(flows.slot[index])
    guard !flows.pinned[index], e == tables.experts || flows.copies[e] > 1 else { return }
    let members = flows.regions[Int(flows.regionOfRank[g])].experts
    guard !members.isEmpty else { return }
    let f = newcomer(layer, g, members)
    guard f != e, !flows.present[f * tables.ranks + g], !flows.protected.contains(f) else { return }
    let changes = chain.replicaChanges(layer, removing: e, adding: f, on: g)
    guard keepsCaps(layer, changes) else { return }
    save(layer)
    var outcome = Outcome()
    outcome.moves = movePrice(layer, f, to: g) - movePrice(layer, e, to: g)
    for change in changes {
      chain.addLoad(change, layer)
      for side in [ChainSide.next, .previous] where chain.hasNeighbour(layer, side) {
        outcome.note(
          chain.apply(change, facing: side, layer: layer, to: chain.costs(layer, side)), side)
      }
    }
    guard settle(layer, &outcome) else {
      restore(layer)
      for change in changes { chain.addLoad(change, layer, sign: -1) }
      return
    }
    chain.commitReplica(layer, index, removing: e, adding: f, changes)
  }

  /// Mostly an expert of the busiest rank, whose load a copy would share, or one that exchanges
  /// many tokens with what the rank holds in a neighbouring layer; now and then none, which takes a
  /// copy away.
  private func newcomer(_ layer: Int, _ rank: Int, _ members: [Int]) -> Int {
    let flows = chain.layers[layer]
    let kind = random.below(16)
    if kind == 0 { return tables.experts }
    if kind < 6, flows.regions.count == 1, let partner = partner(layer, rank) { return partner }
    if kind < 11 {
      var busiest = 0
      for rank in 1..<tables.ranks where flows.load[rank] > flows.load[busiest] {
        busiest = rank
      }
      let slot = busiest * tables.slotsPerRank + random.below(max(1, flows.capacity[busiest]))
      let expert = Int(flows.slot[slot])
      if expert != tables.experts, flows.regions.count == 1 { return expert }
    }
    return members[random.below(members.count)]
  }

  /// An expert that flows much to or from one on the same rank in a neighbouring layer.
  private func partner(_ layer: Int, _ rank: Int) -> Int? {
    let next = random.below(2) == 0
    guard next ? layer + 1 < tables.layers : layer > 0 else { return nil }
    let neighbour = chain.layers[next ? layer + 1 : layer - 1]
    let room = Int(neighbour.room[rank])
    guard room > 0 else { return nil }
    let resident = Int(neighbour.slot[rank * tables.slotsPerRank + random.below(room)])
    guard resident != tables.experts else { return nil }
    let partners = next ? neighbour.predecessors[resident] : neighbour.successors[resident]
    guard !partners.isEmpty else { return nil }
    return Int(partners[random.below(random.below(partners.count) + 1)].expert)
  }

  private func keepsCaps(_ layer: Int, _ changes: [ChainChange]) -> Bool {
    let cap = tables.caps[layer]
    guard cap.isFinite else { return true }
    var loads: [Int: Float] = [:]
    for change in changes {
      loads[change.rank, default: chain.layers[layer].load[change.rank]] +=
        change.share * chain.layers[layer].tokens[change.expert] * tables.slowdown[change.rank]
    }
    return loads.allSatisfy { $0.value <= max(cap, chain.layers[layer].load[$0.key]) }
  }

  /// What a tried move changes.
  private struct Outcome {
    var next: Float = 0
    var previous: Float = 0
    var moves: Float = 0

    @inline(__always)
    mutating func note(_ total: Float, _ side: ChainSide) {
      if side == .next { next += total } else { previous += total }
    }
  }

  /// Judges a move whose costs are already in place; keeps the new values if it is accepted.
  private func settle(_ layer: Int, _ outcome: inout Outcome) -> Bool {
    var change = outcome.moves
    var compute = chain.compute[layer]
    if tables.computeCost > 0 {
      compute = chain.largest(chain.layers[layer].load, tables.width) * tables.computeCost
      change += compute - chain.compute[layer]
    }
    var next = chain.communication[layer]
    var previous = layer > 0 ? chain.communication[layer - 1] : 0
    if tables.countsTotal {
      next += outcome.next
      previous += outcome.previous
      change += outcome.next + outcome.previous
    } else {
      if chain.hasNeighbour(layer, .next) {
        next = chain.largest(chain.costs(layer, .next), 2 * tables.width)
        change += next - chain.communication[layer]
      }
      if layer > 0 {
        previous = chain.largest(chain.costs(layer, .previous), 2 * tables.width)
        change += previous - chain.communication[layer - 1]
      }
      change += smoothing * (outcome.next + outcome.previous)
    }
    guard change < hopeless || change <= 0, accepts(change, limit: drawLimit()) else {
      return false
    }
    chain.compute[layer] = compute
    chain.communication[layer] = next
    if layer > 0 { chain.communication[layer - 1] = previous }
    return true
  }

  private func save(_ layer: Int) {
    if chain.hasNeighbour(layer, .next) {
      scratchNext.update(from: chain.costs(layer, .next), count: 2 &* tables.width)
    }
    if layer > 0 {
      scratchPrevious.update(from: chain.costs(layer, .previous), count: 2 &* tables.width)
    }
  }

  private func restore(_ layer: Int) {
    if chain.hasNeighbour(layer, .next) {
      chain.costs(layer, .next).update(from: scratchNext, count: 2 &* tables.width)
    }
    if layer > 0 {
      chain.costs(layer, .previous).update(from: scratchPrevious, count: 2 &* tables.width)
    }
  }
}
