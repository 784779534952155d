private import RealModule

/// One thread's walk over a range of a chain's layers.
struct ChainWalker {
  let chain: ChainSearch
  let range: Range<Int>
  var random: SearchRandom
  var temperature: Float
  /// Weight of the mean communication beside the largest, which shows the way where the largest
  /// does not change.
  let smoothing: Float
  private let savedNext: UnsafeMutablePointer<Float>
  private let savedPrevious: UnsafeMutablePointer<Float>
  private let tables: ChainTables
  private let replicates: Bool
  /// Sum and number of the sizes of tried changes, to set the first temperature.
  private(set) var sizeSum = 0.0
  private(set) var sizeCount = 0

  init(
    _ chain: ChainSearch, range: Range<Int>, random: SearchRandom, temperature: Float,
    smoothing: Float
  ) {
    self.chain = chain
    self.range = range
    self.random = random
    self.temperature = temperature
    self.smoothing = chain.tables.countsTotal ? 0 : smoothing / Float(chain.tables.ranks)
    tables = chain.tables
    savedNext = .allocate(capacity: 2 * tables.width)
    savedPrevious = .allocate(capacity: 2 * tables.width)
    replicates = range.contains { layer in
      chain.layers[layer].capacity.reduce(0, +) > chain.tables.experts
    }
  }

  /// Makes `count` steps and gives the walker's memory back.
  mutating func walk(_ count: Int, stop: StopFlag) {
    for step in 0..<count {
      if step & 1023 == 0 && stop.isSet { break }
      let layer = range.lowerBound + random.below(range.count)
      if replicates && random.below(8) == 0 { tryReplica(layer) } else { trySwap(layer) }
    }
    savedNext.deallocate()
    savedPrevious.deallocate()
  }

  private mutating func accepts(_ change: Float) -> Bool {
    sizeSum += Double(abs(change))
    sizeCount += 1
    if change <= 0 { return true }
    guard temperature > 0, change < 16 * temperature else { return false }
    return random.unit() < Float.exp(-change / temperature)
  }

  private mutating func trySwap(_ layer: Int) {
    let flows = chain.layers[layer]
    let g = random.below(tables.ranks)
    guard flows.capacity[g] > 0 else { return }
    let one = g &* tables.slotsPerRank &+ random.below(flows.capacity[g])
    let e = Int(flows.slot[one])
    let h = destination(layer, e)
    guard g != h, flows.capacity[h] > 0, flows.regionOfRank[g] == flows.regionOfRank[h] else {
      return
    }
    let two = h &* tables.slotsPerRank &+ random.below(flows.capacity[h])
    let f = Int(flows.slot[two])
    guard e != f, !flows.present[e &* tables.ranks &+ h], !flows.present[f &* tables.ranks &+ g],
      !flows.pinned[one], !flows.pinned[two]
    else { return }
    trySwap(layer, one, two, e, f, g, h)
  }

  /// A rank to move an expert to: mostly where one of its heavier partners in a neighbouring
  /// layer is, or near it; else any.
  @inline(__always)
  private mutating func destination(_ layer: Int, _ expert: Int) -> Int {
    let bits = random.below(8)
    guard bits > 0, expert != tables.experts else { return random.below(tables.ranks) }
    let next = layer == 0 || (layer + 1 < tables.layers && bits & 1 == 0)
    guard next ? layer + 1 < tables.layers : layer > 0 else { return random.below(tables.ranks) }
    let partners =
      next ? tables.successors[layer][expert] : tables.predecessors[layer][expert]
    guard !partners.isEmpty else { return random.below(tables.ranks) }
    // Heavy partners come first and are taken more often.
    let partner = partners[random.below(random.below(partners.count) &+ 1)]
    let rank = Int(chain.layers[next ? layer + 1 : layer - 1].home[Int(partner.expert)])
    guard tables.nodes > 1, random.below(3) == 0 else { return rank }
    // Another rank of the same node.
    let first = rank / tables.ranksPerNode &* tables.ranksPerNode
    return first &+ random.below(min(tables.ranksPerNode, tables.ranks &- first))
  }

  private mutating func trySwap(
    _ layer: Int, _ one: Int, _ two: Int, _ e: Int, _ f: Int, _ g: Int, _ h: Int
  ) {
    let flows = chain.layers[layer]
    let (oldG, oldH) = (flows.load[g], flows.load[h])
    let tokens = load(layer, f) * flows.share[f] - load(layer, e) * flows.share[e]
    let (newG, newH) = (oldG + tokens * tables.slowdown[g], oldH - tokens * tables.slowdown[h])
    let cap = tables.caps[layer]
    guard !(newG > cap && newG > oldG), !(newH > cap && newH > oldH) else { return }
    save(layer)
    flows.load[g] = newG
    flows.load[h] = newH
    var outcome = Outcome()
    outcome.moves =
      movePrice(layer, e, from: g, to: h) + movePrice(layer, f, from: h, to: g)
    for side in [ChainSide.next, .previous] where chain.hasNeighbour(layer, side) {
      let costs = tables.countsTotal ? nil : chain.costs(layer, side)
      let total = chain.exchange(e, g, f, h, facing: side, layer: layer, costs: costs)
      outcome.note(total, side)
    }
    guard settle(layer, &outcome) else {
      restore(layer)
      flows.load[g] = oldG
      flows.load[h] = oldH
      return
    }
    flows.slot[one] = Int32(truncatingIfNeeded: f)
    flows.slot[two] = Int32(truncatingIfNeeded: e)
    chain.commitSwap(layer, e, g, f, h)
  }

  @inline(__always)
  private func load(_ layer: Int, _ expert: Int) -> Float {
    expert == tables.experts ? 0 : tables.load[layer][expert]
  }

  private mutating func tryReplica(_ layer: Int) {
    let flows = chain.layers[layer]
    let g = random.below(tables.ranks)
    guard flows.capacity[g] > 0 else { return }
    let index = g * tables.slotsPerRank + random.below(flows.capacity[g])
    let e = Int(flows.slot[index])
    guard !flows.pinned[index], e == tables.experts || flows.copies[e] > 1 else { return }
    let members = flows.regions[Int(flows.regionOfRank[g])].experts
    guard !members.isEmpty else { return }
    let f = newcomer(layer, members)
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

  /// Mostly an expert of the busiest rank, whose load a copy would share; now and then none, which
  /// takes a copy away.
  private mutating func newcomer(_ layer: Int, _ members: [Int]) -> Int {
    let flows = chain.layers[layer]
    if random.below(16) == 0 { return tables.experts }
    if random.below(2) == 0 {
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

  private func keepsCaps(_ layer: Int, _ changes: [ChainChange]) -> Bool {
    let cap = tables.caps[layer]
    guard cap.isFinite else { return true }
    var loads: [Int: Float] = [:]
    for change in changes {
      loads[change.rank, default: chain.layers[layer].load[change.rank]] +=
        change.share * tables.load[layer][change.expert] * tables.slowdown[change.rank]
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
  @inline(__always)
  private mutating func settle(_ layer: Int, _ outcome: inout Outcome) -> Bool {
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
    guard accepts(change) else { return false }
    chain.compute[layer] = compute
    chain.communication[layer] = next
    if layer > 0 { chain.communication[layer - 1] = previous }
    return true
  }

  @inline(__always)
  private func save(_ layer: Int) {
    guard !tables.countsTotal || replicates else { return }
    if chain.hasNeighbour(layer, .next) {
      savedNext.update(from: chain.costs(layer, .next), count: 2 &* tables.width)
    }
    if layer > 0 {
      savedPrevious.update(from: chain.costs(layer, .previous), count: 2 &* tables.width)
    }
  }

  @inline(__always)
  private func restore(_ layer: Int) {
    guard !tables.countsTotal || replicates else { return }
    if chain.hasNeighbour(layer, .next) {
      chain.costs(layer, .next).update(from: savedNext, count: 2 &* tables.width)
    }
    if layer > 0 {
      chain.costs(layer, .previous).update(from: savedPrevious, count: 2 &* tables.width)
    }
  }

  @inline(__always)
  private func movePrice(_ layer: Int, _ expert: Int, from old: Int? = nil, to new: Int) -> Float {
    guard tables.moveCost > 0, expert != tables.experts else { return 0 }
    let now = tables.current[layer][expert]
    let after: Float = now.contains(new) ? 0 : tables.moveCost
    guard let old else { return after }
    return after - (now.contains(old) ? 0 : tables.moveCost)
  }
}
