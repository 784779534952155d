/// One value of the scenario and where it came from.
public struct AssumptionResult: Hashable, Sendable, Codable {
  public let path: String
  public let value: String
  /// `catalog`, `scenario`, `default`, `fitted`, `measured`.
  public let origin: String
  public let source: String

  public init(path: String, value: String, origin: String, source: String) {
    self.path = path
    self.value = value
    self.origin = origin
    self.source = source
  }
}

/// One threshold of the scenario, and whether a cell met it.
public struct ExpectationResult: Hashable, Sendable, Codable {
  public let metric: String
  public let condition: String
  /// The cell that was held against it, such as `balanced/llep`.
  public let cell: String
  public let value: Double?
  public let passed: Bool

  public init(metric: String, condition: String, cell: String, value: Double?, passed: Bool) {
    self.metric = metric
    self.condition = condition
    self.cell = cell
    self.value = value
    self.passed = passed
  }
}

/// Which cell is fastest, and which cannot be told from it.
public struct VerdictResult: Hashable, Sendable, Codable {
  /// The fastest cell that fits into memory; null where none does.
  public let best: String?
  /// Cells that the intervals do not separate from the best, the best among them.
  public let winners: [String]
  /// Holm-adjusted probability, by cell, of a difference to the best this large if there were none.
  public let adjustedPValues: [String: Double]
  /// One or two sentences for people.
  public let sentence: String

  public init(
    best: String?, winners: [String], adjustedPValues: [String: Double], sentence: String
  ) {
    self.best = best
    self.winners = winners
    self.adjustedPValues = adjustedPValues
    self.sentence = sentence
  }
}

/// What was simulated, for the heading of a report.
public struct SystemResult: Hashable, Sendable, Codable {
  public let accelerator: String
  public let nodes: Int
  public let acceleratorsPerNode: Int
  public let ranks: Int
  public let expertParallelRanks: Int
  public let model: String
  public let layers: Int
  public let experts: Int
  public let topK: Int
  public let phase: String
  public let tokensPerRank: Int
  public let steps: Int
  public let routing: String
  /// `fluid`, `fluid within 1 %`, `analytic`.
  public let network: String

  public init(
    accelerator: String, nodes: Int, acceleratorsPerNode: Int, ranks: Int,
    expertParallelRanks: Int, model: String, layers: Int, experts: Int, topK: Int, phase: String,
    tokensPerRank: Int, steps: Int, routing: String, network: String
  ) {
    self.accelerator = accelerator
    self.nodes = nodes
    self.acceleratorsPerNode = acceleratorsPerNode
    self.ranks = ranks
    self.expertParallelRanks = expertParallelRanks
    self.model = model
    self.layers = layers
    self.experts = experts
    self.topK = topK
    self.phase = phase
    self.tokensPerRank = tokensPerRank
    self.steps = steps
    self.routing = routing
    self.network = network
  }
}

/// How a placement was made and how good it is proven to be.
public struct PlacementResult: Hashable, Sendable, Codable {
  public let label: String
  public let method: String
  public let slotsPerRank: Int
  /// `optimal`, `feasible`, `timeLimit`, or `given` for a file.
  public let status: String
  /// Busiest rank's tokens summed over layers, on the loads that were planned for.
  public let objective: Double?
  public let lowerBound: Double?
  public let gap: Double?
  /// Expert ids of the first layer, `[ranks × slotsPerRank]`, -1 empty; for the map.
  public let firstLayerSlots: [Int]
  /// Expert copies that must move from the baseline's placement, over all layers.
  public let movesFromBaseline: Int
  /// Plans found on the way, in the order they were found.
  public var incumbents: [IncumbentResult]?
  /// Branch-and-bound nodes, or steps of the heuristic.
  public var searchNodes: Int?
  /// Whether an independent check of the plan found every rule kept.
  public var isVerified: Bool?

  public init(
    label: String, method: String, slotsPerRank: Int, status: String, objective: Double?,
    lowerBound: Double?, gap: Double?, firstLayerSlots: [Int], movesFromBaseline: Int
  ) {
    self.label = label
    self.method = method
    self.slotsPerRank = slotsPerRank
    self.status = status
    self.objective = objective
    self.lowerBound = lowerBound
    self.gap = gap
    self.firstLayerSlots = firstLayerSlots
    self.movesFromBaseline = movesFromBaseline
  }
}

/// Everything a comparison found: the only thing reports read, and the JSON that users keep.
public struct ComparisonResult: Hashable, Sendable, Codable {
  /// The version of this format.
  public static let currentSchemaVersion = 1

  public let schemaVersion: Int
  public var scenario: String
  public let seed: UInt64
  public let shuntVersion: String
  /// The cell that speed-ups are relative to.
  public let baseline: String
  public let system: SystemResult
  public var cells: [CellResult]
  public let placements: [PlacementResult]
  public let verdict: VerdictResult
  public let expectations: [ExpectationResult]
  public let assumptions: [AssumptionResult]
  public let warnings: [String]
  /// The scenario file as it was read.
  public var scenarioText: String
  /// How sure p99 is, where the scenario asked for a precision.
  public var precision: PrecisionResult?
  /// One entry for each parameter that was varied around the scenario.
  public var sensitivity: [SensitivityResult]?
  /// How the plans were carried out, where they were.
  public var execution: ExecutionResult?

  public init(
    scenario: String, seed: UInt64, shuntVersion: String, baseline: String, system: SystemResult,
    cells: [CellResult], placements: [PlacementResult], verdict: VerdictResult,
    expectations: [ExpectationResult], assumptions: [AssumptionResult], warnings: [String],
    scenarioText: String
  ) {
    schemaVersion = Self.currentSchemaVersion
    self.scenario = scenario
    self.seed = seed
    self.shuntVersion = shuntVersion
    self.baseline = baseline
    self.system = system
    self.cells = cells
    self.placements = placements
    self.verdict = verdict
    self.expectations = expectations
    self.assumptions = assumptions
    self.warnings = warnings
    self.scenarioText = scenarioText
  }
}

/// Several results in one file.
public struct MergedResult: Hashable, Sendable, Codable {
  public let schemaVersion: Int
  /// Tells it from a single comparison.
  public let kind: String
  public let results: [ComparisonResult]

  public static let kindName = "merged"

  public init(_ results: [ComparisonResult]) {
    schemaVersion = ComparisonResult.currentSchemaVersion
    kind = Self.kindName
    self.results = results
  }
}
