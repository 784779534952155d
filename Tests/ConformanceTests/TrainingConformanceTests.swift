import Domain
import Plan
import Quantities
import Simulator
import Strategies
import Testing

/// What every strategy must do with gradients, on the small worlds of ``StrategyConformanceTests``.
@Suite struct TrainingConformanceTests {
  static func forEach(
    _ seed: Int, _ body: (SmallWorld, StepContext, ExecutionPlan) throws -> Void
  ) throws {
    try StrategyConformanceTests.forEach(seed) { world, context, plan in
      if context.workload.phase == .training { try body(world, context, plan) }
    }
  }

  private struct Route: Hashable {
    let layer: Int32
    let microBatch: Int32
    let expert: Int32
    let from: Int32
    let to: Int32

    init(_ operation: Plan.Operation, _ transfer: Transfer, isHomeward: Bool) {
      (layer, microBatch, expert) = (operation.layer, operation.microBatch, transfer.expert)
      (from, to) =
        isHomeward ? (transfer.to, transfer.from) : (transfer.from, transfer.to)
    }
  }

  /// Invariant: the gradients of borrowed weights go back, once, to where the weights came from; so
  /// along any tree they end at the home. Copies that the placement made send theirs once a step.
  @Test(arguments: StrategyConformanceTests.seeds) func gradientsReturnHomeOnce(seed: Int) throws {
    try Self.forEach(seed) { _, context, plan in
      var out: [Route: Int] = [:]
      var home: [Route: Int] = [:]
      for operation in plan.operations {
        guard case .exchange(let number) = operation.work,
          case .transfers(let first, let count) = plan.exchanges[Int(number)].payload
        else { continue }
        for transfer in plan.transfers[Int(first)..<Int(first + count)]
        where transfer.to == operation.rank {
          let route = Route(operation, transfer, isHomeward: transfer.content == .gradients)
          switch (transfer.content, operation.pass) {
          case (.weights, .forward), (.weights, .update): out[route, default: 0] += 1
          case (.gradients, .backward): home[route, default: 0] += 1
          default: break
          }
        }
      }
      #expect(out == home)
      #expect(out.values.allSatisfy { $0 == 1 })
    }
  }

  /// Invariant: what a step holds in any category it gives back.
  @Test(arguments: StrategyConformanceTests.seeds) func everyCategoryIsBalanced(seed: Int) throws {
    try Self.forEach(seed) { _, _, plan in
      var balance = [Int64](
        repeating: 0, count: plan.ranks * MemoryCategory.allCases.count)
      for (index, operation) in plan.operations.enumerated() {
        for change in plan.memoryChanges(of: OperationID(index)) {
          balance[
            Int(operation.rank) * MemoryCategory.allCases.count + Int(change.category.rawValue)] +=
            change.bytes
        }
      }
      #expect(balance.allSatisfy { $0 == 0 })
    }
  }

  /// Invariant: memory never falls below what a rank holds all the time, in any category.
  @Test(arguments: StrategyConformanceTests.seeds) func memoryIsNeverNegative(seed: Int) throws {
    try Self.forEach(seed) { world, _, plan in
      let record = try world.simulator(.fluid(tolerance: 0)).run(plan)
      let categories = MemoryCategory.allCases.count
      var changes: [(time: Int64, isRelease: Bool, slot: Int, bytes: Int64)] = []
      for (index, operation) in plan.operations.enumerated() {
        for change in plan.memoryChanges(of: OperationID(index)) {
          let span = record.spans[index]
          changes.append(
            (
              (change.atEnd ? span.end : span.start).picoseconds, change.bytes < 0,
              Int(operation.rank) * categories + Int(change.category.rawValue), change.bytes
            ))
        }
      }
      // At one instant memory is taken before it is given back.
      changes.sort { ($0.time, $0.isRelease ? 1 : 0) < ($1.time, $1.isRelease ? 1 : 0) }
      var held = [Int64](repeating: 0, count: plan.ranks * categories)
      for change in changes {
        held[change.slot] += change.bytes
        #expect(held[change.slot] >= 0)
      }
    }
  }

  /// Every parameter is updated once, on each rank that is home to it.
  @Test(arguments: StrategyConformanceTests.seeds) func everyParameterIsUpdated(seed: Int) throws {
    try Self.forEach(seed) { _, context, plan in
      let updates = plan.operations.compactMap { operation -> Double? in
        if case .update(let parameters) = operation.work { parameters } else { nil }
      }
      #expect(updates.count == plan.ranks)
      let experts = Double(context.model.experts * context.model.layers.count)
      let shared =
        updates.reduce(0, +) - Double(context.groups.count) * experts
        * context.model.expertParameters
      let perRank = shared / Double(plan.ranks)
      let gates = Double(context.model.hiddenSize * context.model.experts)
      #expect(perRank >= gates * Double(context.model.layers.count) - 1e-6)
      #expect(updates.allSatisfy { $0 >= perRank - 1e-6 })
    }
  }

  /// Checkpointing keeps less and computes more.
  @Test(arguments: StrategyConformanceTests.seeds) func checkpointingTradesTimeForMemory(
    seed: Int
  ) throws {
    let world = try SmallWorld(seed: seed)
    for type in StrategyCatalog.all {
      let strategy = try StrategyCatalog.make(ComponentSpec(type.descriptor))
      let runs = try [false, true].map { isCheckpointing in
        var workload = world.context(.training).workload
        workload.activationCheckpointing = isCheckpointing
        let base = world.context(.training)
        let context = StepContext(
          cluster: base.cluster, model: base.model, workload: workload,
          parallelism: base.parallelism, placement: base.placement, memory: base.memory)
        let plan = try strategy.plan(world.step, in: context)
        return try (plan, world.simulator(.analytic).run(plan))
      }
      #expect(runs[1].1.makespan >= runs[0].1.makespan)
      let kept = runs.map { plan, _ in
        plan.operations.indices.reduce(Int64(0)) { sum, index in
          guard plan.operations[index].pass == .forward else { return sum }
          return plan.memoryChanges(of: OperationID(index)).reduce(sum) {
            $1.category == .activations ? $0 + $1.bytes : $0
          }
        }
      }
      #expect(kept[1] <= kept[0])
    }
  }
}
