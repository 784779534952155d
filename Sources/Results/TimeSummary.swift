public import Statistics

/// A sample of times as results hold it; what is not defined is null.
public struct TimeSummary: Hashable, Sendable, Codable {
  public let count: Int
  public let meanSeconds: Double?
  public let standardDeviationSeconds: Double?
  public let p50Seconds: Double?
  public let p90Seconds: Double?
  public let p95Seconds: Double?
  public let p99Seconds: Double?
  public let maxSeconds: Double?
  /// Lower and upper end.
  public let meanConfidence95Seconds: [Double]?
  /// Lower and upper end.
  public let p99Confidence95Seconds: [Double]?

  public init(_ summary: Summary) {
    count = summary.count
    meanSeconds = summary.mean
    standardDeviationSeconds = summary.standardDeviation
    p50Seconds = summary.p50
    p90Seconds = summary.p90
    p95Seconds = summary.p95
    p99Seconds = summary.p99
    maxSeconds = summary.maximum
    meanConfidence95Seconds = summary.meanConfidence?.ends
    p99Confidence95Seconds = summary.p99Confidence?.ends
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(count, forKey: .count)
    // Spelled out so that an undefined number is written as null rather than left out.
    try container.encode(meanSeconds, forKey: .meanSeconds)
    try container.encode(standardDeviationSeconds, forKey: .standardDeviationSeconds)
    try container.encode(p50Seconds, forKey: .p50Seconds)
    try container.encode(p90Seconds, forKey: .p90Seconds)
    try container.encode(p95Seconds, forKey: .p95Seconds)
    try container.encode(p99Seconds, forKey: .p99Seconds)
    try container.encode(maxSeconds, forKey: .maxSeconds)
    try container.encode(meanConfidence95Seconds, forKey: .meanConfidence95Seconds)
    try container.encode(p99Confidence95Seconds, forKey: .p99Confidence95Seconds)
  }
}

extension ConfidenceInterval {
  /// Lower and upper end, as results write an interval.
  public var ends: [Double] { [lower, upper] }
}

/// How sure the p99 of every cell is, against what the scenario asked for.
public struct PrecisionResult: Hashable, Sendable, Codable {
  /// Half the interval's width as a share of p99.
  public let goal: Double
  public let isReached: Bool
  /// The widest cell's; null where there are too few steps for an interval.
  public let relativeHalfWidth: Double?
  /// Steps that were simulated, and the most that would have been.
  public let steps: Int
  public let maximumSteps: Int

  public init(
    goal: Double, isReached: Bool, relativeHalfWidth: Double?, steps: Int, maximumSteps: Int
  ) {
    self.goal = goal
    self.isReached = isReached
    self.relativeHalfWidth = relativeHalfWidth
    self.steps = steps
    self.maximumSteps = maximumSteps
  }
}
