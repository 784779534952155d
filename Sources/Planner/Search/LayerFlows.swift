/// One layer of a chain search: its slots, loads, and the flows of its experts to the ranks of the
/// layers beside it. A class, because it owns raw memory; used by one thread at a time.
final class LayerFlows {
  let slot: UnsafeMutablePointer<Int32>
  let copies: UnsafeMutablePointer<Int32>
  let share: UnsafeMutablePointer<Float>
  /// Whether a rank holds an expert, by expert and rank.
  let present: UnsafeMutablePointer<Bool>
  let pinned: UnsafeMutablePointer<Bool>
  /// A rank that holds the expert.
  let home: UnsafeMutablePointer<Int32>
  /// Tokens by rank, times the rank's slowdown.
  let load: UnsafeMutablePointer<Float>
  /// Tokens of an expert to each rank of the next layer, by expert (the empty slot last).
  let outward: UnsafeMutablePointer<Float>
  /// Tokens to an expert from each rank of the layer before.
  let inward: UnsafeMutablePointer<Float>
  /// Sums of ``outward`` and ``inward`` by node.
  let outwardNode: UnsafeMutablePointer<Float>
  let inwardNode: UnsafeMutablePointer<Float>
  /// Sums of ``outward`` and ``inward`` over all ranks.
  let outwardTotal: UnsafeMutablePointer<Float>
  let inwardTotal: UnsafeMutablePointer<Float>
  /// Tokens of each expert; 0 for the empty slot.
  let tokens: UnsafeMutablePointer<Float>
  /// Usable slots of each rank.
  let room: UnsafeMutablePointer<Int32>
  let regionOfRank: UnsafeMutablePointer<Int32>
  let regions: [Region]
  let homeRegion: [Int32]
  let capacity: [Int]
  /// Experts that keep their copies as they are.
  let protected: Set<Int>
  /// Flows to the next layer and from the one before.
  let successors: PartnerLists
  let predecessors: PartnerLists
  private let tables: ChainTables

  init(
    _ tables: ChainTables, layer: Int, row: [Int], capacity: [Int], regions: [Region], pins: [Int]
  ) {
    self.tables = tables
    self.capacity = capacity
    protected = Set(pins)
    self.regions = regions
    successors = tables.successors[layer]
    predecessors = tables.predecessors[layer]
    var homeRegion = Array(repeating: Int32(0), count: tables.experts)
    for (index, region) in regions.enumerated() {
      for expert in region.experts { homeRegion[expert] = Int32(index) }
    }
    self.homeRegion = homeRegion
    let rows = tables.experts + 1
    tokens = RawMemory.filled(rows, with: Float(0))
    for (expert, count) in tables.load[layer].enumerated() { tokens[expert] = count }
    room = RawMemory.filled(tables.ranks, with: Int32(0))
    for (rank, slots) in capacity.enumerated() { room[rank] = Int32(slots) }
    regionOfRank = RawMemory.filled(tables.ranks, with: Int32(0))
    for (index, region) in regions.enumerated() {
      for rank in region.ranks { regionOfRank[rank] = Int32(index) }
    }
    slot = RawMemory.filled(tables.ranks * tables.slotsPerRank, with: Int32(tables.experts))
    copies = RawMemory.filled(rows, with: Int32(0))
    share = RawMemory.filled(rows, with: Float(0))
    home = RawMemory.filled(rows, with: Int32(0))
    present = RawMemory.filled(rows * tables.ranks, with: false)
    pinned = RawMemory.filled(tables.ranks * tables.slotsPerRank, with: false)
    load = RawMemory.filled(tables.width, with: Float(0))
    outward = RawMemory.filled(rows * tables.width, with: Float(0))
    inward = RawMemory.filled(rows * tables.width, with: Float(0))
    outwardNode = RawMemory.filled(rows * tables.nodes, with: Float(0))
    inwardNode = RawMemory.filled(rows * tables.nodes, with: Float(0))
    outwardTotal = RawMemory.filled(rows, with: Float(0))
    inwardTotal = RawMemory.filled(rows, with: Float(0))
    read(row)
    for index in 0..<tables.ranks * tables.slotsPerRank where pins.contains(Int(slot[index])) {
      pinned[index] = true
    }
  }

  deinit {
    for memory in [slot, copies, home, room, regionOfRank] { memory.deallocate() }
    for memory in [present, pinned] { memory.deallocate() }
    for memory in [
      share, load, tokens, outward, inward, outwardNode, inwardNode, outwardTotal, inwardTotal,
    ] { memory.deallocate() }
  }

  /// Takes over a row of slots; flows are filled in by the chain.
  func read(_ row: [Int]) {
    for expert in 0...tables.experts { copies[expert] = 0 }
    for index in 0..<(tables.experts + 1) * tables.ranks { present[index] = false }
    for (index, expert) in row.enumerated() {
      slot[index] = Int32(expert == PlacementSlots.empty ? tables.experts : expert)
      guard expert != PlacementSlots.empty else { continue }
      copies[expert] += 1
      present[expert * tables.ranks + index / tables.slotsPerRank] = true
      home[expert] = Int32(index / tables.slotsPerRank)
    }
    for expert in 0..<tables.experts { share[expert] = 1 / Float(max(1, copies[expert])) }
    copies[tables.experts] = 1
  }

  /// The current slots.
  var row: [Int] {
    (0..<tables.ranks * tables.slotsPerRank).map {
      slot[$0] == Int32(tables.experts) ? PlacementSlots.empty : Int(slot[$0])
    }
  }

  /// Computes the loads anew.
  func rebuildLoads() {
    for rank in 0..<tables.width { load[rank] = 0 }
    for index in 0..<tables.ranks * tables.slotsPerRank where slot[index] != tables.experts {
      let (rank, expert) = (index / tables.slotsPerRank, Int(slot[index]))
      load[rank] += tokens[expert] * share[expert] * tables.slowdown[rank]
    }
  }

  /// Adds tokens to an expert's flow to a rank of the next layer.
  @inline(__always)
  func addOutward(_ expert: Int, _ place: RankPlace, _ tokens: Float) {
    outward[expert &* tables.width &+ place.rank] += tokens
    outwardNode[expert &* tables.nodes &+ place.node] += tokens
  }

  /// Adds tokens to an expert's flow from a rank of the layer before.
  @inline(__always)
  func addInward(_ expert: Int, _ place: RankPlace, _ tokens: Float) {
    inward[expert &* tables.width &+ place.rank] += tokens
    inwardNode[expert &* tables.nodes &+ place.node] += tokens
  }
}

/// A rank and its node.
struct RankPlace {
  let rank: Int
  let node: Int
}
