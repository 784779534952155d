/// Mean bytes per step from every rank to every rank.
public struct TrafficResult: Hashable, Sendable, Codable {
  /// `[ranks][ranks]`, row = source; dispatch, combine and weights together.
  public let bytes: [[Double]]

  public init(bytes: [[Double]]) { self.bytes = bytes }
}

/// How the load of every rank changes over steps or over layers.
public struct LoadHeatResult: Hashable, Sendable, Codable {
  /// What a column is: `step` or `layer`.
  public let columnKind: String
  /// A name for every column, such as `steps 0-9`.
  public let columns: [String]
  /// Mean token copies per layer and step, `[ranks][columns]`.
  public let copies: [[Double]]

  public init(columnKind: String, columns: [String], copies: [[Double]]) {
    self.columnKind = columnKind
    self.columns = columns
    self.copies = copies
  }
}

/// Communication of the busiest rank, and how much of it computing did not hide; means per step.
public struct OverlapResult: Hashable, Sendable, Codable {
  public let communicationSeconds: Double
  public let exposedSeconds: Double

  public init(communicationSeconds: Double, exposedSeconds: Double) {
    self.communicationSeconds = communicationSeconds
    self.exposedSeconds = exposedSeconds
  }
}

/// One operation on the critical path of a step, in order of time.
public struct CriticalPieceResult: Hashable, Sendable, Codable {
  public let rank: Int
  public let lane: String
  public let kind: String
  /// As the model numbers it; -1 outside MoE layers.
  public let layer: Int
  public let startSeconds: Double
  public let endSeconds: Double
  /// How much shorter the operation could be before another chain decides the step; null where it
  /// was not worked out.
  public let slackSeconds: Double?

  public init(
    rank: Int, lane: String, kind: String, layer: Int, startSeconds: Double, endSeconds: Double,
    slackSeconds: Double?
  ) {
    self.rank = rank
    self.lane = lane
    self.kind = kind
    self.layer = layer
    self.startSeconds = startSeconds
    self.endSeconds = endSeconds
    self.slackSeconds = slackSeconds
  }
}

/// The critical path of one step.
public struct CriticalPathResult: Hashable, Sendable, Codable {
  public let step: Int
  public let pieces: [CriticalPieceResult]

  public init(step: Int, pieces: [CriticalPieceResult]) {
    self.step = step
    self.pieces = pieces
  }
}

/// What an execution measured.
public struct MeasuredResult: Hashable, Sendable, Codable {
  public let stepTime: TimeSummary
  /// Measured seconds of every step, beside the cell's predicted ones.
  public var stepSeconds: [Double]?
  /// Half the distance of the quartiles of the repetitions of every step, in seconds.
  public var stepSpreadSeconds: [Double]?
  /// Predicted and measured seconds by kind of operation.
  public var secondsByKind: [String: KindSecondsResult]?
  /// Bytes that every rank's own buffers took.
  public var bufferBytesPerRank: [Int]?
  /// What was computed, by kind of result: the same for all cells and transports but for rounding,
  /// unless copies were dropped.
  public var fingerprint: [String: FingerprintResult]?

  public init(stepTime: TimeSummary) { self.stepTime = stepTime }
}

/// |predicted − measured| / measured.
public struct PredictionErrorResult: Hashable, Sendable, Codable {
  public let median: Double
  public let p90: Double

  public init(median: Double, p90: Double) {
    self.median = median
    self.p90 = p90
  }
}
