/// A factor by which a cell is faster than the baseline, paired step by step.
public struct SpeedupResult: Hashable, Sendable, Codable {
  public let mean: Double?
  /// Lower and upper end.
  public let confidence95: [Double]?
  /// Probability of a difference at least as large if there were none; null for the baseline.
  public let pValue: Double?

  public init(mean: Double?, confidence95: [Double]?, pValue: Double?) {
    self.mean = mean
    self.confidence95 = confidence95
    self.pValue = pValue
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(mean, forKey: .mean)
    try container.encode(confidence95, forKey: .confidence95)
    try container.encode(pValue, forKey: .pValue)
  }
}

/// The largest number of bytes each rank held at any time of any step.
public struct PeakMemoryResult: Hashable, Sendable, Codable {
  public let max: Int64
  public let perRank: [Int64]
  /// What the fullest rank held at its peak, by category.
  public let byCategory: [String: Int64]
  /// What one accelerator has.
  public let capacityBytes: Int64

  public init(max: Int64, perRank: [Int64], byCategory: [String: Int64], capacityBytes: Int64) {
    self.max = max
    self.perRank = perRank
    self.byCategory = byCategory
    self.capacityBytes = capacityBytes
  }
}

/// Mean and largest value of an imbalance.
public struct ImbalanceResult: Hashable, Sendable, Codable {
  public let mean: Double
  public let max: Double

  public init(mean: Double, max: Double) {
    self.mean = mean
    self.max = max
  }
}

/// Bytes moved per step, mean over steps.
public struct BytesResult: Hashable, Sendable, Codable {
  public var dispatchIntraNode: Double
  public var dispatchInterNode: Double
  public var combineIntraNode: Double
  public var combineInterNode: Double
  public var weights: Double

  public init(
    dispatchIntraNode: Double, dispatchInterNode: Double, combineIntraNode: Double,
    combineInterNode: Double, weights: Double
  ) {
    self.dispatchIntraNode = dispatchIntraNode
    self.dispatchInterNode = dispatchInterNode
    self.combineIntraNode = combineIntraNode
    self.combineInterNode = combineInterNode
    self.weights = weights
  }
}

/// Where and when memory did not suffice.
public struct OutOfMemoryResult: Hashable, Sendable, Codable {
  public let step: Int
  public let rank: Int
  public let timeSeconds: Double
  public let requestedBytes: Int64
  public let neededBytes: Int64
  public let category: String
  /// What asked for the memory, such as `expertCompute of layer 12`.
  public let operation: String

  public init(
    step: Int, rank: Int, timeSeconds: Double, requestedBytes: Int64, neededBytes: Int64,
    category: String, operation: String
  ) {
    self.step = step
    self.rank = rank
    self.timeSeconds = timeSeconds
    self.requestedBytes = requestedBytes
    self.neededBytes = neededBytes
    self.category = category
    self.operation = operation
  }
}

/// A link and how much of the step it was busy.
public struct LinkResult: Hashable, Sendable, Codable {
  public let link: String
  /// Mean bytes per step.
  public let bytes: Double
  /// Bytes over capacity times step time.
  public let utilization: Double

  public init(link: String, bytes: Double, utilization: Double) {
    self.link = link
    self.bytes = bytes
    self.utilization = utilization
  }
}

/// What one placement and one strategy made of the scenario.
public struct CellResult: Hashable, Sendable, Codable {
  public let placement: String
  public let strategy: String
  public let outOfMemory: Bool
  public let outOfMemoryDetail: OutOfMemoryResult?
  public let stepTime: TimeSummary
  public let moeLayerTime: TimeSummary
  public let speedup: SpeedupResult
  public let peakMemoryBytes: PeakMemoryResult
  public let tokenImbalance: ImbalanceResult
  public let expertComputeImbalance: ImbalanceResult
  public let bytes: BytesResult
  public let weightTransfersPerLayer: Double
  /// Token copies dropped per step.
  public let droppedCopiesPerStep: Double
  /// Shares of the critical path by what it was spent on; they add up to 1.
  public let timeShares: [String: Double]
  /// Mean seconds per step that each rank spends by kind of operation, `[kind][ranks]`.
  public var rankSeconds: [String: [Double]]
  /// Mean token copies computed on each rank per layer and step, `[ranks]`.
  public var rankCopies: [Double]
  /// The busiest links, most used first.
  public let busiestLinks: [LinkResult]
  /// Seconds of every step, in order: what intervals and comparisons are made of.
  public var stepSeconds: [Double]
  /// One step as lanes: that whose time is nearest to the median.
  public var medianStep: StepLanes?
  /// One step as lanes: that whose time is nearest to the 95th percentile.
  public var slowStep: StepLanes?
  /// Critical paths of the median and the slow step, in this order.
  public var criticalPaths: [CriticalPathResult]?
  /// What makes slow steps slow, largest first.
  public var tail: [TailCauseResult]?
  /// The steps that ``tail`` was sought in.
  public var tailSteps: TailStepsResult?
  public var rankTraffic: TrafficResult?
  public var loadHeat: LoadHeatResult?
  public var overlap: OverlapResult?
  /// The least time a step could take at the machine's peak rates, had all ranks equal work.
  public var rooflineSeconds: Double?
  /// Bytes at every rank's peak by category, `[category][ranks]`.
  public var memoryByRank: [String: [Int64]]?
  public var measured: MeasuredResult?
  public var predictionError: PredictionErrorResult?
  /// The same by kind of operation.
  public var predictionErrorByKind: [String: PredictionErrorResult]?

  public init(
    placement: String, strategy: String, outOfMemoryDetail: OutOfMemoryResult?,
    stepTime: TimeSummary, moeLayerTime: TimeSummary, speedup: SpeedupResult,
    peakMemoryBytes: PeakMemoryResult, tokenImbalance: ImbalanceResult,
    expertComputeImbalance: ImbalanceResult, bytes: BytesResult, weightTransfersPerLayer: Double,
    droppedCopiesPerStep: Double, timeShares: [String: Double], rankSeconds: [String: [Double]],
    rankCopies: [Double], busiestLinks: [LinkResult], stepSeconds: [Double], medianStep: StepLanes?
  ) {
    self.placement = placement
    self.strategy = strategy
    self.outOfMemory = outOfMemoryDetail != nil
    self.outOfMemoryDetail = outOfMemoryDetail
    self.stepTime = stepTime
    self.moeLayerTime = moeLayerTime
    self.speedup = speedup
    self.peakMemoryBytes = peakMemoryBytes
    self.tokenImbalance = tokenImbalance
    self.expertComputeImbalance = expertComputeImbalance
    self.bytes = bytes
    self.weightTransfersPerLayer = weightTransfersPerLayer
    self.droppedCopiesPerStep = droppedCopiesPerStep
    self.timeShares = timeShares
    self.rankSeconds = rankSeconds
    self.rankCopies = rankCopies
    self.busiestLinks = busiestLinks
    self.stepSeconds = stepSeconds
    self.medianStep = medianStep
  }

  /// The cell as commands and reports name it, such as `balanced/llep`.
  public var name: String { "\(placement)/\(strategy)" }
}

/// The spans of a few layers of one step, for the chart of lanes.
public struct StepLanes: Hashable, Sendable, Codable {
  public struct Bar: Hashable, Sendable, Codable {
    public let rank: Int
    public let lane: String
    public let kind: String
    public let layer: Int
    public let startSeconds: Double
    public let endSeconds: Double

    public init(
      rank: Int, lane: String, kind: String, layer: Int, startSeconds: Double, endSeconds: Double
    ) {
      self.rank = rank
      self.lane = lane
      self.kind = kind
      self.layer = layer
      self.startSeconds = startSeconds
      self.endSeconds = endSeconds
    }
  }

  /// The step's number.
  public let step: Int
  /// The layer that the bars show, as the model numbers it.
  public let layer: Int
  public let bars: [Bar]

  public init(step: Int, layer: Int, bars: [Bar]) {
    self.step = step
    self.layer = layer
    self.bars = bars
  }
}
