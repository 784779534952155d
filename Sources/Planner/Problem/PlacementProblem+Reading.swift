public import Foundation

extension PlacementProblem {
  /// Reads a `moe-placement-1` file.
  ///
  /// - Throws: ``PlacementError`` that names the field, what is wrong and how to mend it.
  /// - Complexity: O(bytes).
  public init(json data: Data) throws(PlacementError) {
    let document: Result<JSONValue, JSONFault> = data.withUnsafeBytes { bytes in
      bytes.withMemoryRebound(to: UInt8.self) { bytes in
        Result { () throws(JSONFault) in try JSONReader.value(of: bytes) }
      }
    }
    switch document {
    case .success(let value): self = try ProblemFile(fields: JSONFields(value)).problem()
    case .failure(let fault):
      let line = 1 + data.prefix(fault.offset).count { $0 == UInt8(ascii: "\n") }
      throw PlacementError(
        .unreadable, at: "file", "\(fault.problem) (line \(line), byte \(fault.offset))",
        remedy: "write the whole file again")
    }
    try validate(wholeCounts: true)
  }
}

/// The fields of a problem file and how they become a problem.
private struct ProblemFile {
  let fields: JSONFields

  func problem() throws(PlacementError) -> PlacementProblem {
    let schema = try fields.needed("schema") { value, at throws(PlacementError) in
      try value.text(at)
    }
    guard schema == "moe-placement-1" else {
      throw invalid("schema", "'\(schema)' is unknown", "write \"moe-placement-1\"")
    }
    let loads = try fields.needed("loads") { value, at throws(PlacementError) in try value.rows(at)
    }
    let sizes = try sizes()
    guard loads.count == sizes.layers else {
      throw invalid(
        "loads", "\(loads.count) rows for \(sizes.layers) layers", "give one row a layer")
    }
    try sizes.validate()
    let samples = try fields.optional("samples") { value, place throws(PlacementError) in
      try value.items(place) { value, place throws(PlacementError) in try value.rows(place) }
    }
    var result = PlacementProblem(
      name: try fields.text("name") ?? "placement", model: try fields.text("model") ?? "",
      loads: loads, samples: samples ?? [], ranks: sizes.ranks, ranksPerNode: sizes.ranksPerNode,
      slotsPerRank: sizes.slotsPerRank, topK: sizes.topK, objective: try objective(),
      layerNumbers: try fields.optional("layer_numbers") { value, at throws(PlacementError) in
        try value.wholes(at)
      })
    result.experts = sizes.experts
    result.expertBytes = try fields.whole("expert_bytes") ?? 0
    result.rankMemoryBytes = try memory(ranks: sizes.ranks)
    if let costs = try costs() {
      result.costs = costs
    } else if result.objective.couplesLayers {
      throw invalid("cost", "missing for objective '\(result.objective.name)'", "give it")
    }
    result.replicaSplit = try word("replica_split", default: .even)
    result.transitions = try flows()
    try readOptions(into: &result)
    return result
  }

  private func invalid(_ place: String, _ problem: String, _ remedy: String) -> PlacementError {
    PlacementError(.invalidValue, at: place, problem, remedy: remedy)
  }

  private func sizes() throws(PlacementError) -> ProblemSizes {
    ProblemSizes(
      layers: try fields.neededWhole("layers"), experts: try fields.neededWhole("experts"),
      topK: try fields.whole("top_k") ?? 1, ranks: try fields.neededWhole("gpus"),
      ranksPerNode: try fields.neededWhole("gpus_per_node"),
      slotsPerRank: try fields.neededWhole("slots_per_gpu"))
  }

  private func word<Word: RawRepresentable>(
    _ field: String, default fallback: Word
  ) throws(PlacementError) -> Word where Word.RawValue == String {
    guard let text = try fields.text(field) else { return fallback }
    guard let word = Word(rawValue: text) else {
      throw invalid(field, "'\(text)' is unknown", "see docs/planner.md for the words")
    }
    return word
  }

  /// One size for all ranks or a list.
  private func memory(ranks: Int) throws(PlacementError) -> [Int] {
    try fields.optional("gpu_expert_memory_bytes") { value, place throws(PlacementError) in
      switch value {
      case .numbers, .list: return try value.wholes(place)
      default: return Array(repeating: try value.whole(place), count: ranks)
      }
    } ?? []
  }

  private func costs() throws(PlacementError) -> TokenCosts? {
    try fields.optional("cost") { value, place throws(PlacementError) in
      let cost = try JSONFields(value, at: place)
      func price(_ name: String) throws(PlacementError) -> Double {
        try cost.needed(name) { value, at throws(PlacementError) in try value.number(at) }
      }
      return TokenCosts(
        computeNanoseconds: try price("compute_ns_per_token"),
        intraNodeNanoseconds: try price("intra_ns_per_token"),
        interNodeNanoseconds: try price("inter_ns_per_token"))
    }
  }

  private func objective() throws(PlacementError) -> PlacementObjective {
    let objective = try fields.needed("objective") { value, place throws(PlacementError) in
      try JSONFields(value, at: place)
    }
    let kind = try objective.needed("kind") { value, at throws(PlacementError) in
      try value.text(at)
    }
    switch kind {
    case "balance": return .balance
    case "expected": return .expected
    case "joint": return .joint
    case "cvar":
      guard let fraction = try objective.number("tail_fraction") else {
        throw invalid("objective.tail_fraction", "missing", "give a share between 0 and 1")
      }
      return .conditionalValueAtRisk(tailFraction: fraction)
    case "traffic":
      guard let caps = try objective.numbers("layer_load_caps") else {
        throw invalid("objective.layer_load_caps", "missing", "give one cap a layer")
      }
      return .traffic(layerLoadCaps: caps)
    default:
      throw invalid(
        "objective.kind", "'\(kind)' is unknown", "use balance, expected, cvar, traffic or joint")
    }
  }

  private func flows() throws(PlacementError) -> [[ExpertTransition]] {
    var result: [[ExpertTransition]] = []
    for (layer, list) in (try fields.rows("transitions") ?? []).enumerated() {
      guard list.count % 3 == 0 else {
        throw invalid(
          "transitions[\(layer)]", "\(list.count) numbers are not triples",
          "write source, destination, tokens for each flow")
      }
      var flows: [ExpertTransition] = []
      flows.reserveCapacity(list.count / 3)
      for start in stride(from: 0, to: list.count, by: 3) {
        guard let source = Int(exactly: list[start]), let next = Int(exactly: list[start + 1]),
          list[start + 2] == list[start + 2].rounded()
        else {
          throw invalid("transitions[\(layer)][\(start)]", "a fraction", "give whole numbers")
        }
        flows.append(
          ExpertTransition(source: source, destination: next, tokens: list[start + 2]))
      }
      result.append(flows)
    }
    return result
  }
}

extension ProblemFile {
  private func readOptions(into problem: inout PlacementProblem) throws(PlacementError) {
    problem.expertGroups = try fields.whole("expert_groups")
    problem.moveCost = try fields.number("move_cost") ?? 0
    for item in try fields.mappings("protected_experts") {
      problem.protectedExperts.append(
        ProtectedExpert(
          layer: try item.neededWhole("layer"), expert: try item.neededWhole("expert")))
    }
    for (index, item) in try fields.mappings("load_sets").enumerated() {
      problem.loadSets.append(
        LoadSet(
          name: try item.text("name") ?? "set \(index)", weight: try item.number("weight") ?? 1,
          loads: try item.needed("loads") { value, at throws(PlacementError) in
            try value.rows(at)
          }))
    }
    problem.loadSetCombination = try word("load_set_combination", default: .worst)
    try readSlowRanks(into: &problem)
    let lists = try fields.optional("current_placement") { value, place throws(PlacementError) in
      try value.items(place) { value, place throws(PlacementError) in
        try value.items(place) { value, at throws(PlacementError) in try value.wholes(at) }
      }
    }
    guard let lists else { return }
    let width = lists.joined().map(\.count).max() ?? 0
    guard lists.allSatisfy({ $0.count == problem.ranks }) else {
      throw invalid("current_placement", "not a list for each rank", "give one list a rank")
    }
    problem.currentPlacement = PlacementSlots(lists: lists, slotsPerRank: max(1, width))
  }

  private func readSlowRanks(into problem: inout PlacementProblem) throws(PlacementError) {
    for (index, item) in try fields.mappings("slow_ranks").enumerated() {
      let rank = try item.neededWhole("rank")
      guard (0..<problem.ranks).contains(rank) else {
        throw invalid("slow_ranks[\(index)].rank", "\(rank) of \(problem.ranks)", "count from 0")
      }
      if problem.rankSlowdown.isEmpty {
        problem.rankSlowdown = Array(repeating: 1, count: problem.ranks)
      }
      problem.rankSlowdown[rank] = try item.needed("compute") { value, at throws(PlacementError) in
        try value.number(at)
      }
    }
  }
}
