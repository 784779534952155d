/// When a planning run stops and what it may vary.
public struct PlannerOptions: Sendable {
  /// Wall seconds; `nil` for none. Plans found under a time limit are not reproducible.
  public var timeLimit: Double?
  /// Search steps in all; with a budget and no time limit the plan is reproducible.
  public var stepBudget: Int?
  /// The gap at which searching stops.
  public var gap: Double
  /// Seeds every random choice.
  public var seed: UInt64
  /// Threads used at most.
  public var threads: Int

  /// - Parameter timeLimit: If neither limit is given, 10 seconds.
  public init(
    timeLimit: Double? = nil, stepBudget: Int? = nil, gap: Double = 1e-5, seed: UInt64 = 1,
    threads: Int = 2
  ) {
    self.timeLimit = timeLimit ?? (stepBudget == nil ? 10 : nil)
    self.stepBudget = stepBudget
    self.gap = gap
    self.seed = seed
    self.threads = max(1, threads)
  }
}

/// Where a planning run stands.
public struct PlanProgress: Hashable, Sendable {
  /// The stage, such as `construct`, `search` or `prove`.
  public let phase: String
  /// Layers that are finished in this stage.
  public let layersDone: Int
  /// The best plan's objective so far.
  public let incumbent: Double
  /// What no plan can beat.
  public let bound: Double
  /// Wall seconds since the start.
  public let seconds: Double

  /// (incumbent − bound) / incumbent.
  public var gap: Double {
    incumbent > 0 ? max(0, incumbent - bound) / incumbent : 0
  }
}
