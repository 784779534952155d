/// How many of a rank's slots each layer may use so that its memory suffices over all layers.
struct SlotCapacities: Sendable {
  /// Usable slots by layer and rank.
  private(set) var rows: [[Int]]

  /// Spreads a rank's memory evenly over the layers, then moves slots until every layer has room
  /// for its experts.
  ///
  /// - Precondition: `problem` is valid, so the ranks have room for all experts in all.
  init(_ problem: PlacementProblem) {
    let (layers, ranks) = (problem.layers, problem.ranks)
    rows = Array(
      repeating: Array(repeating: problem.slotsPerRank, count: ranks), count: layers)
    let budgets = (0..<ranks).map { problem.memoryCopies(ofRank: $0) }
    guard budgets.contains(where: { $0 < layers * problem.slotsPerRank }) else { return }
    for (rank, budget) in budgets.enumerated() {
      // Ranks start at different phases, so that the odd slots fall on different layers.
      let phase = rank * layers / ranks
      for layer in 0..<layers {
        let place = (layer + phase) % layers
        rows[layer][rank] = (place + 1) * budget / layers - place * budget / layers
      }
    }
    repair(experts: problem.experts, slotsPerRank: problem.slotsPerRank)
  }

  private mutating func repair(experts: Int, slotsPerRank: Int) {
    var totals = rows.map { $0.reduce(0, +) }
    for layer in rows.indices {
      while totals[layer] < experts {
        guard let donor = totals.indices.max(by: { totals[$0] < totals[$1] }),
          totals[donor] > experts,
          let rank = rows[layer].indices.first(where: {
            rows[layer][$0] < slotsPerRank && rows[donor][$0] > 0
          })
        else { return }
        rows[layer][rank] += 1
        rows[donor][rank] -= 1
        totals[layer] += 1
        totals[donor] -= 1
      }
    }
  }
}
