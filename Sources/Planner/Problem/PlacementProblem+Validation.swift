extension PlacementProblem {
  /// Everything that must hold before a problem is solved or scored.
  ///
  /// - Parameter wholeCounts: Whether fractional token counts are refused, as in files.
  /// - Throws: The first ``PlacementError`` found.
  public func validate(wholeCounts: Bool = false) throws(PlacementError) {
    try validateShape()
    try validateCounts(wholeCounts: wholeCounts)
    try validateTransitions()
    try validateObjective()
    try validateOptions()
    try validateRoom()
  }

  private func invalid(_ place: String, _ problem: String, _ remedy: String) -> PlacementError {
    PlacementError(.invalidValue, at: place, problem, remedy: remedy)
  }

  private func validateShape() throws(PlacementError) {
    try ProblemSizes(self).validate()
    guard layerNumbers.count == layers else {
      throw invalid(
        "layer_numbers", "\(layerNumbers.count) layer numbers for \(layers) layers",
        "give one each")
    }
    var seen: Set<Int> = []
    for number in layerNumbers where number < 0 || !seen.insert(number).inserted {
      throw invalid(
        "layer_numbers", "layer \(number) is negative or stands twice",
        "give each layer of the model once")
    }
  }

  private func validateCounts(wholeCounts: Bool) throws(PlacementError) {
    try validate(loads, "loads", wholeCounts)
    for (index, sample) in samples.enumerated() {
      try validate(sample, "samples[\(index)]", wholeCounts)
    }
    for (index, set) in loadSets.enumerated() {
      try validate(set.loads, "load_sets[\(index)].loads", wholeCounts)
      try validate(factor: set.weight, "load_sets[\(index)].weight")
    }
  }

  private func validate(
    _ table: [[Double]], _ field: String, _ whole: Bool
  ) throws(PlacementError) {
    guard table.count == layers else {
      throw invalid(field, "\(table.count) rows for \(layers) layers", "give one row a layer")
    }
    for (layer, row) in table.enumerated() {
      guard row.count == experts else {
        throw invalid(
          "\(field)[\(layer)]", "\(row.count) counts for \(experts) experts",
          "give one count an expert")
      }
      // The place is put into words for a bad count only: problems have a million good ones.
      if let expert = row.firstIndex(where: { !Self.isCount($0, whole: whole) }) {
        try validate(row[expert], "\(field)[\(layer)][\(expert)]", whole)
      }
    }
  }

  private static func isCount(_ count: Double, whole: Bool) -> Bool {
    count >= 0 && count <= 1e15 && (!whole || count == count.rounded())
  }

  private func validate(
    _ count: Double, _ place: String, _ whole: Bool
  ) throws(PlacementError) {
    guard count.isFinite, count >= 0 else {
      throw invalid(place, "\(count) tokens", "give a count of 0 or more")
    }
    // Sums of more than this lose tokens in double precision.
    guard count <= 1e15 else { throw invalid(place, "\(count) tokens", "give at most 1e15") }
    guard !whole || count == count.rounded() else {
      throw invalid(place, "\(count) is a fraction of a token", "give a whole count")
    }
  }

  /// Prices and weights: products with counts stay finite.
  private func validate(factor: Double, _ place: String) throws(PlacementError) {
    guard factor >= 0, factor <= 1e15 else {
      throw invalid(place, "\(factor)", "give a number from 0 to 1e15")
    }
  }

  private func validateTransitions() throws(PlacementError) {
    guard objective.couplesLayers || !transitions.isEmpty else { return }
    guard transitions.count == layers - 1 else {
      throw invalid(
        "transitions", "\(transitions.count) lists for \(layers - 1) layer boundaries",
        "give one list from each layer to the next")
    }
    for (layer, list) in transitions.enumerated() {
      for (index, flow) in list.enumerated() {
        guard (0..<experts).contains(flow.source), (0..<experts).contains(flow.destination) else {
          throw invalid(
            "transitions[\(layer)][\(3 * index)]",
            "experts \(flow.source) and \(flow.destination) of \(experts)",
            "number experts from 0")
        }
        if !Self.isCount(flow.tokens, whole: false) {
          try validate(flow.tokens, "transitions[\(layer)][\(3 * index + 2)]", false)
        }
      }
    }
  }

  private func validateObjective() throws(PlacementError) {
    for (field, value) in [
      ("compute_ns_per_token", costs.computeNanoseconds),
      ("intra_ns_per_token", costs.intraNodeNanoseconds),
      ("inter_ns_per_token", costs.interNodeNanoseconds),
    ] {
      try validate(factor: value, "cost.\(field)")
    }
    if objective.usesSamples && samples.isEmpty && loadSets.isEmpty {
      throw invalid("samples", "none for objective '\(objective.name)'", "give one at least")
    }
    switch objective {
    case .conditionalValueAtRisk(let fraction):
      guard fraction > 0, fraction <= 1 else {
        throw invalid("objective.tail_fraction", "\(fraction)", "give more than 0, at most 1")
      }
    case .traffic(let caps):
      guard caps.count == layers, caps.allSatisfy({ $0 >= 0 }) else {
        throw invalid("objective.layer_load_caps", "not a cap for each layer", "give one each")
      }
    case .balance, .expected, .joint: break
    }
    if replicaSplit == .leastLoaded && objective.couplesLayers {
      throw PlacementError(
        .unsupported, at: "replica_split",
        "'leastLoaded' leaves flows undefined with objective '\(objective.name)'",
        remedy: "use 'even' or 'static'")
    }
  }

  private func validateOptions() throws(PlacementError) {
    // Beyond these a rank is broken rather than slow, and single precision loses the others.
    guard rankSlowdown.isEmpty || rankSlowdown.count == ranks,
      rankSlowdown.allSatisfy({ $0 >= 1e-3 && $0 <= 1e3 })
    else {
      throw invalid(
        "slow_ranks", "not a factor between 0.001 and 1000 for a rank",
        "give the time of a token over that on other ranks")
    }
    try validate(factor: moveCost, "move_cost")
    if let groups = expertGroups {
      guard groups > 0, experts % groups == 0 else {
        throw invalid("expert_groups", "\(groups) of \(experts) experts", "give a divisor")
      }
    }
    try validateCurrent()
  }

  private func validateCurrent() throws(PlacementError) {
    guard let current = currentPlacement else {
      guard protectedExperts.isEmpty, moveCost == 0 else {
        throw invalid("current_placement", "missing", "give it beside move_cost and protected")
      }
      return
    }
    guard current.ranks == ranks, current.layers.count == layers else {
      throw invalid("current_placement", "not of this problem's shape", "give every rank and layer")
    }
    for (layer, row) in current.layers.enumerated() {
      for expert in row where expert != PlacementSlots.empty && !(0..<experts).contains(expert) {
        throw invalid("current_placement[\(layer)]", "expert \(expert)", "number experts from 0")
      }
    }
    for expert in protectedExperts {
      guard (0..<layers).contains(expert.layer), (0..<experts).contains(expert.expert),
        current.layers[expert.layer].contains(expert.expert)
      else {
        throw invalid(
          "protected_experts", "layer \(expert.layer), expert \(expert.expert) has no place now",
          "name experts of the current placement")
      }
    }
  }

  private func validateRoom() throws(PlacementError) {
    guard slots >= experts else {
      throw PlacementError(
        .infeasible, at: "slots_per_gpu", "\(slots) slots in all for \(experts) experts",
        remedy: "give at least \((experts + ranks - 1) / ranks) slots a rank")
    }
    guard rankMemoryBytes.isEmpty || rankMemoryBytes.count == ranks,
      rankMemoryBytes.allSatisfy({ $0 >= 0 }), expertBytes >= 0
    else {
      throw invalid("gpu_expert_memory_bytes", "not a size for each rank", "give bytes, 0 or more")
    }
    let room = (0..<ranks).reduce(0) { $0 + memoryCopies(ofRank: $1) }
    guard room >= layers * experts else { throw lackingMemory(room: room) }
    try validateGroupRoom()
  }

  /// Names the rank that has the least and what it lacks of an even share.
  private func lackingMemory(room: Int) -> PlacementError {
    let tightest = (0..<ranks).min { memoryCopies(ofRank: $0) < memoryCopies(ofRank: $1) } ?? 0
    let share = (layers * experts + ranks - 1) / ranks
    let (needed, overflow) = share.multipliedReportingOverflow(by: expertBytes)
    let lacking = overflow ? Int.max : needed - rankMemoryBytes[tightest]
    return PlacementError(
      .infeasible, at: "gpu_expert_memory_bytes",
      "the ranks hold \(room) expert copies and the model has \(layers * experts); rank "
        + "\(tightest) lacks \(lacking) bytes of an even share of \(share) copies",
      remedy: "give the ranks more memory or use more ranks")
  }

  private func validateGroupRoom() throws(PlacementError) {
    guard let groups = expertGroups else { return }
    let room = (0..<nodes).reduce(0) { total, node in
      let size = min(ranksPerNode, ranks - node * ranksPerNode)
      return total + size * slotsPerRank / expertsPerGroup
    }
    guard room >= groups else {
      throw PlacementError(
        .infeasible, at: "expert_groups", "the nodes have room for \(room) of \(groups) groups",
        remedy: "give more slots, or as many groups as nodes can hold")
    }
  }
}
