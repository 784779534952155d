/// How large a problem is; checked before anything of that size is made.
struct ProblemSizes {
  var layers: Int
  var experts: Int
  var topK: Int
  var ranks: Int
  var ranksPerNode: Int
  var slotsPerRank: Int

  /// Ranks that are planned for at most: greedy packing takes slots × ranks.
  static let mostRanks = 16_384
  /// Slots of all layers at most.
  static let mostSlots = 8_000_000

  /// - Throws: ``PlacementError`` for a size that is not positive or beyond what can be planned.
  func validate() throws(PlacementError) {
    let sizes = [
      ("layers", layers, 100_000), ("experts", experts, 1_000_000), ("top_k", topK, 1_000_000),
      ("gpus", ranks, Self.mostRanks), ("gpus_per_node", ranksPerNode, 1_000_000),
      ("slots_per_gpu", slotsPerRank, 1_000_000),
    ]
    for (field, value, most) in sizes {
      guard value >= 1 else { throw invalid(field, "\(value) is not positive", "give at least 1") }
      guard value <= most else {
        throw invalid(field, "\(value) is beyond what can be planned", "give at most \(most)")
      }
    }
    guard topK <= experts else {
      throw invalid("top_k", "\(topK) of \(experts) experts", "give at most the expert count")
    }
    // A rank never holds an expert twice, so further slots would stay empty.
    let useful = min(slotsPerRank, experts)
    guard ranks * useful <= Self.mostSlots / layers, slotsPerRank <= 2 * experts + 64 else {
      throw invalid(
        "slots_per_gpu", "\(slotsPerRank) slots on each of \(ranks) ranks in \(layers) layers",
        "give at most as many slots as there are experts, and \(Self.mostSlots) in all")
    }
  }

  private func invalid(_ place: String, _ problem: String, _ remedy: String) -> PlacementError {
    PlacementError(.invalidValue, at: place, problem, remedy: remedy)
  }
}

extension ProblemSizes {
  init(_ problem: PlacementProblem) {
    self.init(
      layers: problem.layers, experts: problem.experts, topK: problem.topK, ranks: problem.ranks,
      ranksPerNode: problem.ranksPerNode, slotsPerRank: problem.slotsPerRank)
  }
}
