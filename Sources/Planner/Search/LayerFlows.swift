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
  let regionOfRank: [Int32]
  let regions: [Region]
  let homeRegion: [Int32]
  let capacity: [Int]
  /// Experts that keep their copies as they are.
  let protected: Set<Int>
  private let tables: ChainTables

  init(_ tables: ChainTables, row: [Int], capacity: [Int], regions: [Region], pins: [Int]) {
    self.tables = tables
    self.capacity = capacity
    protected = Set(pins)
    self.regions = regions
    var regionOfRank = Array(repeating: Int32(0), count: tables.ranks)
    var homeRegion = Array(repeating: Int32(0), count: tables.experts)
    for (index, region) in regions.enumerated() {
      for rank in region.ranks { regionOfRank[rank] = Int32(index) }
      for expert in region.experts { homeRegion[expert] = Int32(index) }
    }
    self.regionOfRank = regionOfRank
    self.homeRegion = homeRegion
    func zeroed<Element>(_ count: Int, _ value: Element) -> UnsafeMutablePointer<Element> {
      let memory = UnsafeMutablePointer<Element>.allocate(capacity: max(1, count))
      memory.initialize(repeating: value, count: max(1, count))
      return memory
    }
    let rows = tables.experts + 1
    slot = zeroed(tables.ranks * tables.slotsPerRank, Int32(tables.experts))
    copies = zeroed(rows, Int32(0))
    share = zeroed(rows, Float(0))
    home = zeroed(rows, Int32(0))
    present = zeroed(rows * tables.ranks, false)
    pinned = zeroed(tables.ranks * tables.slotsPerRank, false)
    load = zeroed(tables.width, Float(0))
    outward = zeroed(rows * tables.width, Float(0))
    inward = zeroed(rows * tables.width, Float(0))
    outwardNode = zeroed(rows * tables.nodes, Float(0))
    inwardNode = zeroed(rows * tables.nodes, Float(0))
    outwardTotal = zeroed(rows, Float(0))
    inwardTotal = zeroed(rows, Float(0))
    read(row)
    for index in 0..<tables.ranks * tables.slotsPerRank where pins.contains(Int(slot[index])) {
      pinned[index] = true
    }
  }

  deinit {
    for memory in [slot, copies, home] { memory.deallocate() }
    for memory in [present, pinned] { memory.deallocate() }
    for memory in [
      share, load, outward, inward, outwardNode, inwardNode, outwardTotal, inwardTotal,
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

  /// Computes the loads of `layer` anew.
  func rebuildLoads(_ layer: Int) {
    for rank in 0..<tables.width { load[rank] = 0 }
    for index in 0..<tables.ranks * tables.slotsPerRank where slot[index] != tables.experts {
      let (rank, expert) = (index / tables.slotsPerRank, Int(slot[index]))
      load[rank] += tables.load[layer][expert] * share[expert] * tables.slowdown[rank]
    }
  }

  /// Adds tokens to an expert's flow to a rank of the next layer.
  @inline(__always)
  func addOutward(_ expert: Int, _ rank: Int, _ tokens: Float) {
    outward[expert &* tables.width &+ rank] += tokens
    outwardNode[expert &* tables.nodes &+ rank / tables.ranksPerNode] += tokens
  }

  /// Adds tokens to an expert's flow from a rank of the layer before.
  @inline(__always)
  func addInward(_ expert: Int, _ rank: Int, _ tokens: Float) {
    inward[expert &* tables.width &+ rank] += tokens
    inwardNode[expert &* tables.nodes &+ rank / tables.ranksPerNode] += tokens
  }
}
