extension ChainSearch {
  @inline(__always)
  func hasNeighbour(_ layer: Int, _ side: ChainSide) -> Bool {
    side == .next ? layer &+ 1 < tables.layers : layer > 0
  }

  /// The costs of the boundary on one side of a layer.
  @inline(__always)
  func costs(_ layer: Int, _ side: ChainSide) -> UnsafeMutablePointer<Float> {
    side == .next ? boundary[layer] : boundary[layer &- 1]
  }

  /// How shares change when a copy of `e` on `g` gives way to one of `f`.
  func replicaChanges(
    _ layer: Int, removing e: Int, adding f: Int, on g: Int
  ) -> [ChainChange] {
    let flows = layers[layer]
    var changes: [ChainChange] = []
    if e != tables.experts {
      let (before, after) = (flows.share[e], 1 / Float(flows.copies[e] - 1))
      changes.append(ChainChange(expert: e, rank: g, share: -before))
      for rank in 0..<tables.ranks where rank != g && flows.present[e * tables.ranks + rank] {
        changes.append(ChainChange(expert: e, rank: rank, share: after - before))
      }
    }
    guard f != tables.experts else { return changes }
    let (before, after) = (flows.share[f], 1 / Float(flows.copies[f] + 1))
    changes.append(ChainChange(expert: f, rank: g, share: after))
    for rank in 0..<tables.ranks where rank != g && flows.present[f * tables.ranks + rank] {
      changes.append(ChainChange(expert: f, rank: rank, share: after - before))
    }
    return changes
  }

  func addLoad(_ change: ChainChange, _ layer: Int, sign: Float = 1) {
    layers[layer].load[change.rank] +=
      sign * change.share * layers[layer].tokens[change.expert] * tables.slowdown[change.rank]
  }

  /// Completes an accepted change of copies.
  func commitReplica(
    _ layer: Int, _ index: Int, removing e: Int, adding f: Int, _ changes: [ChainChange]
  ) {
    let flows = layers[layer]
    let g = index / tables.slotsPerRank
    flows.slot[index] = Int32(f)
    if e != tables.experts {
      flows.copies[e] -= 1
      flows.share[e] = 1 / Float(flows.copies[e])
      flows.present[e * tables.ranks + g] = false
      if flows.home[e] == Int32(g),
        let other = changes.first(where: { $0.expert == e && $0.rank != g })
      {
        flows.home[e] = Int32(other.rank)
      }
    }
    if f != tables.experts {
      flows.copies[f] += 1
      flows.share[f] = 1 / Float(flows.copies[f])
      flows.present[f * tables.ranks + g] = true
    }
    for change in changes { publish(change, layer: layer) }
  }
}
