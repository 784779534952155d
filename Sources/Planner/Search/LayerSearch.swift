/// Annealing state of one layer: loads by rank and sample, and the three busiest ranks a sample.
///
/// Exchanging two copies changes two ranks, so a trial costs O(samples): the largest load of the
/// others is one of the three busiest. Samples are kept in vectors of eight, the last one padded
/// with weight 0. A class, because it owns raw memory; used by one thread at a time.
final class LayerSearch {
  typealias Lanes = SIMD8<Float>
  typealias RankLanes = SIMD8<Int32>

  let ranks: Int
  let experts: Int
  let slotsPerRank: Int
  let capacity: [Int]
  /// Vectors of eight samples.
  let chunks: Int
  let samples: Int
  /// The region of each rank; copies do not leave theirs.
  let regionOfRank: [Int32]
  let regions: [Region]
  /// The region of each expert.
  let homeRegion: [Int32]
  let tailCount: Int?
  /// Loads are divided by this, so that they are near 1.
  let scale: Double

  /// Tokens by expert and chunk; expert number `experts` is the empty slot.
  let weight: UnsafeMutablePointer<Lanes>
  let load: UnsafeMutablePointer<Lanes>
  let laneWeight: UnsafeMutablePointer<Lanes>
  let busiest: UnsafeMutablePointer<Lanes>
  let busiestRank: UnsafeMutablePointer<RankLanes>
  let slot: UnsafeMutablePointer<Int32>
  /// Copies of each expert; 1 for the empty slot.
  let copies: UnsafeMutablePointer<Int32>
  let share: UnsafeMutablePointer<Float>
  /// Whether a rank holds an expert, by expert and rank.
  let present: UnsafeMutablePointer<Bool>
  let slowdown: UnsafeMutablePointer<Float>
  /// Cost of an expert on a rank, by expert and rank, in scaled units; `nil` if there is none.
  let slotCost: UnsafeMutablePointer<Float>?
  /// Slots that must keep what they hold.
  let pinned: UnsafeMutablePointer<Bool>
  /// Experts that get no further copy.
  private(set) var protected: Set<Int> = []
  /// Spare room to try replica changes.
  let changes: UnsafeMutablePointer<LoadChange>

  /// Only what is above counts, plus the threshold itself: the mean of the tail above it.
  var threshold: Float = 0
  /// Objective of the current slots in scaled units, moves included.
  var value: Float = 0
  /// The part of ``value`` that moves make.
  var slotCostTotal: Float = 0
  var random: SearchRandom

  init(
    _ problem: PlacementProblem, layer: Int, capacity: [Int], regions: [Region],
    start: [Int], random: SearchRandom
  ) {
    let loads = LayerLoads(problem, layer: layer)
    (ranks, experts, slotsPerRank) = (problem.ranks, problem.experts, problem.slotsPerRank)
    self.capacity = capacity
    self.regions = regions
    self.random = random
    samples = loads.rows.count
    chunks = (samples + 7) / 8
    if case .tail(let count) = loads.risk { tailCount = count } else { tailCount = nil }
    var regionOfRank = Array(repeating: Int32(0), count: ranks)
    for (index, region) in regions.enumerated() {
      for rank in region.ranks { regionOfRank[rank] = Int32(index) }
    }
    self.regionOfRank = regionOfRank
    var homeRegion = Array(repeating: Int32(0), count: experts)
    for (index, region) in regions.enumerated() {
      for expert in region.experts { homeRegion[expert] = Int32(index) }
    }
    self.homeRegion = homeRegion
    let total = loads.rows.reduce(0) { $0 + $1.reduce(0, +) }
    scale = max(1e-12, total / Double(samples * ranks))

    weight = RawMemory.filled((experts + 1) * chunks, with: Lanes(repeating: 0))
    load = RawMemory.filled(ranks * chunks, with: Lanes(repeating: 0))
    changes = RawMemory.filled(ranks, with: LoadChange(rank: 0, leaving: 0, joining: 0))
    laneWeight = RawMemory.filled(chunks, with: Lanes(repeating: 0))
    busiest = RawMemory.filled(3 * chunks, with: Lanes(repeating: 0))
    busiestRank = RawMemory.filled(3 * chunks, with: RankLanes(repeating: -1))
    slot = RawMemory.filled(ranks * slotsPerRank, with: Int32(experts))
    copies = RawMemory.filled(experts + 1, with: Int32(0))
    share = RawMemory.filled(experts + 1, with: Float(0))
    present = RawMemory.filled((experts + 1) * ranks, with: false)
    slowdown = RawMemory.filled(ranks, with: Float(1))
    pinned = RawMemory.filled(ranks * slotsPerRank, with: false)
    slotCost = problem.moveCost > 0 ? RawMemory.filled((experts + 1) * ranks, with: Float(0)) : nil
    fill(problem, loads, layer)
    read(start)
    pin(problem, layer)
    rebuild()
  }

  deinit {
    for memory in [weight, load, laneWeight, busiest] { memory.deallocate() }
    busiestRank.deallocate()
    changes.deallocate()
    for memory in [slot, copies] { memory.deallocate() }
    for memory in [share, slowdown] { memory.deallocate() }
    for memory in [present, pinned] { memory.deallocate() }
    slotCost?.deallocate()
  }

  private func fill(_ problem: PlacementProblem, _ loads: LayerLoads, _ layer: Int) {
    for (sample, row) in loads.rows.enumerated() {
      for (expert, tokens) in row.enumerated() {
        weight[expert * chunks + sample / 8][sample % 8] = Float(tokens / scale)
      }
      switch loads.risk {
      case .mean(let weights): laneWeight[sample / 8][sample % 8] = Float(weights[sample])
      case .tail(let count): laneWeight[sample / 8][sample % 8] = 1 / Float(count)
      }
    }
    for rank in 0..<ranks { slowdown[rank] = Float(problem.slowdown(ofRank: rank)) }
    guard let slotCost, let current = problem.currentPlacement else { return }
    let price = Float(problem.moveCost / (scale * problem.computeScale))
    for expert in 0..<experts {
      for rank in 0..<ranks { slotCost[expert * ranks + rank] = price }
    }
    for (expert, holders) in current.ranksByExpert(inLayer: layer, experts: experts).enumerated() {
      for rank in holders { slotCost[expert * ranks + rank] = 0 }
    }
  }

  private func pin(_ problem: PlacementProblem, _ layer: Int) {
    for protected in problem.protectedExperts where protected.layer == layer {
      self.protected.insert(protected.expert)
      for index in 0..<ranks * slotsPerRank where slot[index] == Int32(protected.expert) {
        pinned[index] = true
      }
    }
  }

  /// Takes over a row of slots.
  func read(_ row: [Int]) {
    for expert in 0...experts { copies[expert] = 0 }
    for index in 0..<(experts + 1) * ranks { present[index] = false }
    for (index, expert) in row.enumerated() {
      slot[index] = Int32(expert == PlacementSlots.empty ? experts : expert)
      guard expert != PlacementSlots.empty else { continue }
      copies[expert] += 1
      present[expert * ranks + index / slotsPerRank] = true
    }
    copies[experts] = 1
    for expert in 0..<experts { share[expert] = 1 / Float(max(1, copies[expert])) }
  }

  /// The current slots.
  var row: [Int] {
    (0..<ranks * slotsPerRank).map {
      slot[$0] == Int32(experts) ? PlacementSlots.empty : Int(slot[$0])
    }
  }

  /// Computes loads and value anew, which also removes rounding drift.
  func rebuild() {
    for index in 0..<ranks * chunks { load[index] = Lanes(repeating: 0) }
    for index in 0..<ranks * slotsPerRank {
      let (rank, expert) = (index / slotsPerRank, Int(slot[index]))
      for chunk in 0..<chunks {
        load[rank * chunks + chunk] +=
          weight[expert * chunks + chunk] * (share[expert] * slowdown[rank])
      }
    }
    rankBusiest()
    updateThreshold()
    slotCostTotal = costOfSlots()
    value = currentLoadValue() + slotCostTotal
  }
}
