public import Domain
public import Quantities

/// When one operation ran.
public struct Span: Hashable, Sendable {
  public var start: SimTime
  public var end: SimTime
  /// The operation whose end let this one start: a dependency, or the one before it in its lane.
  /// -1 where it started with the step.
  public var releasedBy: Int32
  /// In an exchange, the operation of the last member that this one had to wait for; -1 where it
  /// waited for nobody.
  public var heldBy: Int32

  public init(start: SimTime, end: SimTime, releasedBy: Int32, heldBy: Int32 = -1) {
    self.start = start
    self.end = end
    self.releasedBy = releasedBy
    self.heldBy = heldBy
  }

  public var duration: SimDuration { end - start }
}

/// The first time a rank's memory did not suffice.
public struct OutOfMemory: Hashable, Sendable {
  public var rank: RankID
  public var time: SimTime
  /// Bytes that were asked for.
  public var requestedBytes: Int64
  /// Bytes that would be held with them.
  public var neededBytes: Int64
  public var category: MemoryCategory
  /// The operation that asked, or -1 for what the rank holds all the time.
  public var operation: Int32

  public init(
    rank: RankID, time: SimTime, requestedBytes: Int64, neededBytes: Int64,
    category: MemoryCategory, operation: Int32
  ) {
    self.rank = rank
    self.time = time
    self.requestedBytes = requestedBytes
    self.neededBytes = neededBytes
    self.category = category
    self.operation = operation
  }
}

/// Bytes that a step moved, by what they were and where they went.
public struct BytesMoved: Hashable, Sendable, Codable {
  public var dispatchIntraNode = 0.0
  public var dispatchInterNode = 0.0
  public var combineIntraNode = 0.0
  public var combineInterNode = 0.0
  public var weights = 0.0

  public init() {}
}

/// What happened when a plan was run, whichever runner ran it.
public struct RunRecord: Hashable, Sendable {
  /// One span per operation.
  public var spans: [Span]
  /// The largest number of bytes each rank held, `[ranks]`.
  public var peakMemory: [Int64]
  /// What each rank held at its peak, `[ranks][category]`.
  public var memoryAtPeak: [[Int64]]
  /// One entry for every rank whose memory did not suffice, by rank.
  public var outOfMemory: [OutOfMemory]
  public var bytes: BytesMoved
  /// Bytes over every link of the network, in the order of the network's table.
  public var linkBytes: [Double]

  public init(
    spans: [Span], peakMemory: [Int64], memoryAtPeak: [[Int64]], outOfMemory: [OutOfMemory],
    bytes: BytesMoved, linkBytes: [Double]
  ) {
    self.spans = spans
    self.peakMemory = peakMemory
    self.memoryAtPeak = memoryAtPeak
    self.outOfMemory = outOfMemory
    self.bytes = bytes
    self.linkBytes = linkBytes
  }

  /// The end of the last operation.
  public var makespan: SimDuration {
    SimDuration(picoseconds: spans.reduce(0) { max($0, $1.end.picoseconds) })
  }
}

/// Anything that can carry out a plan.
public protocol PlanRunner {
  associatedtype Failure: Error
  mutating func run(_ plan: ExecutionPlan) throws(Failure) -> RunRecord
}
