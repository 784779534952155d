private import RealModule

/// One thread's walk over a range of a chain's layers.
///
/// A class, because it owns raw memory; used by one thread only.
final class ChainWalker: @unchecked Sendable {
  let chain: ChainSearch
  let tables: ChainTables
  let range: Range<Int>
  var random: SearchRandom
  let temperature: Float
  /// Weight of the mean communication beside the largest, which shows the way where the largest
  /// does not change.
  let smoothing: Float
  let scratchNext: UnsafeMutablePointer<Float>
  let scratchPrevious: UnsafeMutablePointer<Float>
  private let replicates: Bool
  /// One in so many steps changes copies; few slots are arranged soon, so there it is many.
  private let copyShare: Int
  /// Looks at the whole change of every trial, to set the first temperature.
  let measures: Bool
  /// Sum and number of the sizes of tried changes.
  private(set) var sizeSum = 0.0
  private(set) var sizeCount = 0

  init(
    _ chain: ChainSearch, range: Range<Int>, random: SearchRandom, temperature: Float,
    smoothing: Float, measures: Bool = false
  ) {
    self.chain = chain
    self.range = range
    self.random = random
    self.temperature = temperature
    self.measures = measures
    self.smoothing = chain.tables.countsTotal ? 0 : smoothing / Float(chain.tables.ranks)
    tables = chain.tables
    scratchNext = RawMemory.filled(2 * tables.width, with: 0)
    scratchPrevious = RawMemory.filled(2 * tables.width, with: 0)
    copyShare = tables.ranks * tables.slotsPerRank <= 64 ? 3 : 32
    replicates = range.contains { layer in
      chain.layers[layer].capacity.reduce(0, +) > chain.tables.experts
    }
  }

  deinit {
    scratchNext.deallocate()
    scratchPrevious.deallocate()
  }

  /// Makes `count` steps.
  func walk(_ count: Int, stop: StopFlag) {
    var layer = range.lowerBound
    for step in 0..<count {
      // A layer's tables stay in the caches for a while.
      if step & 63 == 0 {
        if stop.isSet { break }
        layer = range.lowerBound + random.below(range.count)
      }
      if replicates && random.below(copyShare) == 0 { tryReplica(layer) } else { trySwap(layer) }
    }
  }

  /// The largest change that this trial accepts: Metropolis' rule with the chance drawn first, so
  /// that a trial can end as soon as its change is known to be larger.
  @inline(__always)
  func drawLimit() -> Float {
    temperature > 0 ? -temperature * Float.log(random.unit() + 0x1p-25) : 0
  }

  /// Changes above this are never accepted, whatever is drawn.
  @inline(__always)
  var hopeless: Float { measures ? .infinity : 16 * temperature }

  @inline(__always)
  func accepts(_ change: Float, limit: Float) -> Bool {
    if measures {
      sizeSum += Double(abs(change))
      sizeCount += 1
    }
    return change <= limit
  }

  private func trySwap(_ layer: Int) {
    let flows = chain.layers[layer]
    let g = random.below(tables.ranks)
    let roomG = Int(flows.room[g])
    guard roomG > 0 else { return }
    let one = g &* tables.slotsPerRank &+ random.below(roomG)
    let e = Int(flows.slot[one])
    let h = destination(layer, e)
    let roomH = Int(flows.room[h])
    guard g != h, roomH > 0, flows.regionOfRank[g] == flows.regionOfRank[h] else { return }
    let two = h &* tables.slotsPerRank &+ random.below(roomH)
    let f = Int(flows.slot[two])
    guard e != f, !flows.present[e &* tables.ranks &+ h], !flows.present[f &* tables.ranks &+ g],
      !flows.pinned[one], !flows.pinned[two]
    else { return }
    if trySwap(ChainSwap(layer: layer, e: e, f: f, g: g, h: h)) {
      flows.slot[one] = Int32(truncatingIfNeeded: f)
      flows.slot[two] = Int32(truncatingIfNeeded: e)
    }
  }

  /// A rank to move an expert to: mostly where one of its heavier partners in a neighbouring
  /// layer is, or near it; else any.
  @inline(__always)
  private func destination(_ layer: Int, _ expert: Int) -> Int {
    let bits = random.below(8)
    guard bits > 0, expert != tables.experts else { return random.below(tables.ranks) }
    let next = layer == 0 || (layer + 1 < tables.layers && bits & 1 == 0)
    guard next ? layer + 1 < tables.layers : layer > 0 else { return random.below(tables.ranks) }
    let flows = chain.layers[layer]
    let partners = next ? flows.successors[expert] : flows.predecessors[expert]
    guard !partners.isEmpty else { return random.below(tables.ranks) }
    // Heavy partners come first and are taken more often.
    let partner = partners[random.below(random.below(partners.count) &+ 1)]
    let rank = Int(chain.layers[next ? layer + 1 : layer - 1].home[Int(partner.expert)])
    guard tables.nodes > 1, random.below(3) == 0 else { return rank }
    // Another rank of the same node.
    let first = Int(chain.nodeOfRank[rank]) &* tables.ranksPerNode
    return first &+ random.below(min(tables.ranksPerNode, tables.ranks &- first))
  }

  @inline(__always)
  func movePrice(_ layer: Int, _ expert: Int, from old: Int? = nil, to new: Int) -> Float {
    guard tables.moveCost > 0, expert != tables.experts else { return 0 }
    let now = tables.current[layer][expert]
    let after: Float = now.contains(new) ? 0 : tables.moveCost
    guard let old else { return after }
    return after - (now.contains(old) ? 0 : tables.moveCost)
  }
}
