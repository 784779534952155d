import Domain
import Plan
import Quantities
import Simulator
import Strategies
import Testing

/// What every strategy of the catalogue must do, on small worlds drawn from seeds: any placement with
/// copies, every phase, every way to remove duplicates and to carry out a layer.
@Suite struct StrategyConformanceTests {
  static let seeds = Array(0..<200)

  /// A strategy with options drawn from a seed, as a scenario could give them.
  static func spec(_ type: any Strategy.Type, _ numbers: inout SeededNumbers) -> ComponentSpec {
    let drawn: [(String, OptionValue)] = [
      ("implementation", .text(numbers.pick(["automatic", "eager", "fused"]))),
      ("deduplicate", .text(numbers.pick(["none", "rank", "node"]))),
      ("replicaDispatch", .text(numbers.pick(ReplicaDispatch.allCases).rawValue)),
      ("capacityFactor", .number(numbers.pick([0.5, 1, 1.1, 3]))),
      ("minimumChunk", .integer(numbers.pick([0, 1, 16]))),
      ("imbalanceThreshold", .number(numbers.pick([1, 1.3, 4]))),
      ("pad", .flag(numbers.pick([true, false]))),
      ("replicaSlots", .integer(numbers.pick([0, 1, 3]))),
      ("memoryLimit", .integer(numbers.pick([0, 1000, 100_000]))),
      ("maximumShadows", .integer(numbers.pick([0, 1, 20]))),
      ("nodeAware", .flag(numbers.pick([true, false]))),
      ("redundantExperts", .integer(numbers.pick([0, 1, 5]))),
    ]
    let known = Set(type.descriptor.options.map(\.name))
    let options = drawn.filter { known.contains($0.0) }
    return ComponentSpec(
      type.descriptor, options: Dictionary(options) { first, _ in first })
  }

  /// Every strategy in every phase on the world of `seed`.
  static func forEach(
    _ seed: Int, _ body: (SmallWorld, StepContext, ExecutionPlan) throws -> Void
  ) throws {
    let world = try SmallWorld(seed: seed)
    var numbers = SeededNumbers(seed: seed ^ 0x5EED)
    for type in StrategyCatalog.all {
      for phase in Phase.allCases {
        let strategy = try StrategyCatalog.make(spec(type, &numbers))
        let context = world.context(phase)
        let plan = try strategy.plan(world.step, in: context)
        #expect(plan.implementation == strategy.implementation(for: phase))
        #expect(try strategy.plan(world.step, in: context) == plan, "planned twice")
        try body(world, context, plan)
      }
    }
  }

  @Test(arguments: seeds) func plansAreValid(seed: Int) throws {
    try Self.forEach(seed) { world, _, plan in
      try plan.validate()
      #expect(plan.ranks == world.cluster.ranks)
    }
  }

  /// Invariant: what is routed is computed, once, whoever computes it, in every pass.
  @Test(arguments: seeds) func tokensAreConserved(seed: Int) throws {
    try Self.forEach(seed) { world, context, plan in
      let size = context.parallelism.expert
      var computed = [[Int]](
        repeating: [Int](repeating: 0, count: context.groups.count),
        count: world.step.layers.count)
      for outcome in plan.layerOutcomes {
        let group = outcome.firstRank..<(outcome.firstRank + size)
        #expect(outcome.computedCopies.count == size)
        computed[outcome.layer][outcome.firstRank / size] +=
          outcome.computedCopies.reduce(outcome.droppedCopies) { $0 + Int($1) }
        for pass in Self.passes(of: context) {
          let rows = Self.rows(of: plan, pass, outcome, group: group)
          for (member, copies) in outcome.computedCopies.enumerated() {
            let padded = outcome.paddedCopies.isEmpty ? 0 : Int(outcome.paddedCopies[member])
            #expect(rows[member].reduce(0, +) == Int(copies) + padded, "\(pass)")
          }
        }
      }
      for (index, layer) in world.step.layers.enumerated() {
        for (number, group) in context.groups.enumerated() {
          let loads = layer.expertLoads(from: group)
          #expect(computed[index][number] == loads.reduce(0, +))
        }
      }
    }
  }

  /// Invariant: without drops all strategies compute the same copies of the same experts.
  @Test(arguments: seeds) func everyExpertComputesItsCopies(seed: Int) throws {
    try Self.forEach(seed) { world, context, plan in
      let isWhole = plan.layerOutcomes.allSatisfy {
        $0.droppedCopies == 0 && $0.paddedCopies.isEmpty
      }
      guard isWhole else { return }
      for pass in Self.passes(of: context) {
        for (index, layer) in world.step.layers.enumerated() {
          var rows = [Int](repeating: 0, count: layer.experts)
          for operation in plan.operations where operation.layer == index && operation.pass == pass
          {
            guard case .experts(let first, let count) = operation.work else { continue }
            for row in plan.expertRows[Int(first)..<Int(first + count)] {
              rows[Int(row.expert)] += Int(row.rows)
            }
          }
          #expect(rows == layer.expertLoads, "\(pass)")
        }
      }
    }
  }

  /// The passes in which experts compute.
  private static func passes(of context: StepContext) -> [Pass] {
    guard context.workload.phase == .training else { return [.forward] }
    return context.workload.activationCheckpointing
      ? [.forward, .recomputation, .backward] : [.forward, .backward]
  }

  /// Rows that every rank of `group` computes for every expert in one pass of one outcome's layer.
  private static func rows(
    of plan: ExecutionPlan, _ pass: Pass, _ outcome: LayerOutcome, group: Range<Int>
  ) -> [[Int]] {
    var rows = [[Int]](
      repeating: [Int](repeating: 0, count: plan.model.experts), count: group.count)
    for operation in plan.operations
    where operation.layer == outcome.layer && group.contains(Int(operation.rank))
      && operation.pass == pass && operation.microBatch == outcome.microBatch
    {
      guard case .experts(let first, let count) = operation.work else { continue }
      for row in plan.expertRows[Int(first)..<Int(first + count)] {
        rows[Int(operation.rank) - group.lowerBound][Int(row.expert)] += Int(row.rows)
      }
    }
    return rows
  }

  /// Invariant: a rank computes only with weights that it holds or has received by then.
  @Test(arguments: seeds) func weightsArePresentWhenUsed(seed: Int) throws {
    try Self.forEach(seed) { world, context, plan in
      let record = try world.simulator(.fluid(tolerance: 0)).run(plan)
      let arrivals = Self.arrivals(plan, record)
      for (index, operation) in plan.operations.enumerated() {
        guard case .experts(let first, let count) = operation.work else { continue }
        let holders = context.placement.holders(layerAt: Int(operation.layer))
        let member = Int(operation.rank) % context.parallelism.expert
        for row in plan.expertRows[Int(first)..<Int(first + count)] where row.rows > 0 {
          if holders[Int(row.expert)].contains(member) { continue }
          let key = Arrival(operation, rank: operation.rank, expert: row.expert)
          let arrival = try #require(
            arrivals[key], "expert \(row.expert) never reaches rank \(operation.rank)")
          #expect(arrival <= record.spans[index].start)
        }
      }
    }
  }

  private struct Arrival: Hashable {
    let layer: Int32
    let microBatch: Int32
    let rank: Int32
    let expert: Int32

    init(_ operation: Plan.Operation, rank: Int32, expert: Int32) {
      (layer, microBatch) = (operation.layer, operation.microBatch)
      (self.rank, self.expert) = (rank, expert)
    }
  }

  /// Messages of `content` that each operation receives.
  private static func received(
    by operation: Plan.Operation, _ content: TransferContent, of plan: ExecutionPlan
  ) -> [Transfer] {
    guard case .exchange(let exchange) = operation.work,
      case .transfers(let first, let count) = plan.exchanges[Int(exchange)].payload
    else { return [] }
    return plan.transfers[Int(first)..<Int(first + count)].filter {
      $0.to == operation.rank && $0.content == content
    }
  }

  /// When each rank's part of the first exchange that brings it weights has ended.
  private static func arrivals(_ plan: ExecutionPlan, _ record: RunRecord) -> [Arrival: SimTime] {
    var arrivals: [Arrival: SimTime] = [:]
    for (index, operation) in plan.operations.enumerated() where operation.pass != .update {
      for transfer in received(by: operation, .weights, of: plan) {
        let key = Arrival(operation, rank: transfer.to, expert: transfer.expert)
        arrivals[key] = min(arrivals[key] ?? .distantFuture, record.spans[index].end)
      }
    }
    return arrivals
  }

  /// In the forward pass weights leave a rank that holds them, reach one that does not, once, and are
  /// counted.
  @Test(arguments: seeds) func transfersAreNeeded(seed: Int) throws {
    try Self.forEach(seed) { _, context, plan in
      let size = context.parallelism.expert
      var seen: Set<Arrival> = []
      for operation in plan.operations where operation.pass == .forward {
        let holders =
          operation.layer < 0
          ? [] : context.placement.holders(layerAt: Int(operation.layer))
        for transfer in Self.received(by: operation, .weights, of: plan) {
          let source = Arrival(operation, rank: transfer.from, expert: transfer.expert)
          #expect(
            holders[Int(transfer.expert)].contains(Int(transfer.from) % size)
              || seen.contains(source))
          #expect(!holders[Int(transfer.expert)].contains(Int(transfer.to) % size))
          let key = Arrival(operation, rank: transfer.to, expert: transfer.expert)
          #expect(seen.insert(key).inserted)
          #expect(transfer.bytes == context.model.expertBytes)
        }
      }
      #expect(seen.count == plan.layerOutcomes.reduce(0) { $0 + $1.weightTransfers })
    }
  }

  /// Bytes moved are the sums of the tables, whatever path they take.
  @Test(arguments: seeds) func bytesAreTheSumsOfTheTables(seed: Int) throws {
    try Self.forEach(seed) { world, _, plan in
      let record = try world.simulator(.analytic).run(plan)
      var dispatch = 0.0
      var combine = 0.0
      var weights = 0.0
      var counted: Set<Int32> = []
      for operation in plan.operations {
        guard case .exchange(let number) = operation.work, counted.insert(number).inserted else {
          continue
        }
        switch plan.exchanges[Int(number)].payload {
        case .collective: break
        case .transfers(let first, let count):
          weights += plan.transfers[Int(first)..<Int(first + count)].reduce(0) { $0 + $1.bytes }
        case .allToAll(let matrix, let unit, _):
          let table = plan.matrices[Int(matrix)]
          let own = (0..<table.ranks).reduce(0) { $0 + Double(table[$1, $1]) }
          let bytes = (table.amounts.reduce(0) { $0 + Double($1) } - own) * unit
          if operation.kind == .combine { combine += bytes } else { dispatch += bytes }
        }
      }
      let moved = record.bytes
      #expect(isClose(moved.dispatchIntraNode + moved.dispatchInterNode, dispatch))
      #expect(isClose(moved.combineIntraNode + moved.combineInterNode, combine))
      #expect(isClose(moved.weights, weights))
      let fluid = try world.simulator(.fluid(tolerance: 0)).run(plan)
      #expect(isClose(fluid.bytes.weights, moved.weights))
      #expect(isClose(fluid.linkBytes.reduce(0, +), record.linkBytes.reduce(0, +)))
    }
  }

  /// Memory is never below what a rank holds all the time, the parts of a peak add up to it, and a
  /// shortage is found exactly where the peak is above the capacity.
  @Test(arguments: seeds) func memoryIsAccountedFor(seed: Int) throws {
    try Self.forEach(seed) { world, _, plan in
      let record = try world.simulator(.fluid(tolerance: 0)).run(plan)
      let capacity = Int64(world.cluster.accelerator.memoryCapacity.bytes)
      for rank in 0..<plan.ranks {
        #expect(plan.residentBytes[rank].allSatisfy { $0 >= 0 })
        #expect(record.peakMemory[rank] >= plan.residentBytes[rank].reduce(0, +))
        #expect(record.memoryAtPeak[rank].reduce(0, +) == record.peakMemory[rank])
        let isShort = record.outOfMemory.contains { $0.rank.index == rank }
        #expect(isShort == (record.peakMemory[rank] > capacity))
      }
    }
  }

  @Test(arguments: seeds) func theSameStepGivesTheSameRecord(seed: Int) throws {
    try Self.forEach(seed) { world, _, plan in
      for fidelity in [NetworkFidelity.fluid(tolerance: 0), .analytic] {
        let simulator = try world.simulator(fidelity)
        #expect(try simulator.run(plan) == simulator.run(plan))
      }
    }
  }

  private func isClose(_ left: Double, _ right: Double) -> Bool {
    abs(left - right) <= 1e-9 * max(1, abs(left), abs(right))
  }
}
