/// A cause of slow steps: what it is, where it sits, what it costs.
public struct TailCauseResult: Hashable, Sendable, Codable {
  /// `straggler`, `tokenImbalance`, `communication`, `weightTransfer`.
  public let cause: String
  /// Null, like layer, expert and link, where the cause is in no single one.
  public let rank: Int?
  public let layer: Int?
  public let expert: Int?
  public let link: String?
  /// Share of what slow steps take beyond an undisturbed step; all entries add up to 1.
  public let share: Double
  /// What the cause takes of a slow step.
  public let slowSeconds: Double
  /// What it takes of a median step; null where there is one step only.
  public let medianSeconds: Double?
  /// Share of p99 − p50: what the cause takes more of slow steps than of median ones. Near 0 for what
  /// slows every step alike, below 0 for what slows median steps more; null where p99 and p50 are
  /// the same.
  public let gapShare: Double?

  public init(
    cause: String, rank: Int?, layer: Int?, expert: Int?, link: String?, share: Double,
    slowSeconds: Double, medianSeconds: Double?, gapShare: Double?
  ) {
    self.cause = cause
    self.rank = rank
    self.layer = layer
    self.expert = expert
    self.link = link
    self.share = share
    self.slowSeconds = slowSeconds
    self.medianSeconds = medianSeconds
    self.gapShare = gapShare
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(cause, forKey: .cause)
    // Spelled out so that what is in no single place is null rather than left out.
    try container.encode(rank, forKey: .rank)
    try container.encode(layer, forKey: .layer)
    try container.encode(expert, forKey: .expert)
    try container.encode(link, forKey: .link)
    try container.encode(share, forKey: .share)
    try container.encode(slowSeconds, forKey: .slowSeconds)
    try container.encode(medianSeconds, forKey: .medianSeconds)
    try container.encode(gapShare, forKey: .gapShare)
  }
}

/// The steps that causes were sought in.
public struct TailStepsResult: Hashable, Sendable, Codable {
  /// Steps whose times are nearest to p99.
  public let slowSteps: [Int]
  /// Steps whose times are nearest to the median.
  public let medianSteps: [Int]
  /// Mean of the slow steps.
  public let slowSeconds: Double
  /// Mean of the median steps; null where there is one step only.
  public let medianSeconds: Double?
  /// Mean of the slow steps with every cause taken away.
  public let undisturbedSeconds: Double

  public init(
    slowSteps: [Int], medianSteps: [Int], slowSeconds: Double, medianSeconds: Double?,
    undisturbedSeconds: Double
  ) {
    self.slowSteps = slowSteps
    self.medianSteps = medianSteps
    self.slowSeconds = slowSeconds
    self.medianSeconds = medianSeconds
    self.undisturbedSeconds = undisturbedSeconds
  }
}
