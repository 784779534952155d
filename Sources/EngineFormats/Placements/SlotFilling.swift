public import Domain

/// A placement whose empty slots hold further copies, because engines have a weight in each.
///
/// DeepSeek's balancer may put an expert on one rank twice; a placement keeps one of the copies and
/// an empty slot. The slot gets the expert that has most copies already and is not on the rank:
/// loads are not known here, and its share changes least. Among equals it is the
/// lowest number; a slot given in this layer counts against a further one.
public struct FilledPlacement: Hashable, Sendable {
  /// A copy that was added.
  public struct AddedCopy: Hashable, Sendable {
    /// The layer's number in the model.
    public let layer: Int
    public let rank: Int
    public let expert: Int
  }

  /// Without empty slots, except on ranks that hold every expert.
  public let placement: ExpertPlacement
  /// By layer and slot.
  public let added: [AddedCopy]

  /// - Complexity: O(layers × empty slots × experts).
  public init(_ placement: ExpertPlacement) {
    var added: [AddedCopy] = []
    let layers = placement.layers.indices.map { index in
      Self.fill(placement.layers[index], in: placement, layerAt: index, &added)
    }
    let filled = try? ExpertPlacement(
      experts: placement.experts, ranks: placement.ranks, slotsPerRank: placement.slotsPerRank,
      layers: layers)
    self.placement = filled ?? placement
    self.added = filled == nil ? [] : added
  }

  private static func fill(
    _ layer: ExpertPlacement.Layer, in placement: ExpertPlacement, layerAt index: Int,
    _ added: inout [AddedCopy]
  ) -> ExpertPlacement.Layer {
    guard layer.slots.contains(where: { $0 < 0 }) else { return layer }
    var slots = layer.slots
    var holders = placement.holders(layerAt: index)
    var given = [Int](repeating: 0, count: placement.experts)
    for slot in slots.indices where slots[slot] < 0 {
      let rank = slot / placement.slotsPerRank
      let lacking = holders.indices.filter { !holders[$0].contains(rank) }
      let best = lacking.min { first, second in
        (-holders[first].count + 2 * given[first], first)
          < (-holders[second].count + 2 * given[second], second)
      }
      guard let best else { continue }
      slots[slot] = Int32(best)
      holders[best].append(rank)
      given[best] += 1
      added.append(AddedCopy(layer: layer.layer, rank: rank, expert: best))
    }
    return ExpertPlacement.Layer(layer: layer.layer, slots: slots)
  }

  /// What was added, in a sentence; nil where nothing was.
  public var note: String? {
    guard !added.isEmpty else { return nil }
    let named = added.prefix(4).map {
      "layer \($0.layer), rank \($0.rank): expert \($0.expert)"
    }
    let more = added.count > 4 ? "; and \(added.count - 4) more" : ""
    let slots = added.count == 1 ? "1 empty slot holds" : "\(added.count) empty slots hold"
    return "\(slots) a further copy (\(named.joined(separator: "; "))\(more))"
  }
}
