/// Which experts each rank of an expert-parallel group holds, layer by layer.
///
/// A rank has the same number of slots in every layer; a slot holds one expert or is empty. An
/// expert may have copies on several ranks. Its first copy in slot order is its home: LLEP's native
/// rank, FSSDP's shard owner.
public struct ExpertPlacement: Hashable, Sendable {
  /// One layer's slots.
  public struct Layer: Hashable, Sendable {
    /// The layer's number in the model.
    public let layer: Int
    /// Expert ids, `[ranks × slotsPerRank]` rank by rank; -1 is an empty slot.
    public let slots: [Int32]

    public init(layer: Int, slots: [Int32]) {
      self.layer = layer
      self.slots = slots
    }
  }

  public let experts: Int
  /// Ranks of one expert-parallel group.
  public let ranks: Int
  public let slotsPerRank: Int
  public let layers: [Layer]

  /// Checks and keeps a placement.
  ///
  /// - Throws: ``PlacementFault`` for the first rule that is broken.
  /// - Complexity: O(layers × ranks × slots).
  public init(experts: Int, ranks: Int, slotsPerRank: Int, layers: [Layer]) throws(PlacementFault) {
    for layer in layers {
      try Self.check(layer, experts: experts, ranks: ranks, slotsPerRank: slotsPerRank)
    }
    self.experts = experts
    self.ranks = ranks
    self.slotsPerRank = slotsPerRank
    self.layers = layers
  }

  /// The rank of the first copy of every expert of the layer at `index`, `[experts]`.
  public func homes(layerAt index: Int) -> [Int] {
    var homes = [Int](repeating: -1, count: experts)
    for (slot, expert) in layers[index].slots.enumerated() where expert >= 0 {
      if homes[Int(expert)] < 0 { homes[Int(expert)] = slot / slotsPerRank }
    }
    return homes
  }

  /// The ranks that hold every expert of the layer at `index`, home first, `[experts][copies]`.
  public func holders(layerAt index: Int) -> [[Int]] {
    var holders = [[Int]](repeating: [], count: experts)
    for (slot, expert) in layers[index].slots.enumerated() where expert >= 0 {
      holders[Int(expert)].append(slot / slotsPerRank)
    }
    return holders
  }

  /// Copies of experts on every rank, summed over layers, `[ranks]`.
  public var copiesPerRank: [Int] {
    var copies = [Int](repeating: 0, count: ranks)
    for layer in layers {
      for (slot, expert) in layer.slots.enumerated() where expert >= 0 {
        copies[slot / slotsPerRank] += 1
      }
    }
    return copies
  }

  private static func check(
    _ layer: Layer, experts: Int, ranks: Int, slotsPerRank: Int
  ) throws(PlacementFault) {
    guard ranks > 0, slotsPerRank > 0, layer.slots.count == ranks * slotsPerRank else {
      throw .wrongSlotCount(
        layer: layer.layer, found: layer.slots.count, expected: ranks * slotsPerRank)
    }
    // The last rank seen to hold each expert; ranks are visited in order.
    var lastHolder = [Int](repeating: -1, count: experts)
    for (slot, expert) in layer.slots.enumerated() where expert >= 0 {
      let rank = slot / slotsPerRank
      guard expert < experts else {
        throw .unknownExpert(layer: layer.layer, slot: slot, expert: Int(expert), experts: experts)
      }
      guard lastHolder[Int(expert)] != rank else {
        throw .repeatedExpert(layer: layer.layer, rank: rank, expert: Int(expert))
      }
      lastHolder[Int(expert)] = rank
    }
    if let missing = lastHolder.firstIndex(of: -1) {
      throw .missingExpert(layer: layer.layer, expert: missing)
    }
  }
}

/// A rule that a placement breaks.
public enum PlacementFault: Error, Hashable, Sendable {
  case wrongSlotCount(layer: Int, found: Int, expected: Int)
  case unknownExpert(layer: Int, slot: Int, expert: Int, experts: Int)
  case repeatedExpert(layer: Int, rank: Int, expert: Int)
  case missingExpert(layer: Int, expert: Int)

  /// One sentence that says what is wrong and where.
  public var message: String {
    switch self {
    case .wrongSlotCount(let layer, let found, let expected):
      "layer \(layer) has \(found) slots where ranks × slotsPerRank is \(expected)"
    case .unknownExpert(let layer, let slot, let expert, let experts):
      "layer \(layer), slot \(slot) holds expert \(expert), but experts run from 0 to \(experts - 1)"
    case .repeatedExpert(let layer, let rank, let expert):
      "layer \(layer): rank \(rank) holds expert \(expert) twice"
    case .missingExpert(let layer, let expert):
      "layer \(layer): expert \(expert) is on no rank"
    }
  }
}
