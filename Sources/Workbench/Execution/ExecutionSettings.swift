/// How plans are timed.
public enum ExecutionTiming: String, Sendable, Hashable, CaseIterable {
  /// Every rank's work alone, composed on the simulator's clock.
  case virtual
  /// Ranks side by side, by the wall clock.
  case concurrent
}

/// How an execution is carried out.
public struct ExecutionSettings: Hashable, Sendable {
  public var timing: ExecutionTiming
  /// Measured runs of every step, beside one that warms up and is checked.
  public var repetitions: Int
  /// Seconds that any rank waits for another.
  public var timeLimitSeconds: Double
  /// Bytes that all ranks may take together.
  public var memoryLimitBytes: Int
  /// Tokens of every rank and layer whose results are held against a plain computation.
  public var checkedTokensPerLayer: Int

  public init(
    timing: ExecutionTiming, repetitions: Int = 5, timeLimitSeconds: Double = 60,
    memoryLimitBytes: Int, checkedTokensPerLayer: Int = 2
  ) {
    self.timing = timing
    self.repetitions = repetitions
    self.timeLimitSeconds = timeLimitSeconds
    self.memoryLimitBytes = memoryLimitBytes
    self.checkedTokensPerLayer = checkedTokensPerLayer
  }
}
