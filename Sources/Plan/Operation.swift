/// The number of an operation in its plan: its index in ``ExecutionPlan/operations``.
public struct OperationID: Hashable, Comparable, Sendable, Codable {
  public let rawValue: Int32

  @inlinable public init(_ index: Int) { rawValue = Int32(truncatingIfNeeded: index) }

  @inlinable public var index: Int { Int(rawValue) }

  @inlinable public static func < (left: OperationID, right: OperationID) -> Bool {
    left.rawValue < right.rawValue
  }
}

/// What a rank can do at the same time: one operation a lane, in the order the plan lists them.
public enum Lane: UInt8, Sendable, Hashable, Codable, CaseIterable {
  /// Kernels on the accelerator, and host code that holds them up.
  case compute
  /// Tokens to other ranks and back.
  case communication
  /// Expert weights to other ranks.
  case copy

  public var name: String {
    switch self {
    case .compute: "compute"
    case .communication: "communication"
    case .copy: "copy"
    }
  }
}

/// What an operation is for; reports add up time by kind.
public enum OperationKind: UInt8, Sendable, Hashable, Codable, CaseIterable {
  case attention, routing, dispatch, expertCompute, combine, weights, dense, sharedExperts
  case collectives, other

  /// The key of `timeShares` in results.
  public var name: String {
    switch self {
    case .attention: "attention"
    case .routing: "routing"
    case .dispatch: "dispatch"
    case .expertCompute: "expertCompute"
    case .combine: "combine"
    case .weights: "weights"
    case .dense: "dense"
    case .sharedExperts: "sharedExperts"
    case .collectives: "collectives"
    case .other: "other"
    }
  }
}

/// Which part of a step an operation belongs to; costs and arithmetic depend on it.
public enum Pass: UInt8, Sendable, Hashable, Codable, CaseIterable {
  /// From the layer's input to its output; steps that do not train have no other.
  case forward
  /// The forward pass once more, because its activations were not kept.
  case recomputation
  /// From the gradients of a layer's output to those of its input and its weights.
  case backward
  /// The optimizer's step.
  case update

  public var name: String {
    switch self {
    case .forward: "forward"
    case .recomputation: "recomputation"
    case .backward: "backward"
    case .update: "update"
    }
  }
}

/// How an engine carries out the stations of a layer; host and launch costs depend on it.
public enum Implementation: String, Sendable, Hashable, Codable, CaseIterable {
  /// Operations launched one by one from the host, one chain of library calls per expert, NCCL
  /// collectives: as the reference code of the LLEP paper does, and training frameworks in eager
  /// mode.
  case eager
  /// Grouped expert kernels, plans made on the device, dispatch and combine kernels of their own:
  /// as serving engines do.
  case fused
}

/// What an operation does; a cost model gives it a duration, an executor does it.
public enum Work: Hashable, Sendable {
  /// Nothing: a point that others wait for.
  case join
  /// Attention of `tokens` tokens on this rank, with projections.
  case attention(tokens: Int32)
  /// The gate's matrix product, top-k and the sort of the copies by expert.
  case gate(tokens: Int32, copies: Int32)
  /// A layer is planned from the loads of `experts` experts.
  case planning(experts: Int32)
  /// A linear program of so many rows and columns is solved, from loads that were fetched for it.
  case solving(rows: Int32, columns: Int32)
  /// `messages` sends and receives of weights are posted one after another.
  case posting(messages: Int32)
  /// Memory-bound kernels that read and write `bytes` in all.
  case memoryPass(bytes: Double, launches: Int32)
  /// The expert networks: `rows` is a range of ``ExecutionPlan/expertRows``.
  case experts(first: Int32, count: Int32)
  /// A feed-forward network that every token passes, `intermediate` wide.
  case feedForward(tokens: Int32, intermediate: Int32)
  /// The optimizer's step over `parameters` parameters of this rank.
  case update(parameters: Double)
  /// This rank's part in ``ExecutionPlan/exchanges``.
  case exchange(Int32)
}

/// What memory is held for.
public enum MemoryCategory: UInt8, Sendable, Hashable, Codable, CaseIterable {
  case weights, replicas, keyValueCache, buffers, activations, workspace, gradients, optimizer

  public var name: String {
    switch self {
    case .weights: "weights"
    case .replicas: "replicas"
    case .keyValueCache: "keyValueCache"
    case .buffers: "buffers"
    case .activations: "activations"
    case .workspace: "workspace"
    case .gradients: "gradients"
    case .optimizer: "optimizer"
    }
  }
}

/// Memory taken (positive) or given back (negative) when an operation starts or ends.
public struct MemoryChange: Hashable, Sendable {
  public var bytes: Int64
  public var category: MemoryCategory
  /// False at the operation's start, true at its end.
  public var atEnd: Bool

  public init(_ bytes: Double, _ category: MemoryCategory, atEnd: Bool = false) {
    self.bytes = Int64(max(-9e18, min(9e18, bytes.rounded())))
    self.category = category
    self.atEnd = atEnd
  }
}

/// The rows that one expert computes on one rank.
public struct ExpertRows: Hashable, Sendable {
  public var expert: Int32
  public var rows: Int32

  @inlinable public init(expert: Int32, rows: Int32) {
    self.expert = expert
    self.rows = rows
  }
}

/// One thing that one rank does.
public struct Operation: Hashable, Sendable {
  public var work: Work
  public var rank: Int32
  /// Position of the layer in ``RoutedStep/layers``, or -1 outside MoE layers.
  public var layer: Int32
  public var lane: Lane
  public var kind: OperationKind
  public var pass: Pass
  /// The micro-batch whose tokens it works on, 0 where the step is not cut.
  public var microBatch: Int32
  /// Part of the accelerator's processors that compute has; the rest serves communication beside it.
  public var processors: Float
  /// What this operation waits for: a range of ``ExecutionPlan/dependencies``.
  var firstDependency: Int32
  var dependencyCount: Int32
  /// A range of ``ExecutionPlan/memoryChanges``.
  var firstMemoryChange: Int32
  var memoryChangeCount: Int32
}
