/// What a sweep found: every cell at every point of a grid, and the Pareto set.
public struct SweepResult: Hashable, Sendable, Codable {
  /// A key of the scenario and the values it took.
  public struct Axis: Hashable, Sendable, Codable {
    public let path: String
    public let values: [String]

    public init(path: String, values: [String]) {
      self.path = path
      self.values = values
    }
  }

  /// One cell at one point; null where nothing was measured.
  public struct Cell: Hashable, Sendable, Codable {
    public let cell: String
    public let outOfMemory: Bool
    public let meanSeconds: Double?
    /// Lower and upper end.
    public let meanConfidence95Seconds: [Double]?
    public let p99Seconds: Double?
    /// Against the baseline at the same point.
    public let speedup: SpeedupResult
    public let peakMemoryBytes: Int64
    public let tokenImbalance: Double
    /// Of all ranks together.
    public let tokensPerSecond: Double?
    public let tokensPerSecondPerRank: Double?
    /// Whether no other cell at any point is better in one objective and not worse in the other.
    public var isPareto = false

    public init(
      cell: String, outOfMemory: Bool, meanSeconds: Double?, meanConfidence95Seconds: [Double]?,
      p99Seconds: Double?, speedup: SpeedupResult, peakMemoryBytes: Int64, tokenImbalance: Double,
      tokensPerSecond: Double?, tokensPerSecondPerRank: Double?
    ) {
      self.cell = cell
      self.outOfMemory = outOfMemory
      self.meanSeconds = meanSeconds
      self.meanConfidence95Seconds = meanConfidence95Seconds
      self.p99Seconds = p99Seconds
      self.speedup = speedup
      self.peakMemoryBytes = peakMemoryBytes
      self.tokenImbalance = tokenImbalance
      self.tokensPerSecond = tokensPerSecond
      self.tokensPerSecondPerRank = tokensPerSecondPerRank
    }
  }

  /// One combination of values.
  public struct Point: Hashable, Sendable, Codable {
    /// One for every axis, in their order.
    public let values: [String]
    public var cells: [Cell]
    /// The fastest cell that fits into memory; null where none does.
    public let best: String?
    /// Cells that cannot be told from the best, itself among them.
    public let winners: [String]
    /// Why the point could not be run; null where it was.
    public let failure: String?

    public init(
      values: [String], cells: [Cell], best: String?, winners: [String], failure: String?
    ) {
      self.values = values
      self.cells = cells
      self.best = best
      self.winners = winners
      self.failure = failure
    }
  }

  /// What a Pareto set is about, beside the step time.
  public enum Objective: String, Hashable, Sendable, Codable, CaseIterable {
    /// Peak memory of the fullest rank: less is better.
    case memory
    /// Tokens a second and rank: more is better.
    case throughput
  }

  public let schemaVersion: Int
  /// Tells a sweep from a comparison.
  public let kind: String
  public let scenario: String
  public let seed: UInt64
  public let shuntVersion: String
  public let baseline: String
  public let axes: [Axis]
  /// The last axis varies fastest.
  public let points: [Point]
  /// The second objective of the Pareto set; the first is the step time.
  public let objective: Objective
  public let warnings: [String]
  public let scenarioText: String

  public static let kindName = "sweep"

  public init(
    scenario: String, seed: UInt64, shuntVersion: String, baseline: String, axes: [Axis],
    points: [Point], objective: Objective, warnings: [String], scenarioText: String
  ) {
    schemaVersion = ComparisonResult.currentSchemaVersion
    kind = Self.kindName
    self.scenario = scenario
    self.seed = seed
    self.shuntVersion = shuntVersion
    self.baseline = baseline
    self.axes = axes
    self.points = points
    self.objective = objective
    self.warnings = warnings
    self.scenarioText = scenarioText
  }
}
