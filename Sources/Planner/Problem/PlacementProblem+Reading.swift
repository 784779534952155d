public import Foundation

extension PlacementProblem {
  /// Reads a `moe-placement-1` file.
  ///
  /// - Throws: ``PlacementError`` that names the field, what is wrong and how to mend it.
  public init(json data: Data) throws(PlacementError) {
    let file: ProblemFile
    do {
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      file = try decoder.decode(ProblemFile.self, from: data)
    } catch let error as DecodingError {
      let isWhole = (try? JSONSerialization.jsonObject(with: data)) != nil
      throw PlacementError(reading: error, isWhole: isWhole)
    } catch {
      throw PlacementError(
        .unreadable, at: "file", "not JSON", remedy: "write a moe-placement-1 problem")
    }
    self = try file.problem()
    try validate(wholeCounts: true)
  }
}

/// The file as written.
private struct ProblemFile: Decodable {
  struct Cost: Decodable {
    var computeNsPerToken: Double
    var intraNsPerToken: Double
    var interNsPerToken: Double
  }

  struct Objective: Decodable {
    var kind: String
    var tailFraction: Double?
    var layerLoadCaps: [Double]?
  }

  struct SlowRank: Decodable {
    var rank: Int
    var compute: Double
  }

  struct Protected: Decodable {
    var layer: Int
    var expert: Int
  }

  struct Loads: Decodable {
    var name: String?
    var weight: Double?
    var loads: [[Double]]
  }

  var schema: String
  var name: String?
  var model: String?
  var layers: Int
  var experts: Int
  var topK: Int?
  var gpus: Int
  var gpusPerNode: Int
  var slotsPerGpu: Int
  var expertBytes: Int?
  var gpuExpertMemoryBytes: Memory?
  var cost: Cost?
  var objective: Objective
  var replicaSplit: String?
  var loads: [[Double]]
  var samples: [[[Double]]]?
  var transitions: [[Double]]?
  var layerNumbers: [Int]?
  var expertGroups: Int?
  var slowRanks: [SlowRank]?
  var currentPlacement: [[[Int]]]?
  var moveCost: Double?
  var protectedExperts: [Protected]?
  var loadSets: [Loads]?
  var loadSetCombination: String?

  /// One size for all ranks or a list.
  enum Memory: Decodable {
    case each(Int)
    case list([Int])

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let list = try? container.decode([Int].self) {
        self = .list(list)
      } else {
        self = .each(try container.decode(Int.self))
      }
    }
  }
}

extension ProblemFile {
  func problem() throws(PlacementError) -> PlacementProblem {
    guard schema == "moe-placement-1" else {
      throw invalid("schema", "'\(schema)' is unknown", "write \"moe-placement-1\"")
    }
    guard loads.count == layers else {
      throw invalid("loads", "\(loads.count) rows for \(layers) layers", "give one row a layer")
    }
    try ProblemSizes(
      layers: layers, experts: experts, topK: topK ?? 1, ranks: gpus, ranksPerNode: gpusPerNode,
      slotsPerRank: slotsPerGpu
    ).validate()
    var result = PlacementProblem(
      name: name ?? "placement", model: model ?? "", loads: loads, samples: samples ?? [],
      ranks: gpus, ranksPerNode: gpusPerNode, slotsPerRank: slotsPerGpu,
      topK: topK ?? 1, objective: try placementObjective(), layerNumbers: layerNumbers)
    result.experts = experts
    result.expertBytes = expertBytes ?? 0
    switch gpuExpertMemoryBytes {
    case .each(let bytes): result.rankMemoryBytes = Array(repeating: bytes, count: max(0, gpus))
    case .list(let list): result.rankMemoryBytes = list
    case nil: break
    }
    if let cost {
      result.costs = TokenCosts(
        computeNanoseconds: cost.computeNsPerToken,
        intraNodeNanoseconds: cost.intraNsPerToken,
        interNodeNanoseconds: cost.interNsPerToken)
    } else if result.objective.couplesLayers {
      throw invalid("cost", "missing for objective '\(objective.kind)'", "give it")
    }
    result.replicaSplit = try word(replicaSplit, "replica_split", default: .even)
    result.transitions = try flows()
    try readOptions(into: &result)
    return result
  }

  private func invalid(_ place: String, _ problem: String, _ remedy: String) -> PlacementError {
    PlacementError(.invalidValue, at: place, problem, remedy: remedy)
  }

  private func word<Word: RawRepresentable>(
    _ text: String?, _ field: String, default fallback: Word
  ) throws(PlacementError) -> Word where Word.RawValue == String {
    guard let text else { return fallback }
    guard let word = Word(rawValue: text) else {
      throw invalid(field, "'\(text)' is unknown", "see docs/planner.md for the words")
    }
    return word
  }

  private func placementObjective() throws(PlacementError) -> PlacementObjective {
    switch objective.kind {
    case "balance": return .balance
    case "expected": return .expected
    case "joint": return .joint
    case "cvar":
      guard let fraction = objective.tailFraction else {
        throw invalid("objective.tail_fraction", "missing", "give a share between 0 and 1")
      }
      return .conditionalValueAtRisk(tailFraction: fraction)
    case "traffic":
      guard let caps = objective.layerLoadCaps else {
        throw invalid("objective.layer_load_caps", "missing", "give one cap a layer")
      }
      return .traffic(layerLoadCaps: caps)
    default:
      throw invalid(
        "objective.kind", "'\(objective.kind)' is unknown",
        "use balance, expected, cvar, traffic or joint")
    }
  }

  private func flows() throws(PlacementError) -> [[ExpertTransition]] {
    var result: [[ExpertTransition]] = []
    for (layer, list) in (transitions ?? []).enumerated() {
      guard list.count % 3 == 0 else {
        throw invalid(
          "transitions[\(layer)]", "\(list.count) numbers are not triples",
          "write source, destination, tokens for each flow")
      }
      var flows: [ExpertTransition] = []
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

  private func readOptions(into problem: inout PlacementProblem) throws(PlacementError) {
    problem.expertGroups = expertGroups
    problem.moveCost = moveCost ?? 0
    problem.protectedExperts = (protectedExperts ?? []).map {
      ProtectedExpert(layer: $0.layer, expert: $0.expert)
    }
    problem.loadSets = (loadSets ?? []).enumerated().map { index, set in
      LoadSet(name: set.name ?? "set \(index)", weight: set.weight ?? 1, loads: set.loads)
    }
    problem.loadSetCombination = try word(
      loadSetCombination, "load_set_combination", default: .worst)
    for (index, slow) in (slowRanks ?? []).enumerated() {
      guard (0..<gpus).contains(slow.rank) else {
        throw invalid("slow_ranks[\(index)].rank", "\(slow.rank) of \(gpus)", "count from 0")
      }
      if problem.rankSlowdown.isEmpty {
        problem.rankSlowdown = Array(repeating: 1, count: gpus)
      }
      problem.rankSlowdown[slow.rank] = slow.compute
    }
    guard let lists = currentPlacement else { return }
    let width = lists.joined().map(\.count).max() ?? 0
    guard lists.allSatisfy({ $0.count == gpus }) else {
      throw invalid("current_placement", "not a list for each rank", "give one list a rank")
    }
    problem.currentPlacement = PlacementSlots(lists: lists, slotsPerRank: max(1, width))
  }
}

extension PlacementError {
  /// - Parameter isWhole: Whether the text is complete JSON, so that a value is what is wrong.
  fileprivate init(reading error: DecodingError, isWhole: Bool) {
    func place(_ context: DecodingError.Context) -> String {
      let path = context.codingPath.reduce("") { path, key in
        if let index = key.intValue { return path + "[\(index)]" }
        return path.isEmpty ? Self.field(key) : path + "." + Self.field(key)
      }
      return path.isEmpty ? "file" : path
    }
    switch error {
    case .keyNotFound(let key, let context):
      let outer = place(context)
      let full = outer == "file" ? Self.field(key) : outer + "." + Self.field(key)
      self.init(.unreadable, at: full, "missing", remedy: "add it; docs/planner.md has the schema")
    case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
      self.init(
        .unreadable, at: place(context), "not \(Self.word(for: type))",
        remedy: "docs/planner.md has the schema")
    case .dataCorrupted(let context):
      let isCut = context.codingPath.isEmpty && !isWhole
      self.init(
        .unreadable, at: place(context),
        isCut
          ? "not complete JSON, perhaps cut short" : "holds a number that its field cannot",
        remedy: isCut
          ? "write the whole file again" : "give whole numbers below 2^63 where things are counted")
    @unknown default:
      self.init(.unreadable, at: "file", "unreadable", remedy: "write the whole file again")
    }
  }

  /// The field as the file writes it.
  private static func field(_ key: any CodingKey) -> String {
    key.stringValue.map { $0.isUppercase ? "_" + $0.lowercased() : String($0) }.joined()
  }

  private static func word(for type: any Any.Type) -> String {
    switch type {
    case is Int.Type: "a whole number"
    case is Double.Type: "a number"
    case is String.Type: "a text"
    default: "a list or mapping of the right shape"
    }
  }
}
