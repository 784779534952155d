/// Which expert is in which slot of which rank, layer by layer.
///
/// Slots are numbered rank by rank: slot *s* of rank *r* is `r * slotsPerRank + s`. The first copy
/// of an expert in this order is its home.
public struct PlacementSlots: Hashable, Sendable {
  /// An empty slot.
  public static let empty = -1

  public let ranks: Int
  public let slotsPerRank: Int
  /// One row a layer with an expert id, or ``empty``, for each slot.
  public var layers: [[Int]]

  /// - Precondition: Each row of `layers` has `ranks * slotsPerRank` slots.
  public init(ranks: Int, slotsPerRank: Int, layers: [[Int]]) {
    precondition(
      layers.allSatisfy { $0.count == ranks * slotsPerRank }, "a slot for each rank and place")
    self.ranks = ranks
    self.slotsPerRank = slotsPerRank
    self.layers = layers
  }

  /// From lists of experts by layer and rank, the rest of each rank's slots empty.
  init(lists: [[[Int]]], slotsPerRank: Int) {
    let rows = lists.map { ranks in
      ranks.flatMap { list in
        list + Array(repeating: Self.empty, count: max(0, slotsPerRank - list.count))
      }
    }
    self.init(ranks: lists.first?.count ?? 0, slotsPerRank: slotsPerRank, layers: rows)
  }

  /// The experts of a rank in a layer, without empty slots.
  public func experts(ofRank rank: Int, inLayer layer: Int) -> [Int] {
    layers[layer][rank * slotsPerRank..<(rank + 1) * slotsPerRank].filter { $0 != Self.empty }
  }

  /// The ranks that hold each expert of a layer, in slot order.
  ///
  /// Ids outside `0..<experts` are left out.
  public func ranksByExpert(inLayer layer: Int, experts: Int) -> [[Int]] {
    var result = Array(repeating: [Int](), count: experts)
    for (slot, expert) in layers[layer].enumerated() where result.indices.contains(expert) {
      result[expert].append(slot / slotsPerRank)
    }
    return result
  }
}
