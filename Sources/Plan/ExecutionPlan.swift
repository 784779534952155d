public import Domain

/// Everything that all ranks do in one step, in an order that never points forward.
///
/// The simulator and the executor run this same value. Tables are flat, because a step on a thousand
/// ranks has half a million operations.
public struct ExecutionPlan: Hashable, Sendable {
  public let ranks: Int
  /// Dimensions that give work its size.
  public let model: MoEModel
  public let workload: Workload
  public let implementation: Implementation
  /// Operations; one waits only for operations listed before it.
  public internal(set) var operations: [Operation] = []
  /// What operations wait for, operation by operation.
  public internal(set) var dependencies: [OperationID] = []
  public internal(set) var memoryChanges: [MemoryChange] = []
  public internal(set) var expertRows: [ExpertRows] = []
  public internal(set) var exchanges: [Exchange] = []
  public internal(set) var matrices: [ExchangeTable] = []
  public internal(set) var transfers: [Transfer] = []
  /// Bytes held on every rank for the whole step, `[ranks][category]`.
  public internal(set) var residentBytes: [[Int64]]
  /// What the strategy decided for every layer and expert-parallel group, for metrics.
  public internal(set) var layerOutcomes: [LayerOutcome] = []

  init(ranks: Int, model: MoEModel, workload: Workload, implementation: Implementation) {
    self.implementation = implementation
    self.ranks = ranks
    self.model = model
    self.workload = workload
    residentBytes = Array(
      repeating: Array(repeating: 0, count: MemoryCategory.allCases.count), count: ranks)
  }

  /// What `operation` waits for.
  @inlinable public func dependencies(of operation: OperationID) -> ArraySlice<OperationID> {
    dependencies[dependencyRange(of: operation)]
  }

  public func dependencyRange(of operation: OperationID) -> Range<Int> {
    let operation = operations[operation.index]
    let first = Int(operation.firstDependency)
    return first..<(first + Int(operation.dependencyCount))
  }

  public func memoryRange(of operation: OperationID) -> Range<Int> {
    let operation = operations[operation.index]
    let first = Int(operation.firstMemoryChange)
    return first..<(first + Int(operation.memoryChangeCount))
  }

  /// What memory changes when `operation` starts and ends.
  @inlinable public func memoryChanges(of operation: OperationID) -> ArraySlice<MemoryChange> {
    memoryChanges[memoryRange(of: operation)]
  }
}

/// What a strategy made of one layer in one expert-parallel group and micro-batch.
public struct LayerOutcome: Hashable, Sendable {
  /// Position of the layer in the step.
  public var layer: Int
  /// The group's first rank.
  public var firstRank: Int
  /// The micro-batch, 0 where the step is not cut.
  public var microBatch: Int
  /// Token copies computed on every rank of the group after the strategy's plan, `[ranks]`.
  public var computedCopies: [Int32]
  /// Messages that carried an expert's weights.
  public var weightTransfers: Int
  /// True where the strategy left the routing as plain expert parallelism would.
  public var isPlainRouting: Bool
  /// Token copies that were dropped.
  public var droppedCopies: Int
  /// Rows of zeros that every rank computes beside ``computedCopies``, to fill experts up to a fixed
  /// capacity, `[ranks]`; empty where there are none.
  public var paddedCopies: [Int32]
  /// Where every copy of the group is computed, ranks counted within the group; copies beyond the
  /// segments of their expert are dropped. Kept only where the plan was asked to, because it is
  /// large: an executor needs it, a simulation does not.
  public var assignment: CopyAssignment?
  /// Ranks of the group that have each expert's weights when the step begins, `[experts][copies]`;
  /// kept with ``assignment``.
  public var holders: [[Int]] = []
  /// Ranks of the group that keep each expert once what moves before the step has arrived, home
  /// first, `[experts][copies]`; kept with ``assignment``.
  public var keepers: [[Int]] = []

  public init(
    layer: Int, firstRank: Int, microBatch: Int = 0, computedCopies: [Int32], weightTransfers: Int,
    isPlainRouting: Bool, droppedCopies: Int = 0, paddedCopies: [Int32] = [],
    assignment: CopyAssignment? = nil
  ) {
    self.layer = layer
    self.firstRank = firstRank
    self.microBatch = microBatch
    self.computedCopies = computedCopies
    self.weightTransfers = weightTransfers
    self.isPlainRouting = isPlainRouting
    self.droppedCopies = droppedCopies
    self.paddedCopies = paddedCopies
    self.assignment = assignment
  }

  /// Copies of the busiest rank over the mean of the ranks; 1 where nothing is computed.
  public var imbalance: Double {
    let total = computedCopies.reduce(0) { $0 + Int($1) }
    guard total > 0, let busiest = computedCopies.max() else { return 1 }
    return Double(busiest) * Double(computedCopies.count) / Double(total)
  }
}
