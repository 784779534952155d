public import Domain

/// Writes an ``ExecutionPlan`` operation by operation.
///
/// An operation can only wait for operations that were added before it, so a plan has no cycle.
public struct PlanBuilder: Sendable {
  private var plan: ExecutionPlan

  public init(ranks: Int, model: MoEModel, workload: Workload, implementation: Implementation) {
    plan = ExecutionPlan(
      ranks: ranks, model: model, workload: workload, implementation: implementation)
  }

  /// Makes room for so many operations, to avoid copying.
  public mutating func reserve(operations: Int) {
    plan.operations.reserveCapacity(operations)
    plan.dependencies.reserveCapacity(operations * 2)
    plan.memoryChanges.reserveCapacity(operations * 2)
  }

  /// Adds an operation and returns its number.
  ///
  /// - Parameters:
  ///   - pass: the part of the step; forward where nothing else is said.
  ///   - microBatch: the micro-batch whose tokens the operation works on.
  ///   - processors: the part of the accelerator's processors that it has.
  ///   - after: operations that must have ended; those of the same lane and rank need not be named.
  ///   - memory: what is taken at the start and given back at the end.
  @discardableResult
  public mutating func add(
    _ work: Work, _ kind: OperationKind, on rank: Int, lane: Lane = .compute, layer: Int = -1,
    pass: Pass = .forward, microBatch: Int = 0,
    processors: Double = 1, after: [OperationID] = [],
    memory: [MemoryChange] = []
  ) -> OperationID {
    let id = OperationID(plan.operations.count)
    precondition(after.allSatisfy { $0 < id }, "an operation waits only for earlier ones")
    plan.operations.append(
      Operation(
        work: work, rank: Int32(rank), layer: Int32(layer), lane: lane, kind: kind,
        pass: pass, microBatch: Int32(microBatch),
        processors: Float(processors), firstDependency: Int32(plan.dependencies.count),
        dependencyCount: Int32(after.count),
        firstMemoryChange: Int32(plan.memoryChanges.count), memoryChangeCount: Int32(memory.count)))
    plan.dependencies.append(contentsOf: after)
    plan.memoryChanges.append(contentsOf: memory)
    return id
  }

  /// Adds the work of the experts on one rank; rows of zero are left out.
  public mutating func expertWork(_ rows: [ExpertRows]) -> Work {
    let first = plan.expertRows.count
    plan.expertRows.append(contentsOf: rows)
    return .experts(first: Int32(first), count: Int32(rows.count))
  }

  /// Adds a table of amounts and returns its number.
  public mutating func add(_ matrix: ExchangeTable) -> Int32 {
    plan.matrices.append(matrix)
    return Int32(plan.matrices.count - 1)
  }

  /// Adds messages and returns the payload that sends them.
  public mutating func add(_ transfers: [Transfer]) -> Exchange.Payload {
    let first = plan.transfers.count
    plan.transfers.append(contentsOf: transfers)
    return .transfers(first: Int32(first), count: Int32(transfers.count))
  }

  /// Adds an exchange and returns the work of each member in it.
  public mutating func add(_ exchange: Exchange) -> Work {
    plan.exchanges.append(exchange)
    return .exchange(Int32(plan.exchanges.count - 1))
  }

  /// Adds memory that `rank` holds for the whole step.
  public mutating func hold(_ bytes: Double, _ category: MemoryCategory, on rank: Int) {
    plan.residentBytes[rank][Int(category.rawValue)] += MemoryChange(bytes, category).bytes
  }

  public mutating func record(_ outcome: LayerOutcome) { plan.layerOutcomes.append(outcome) }

  /// The finished plan.
  public consuming func finish() -> ExecutionPlan { plan }
}
