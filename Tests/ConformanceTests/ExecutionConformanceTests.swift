import Domain
import Executor
import Foundation
import Kernels
import Plan
import Strategies
import Testing

/// A small world as executors see it: MoE layers alone, plans that say where every copy goes.
///
/// A class because worlds of several strategies share their tokens, which are dear to make.
final class ExecutedWorld {
  let world: SmallWorld
  let model: MoEModel
  let seed: Int
  private var tokens: [Int: TokenWorld] = [:]

  init(seed: Int) throws {
    self.seed = seed
    world = try SmallWorld(seed: seed)
    var model = world.model
    model.attention = nil
    model.denseLayers = 0
    self.model = model
  }

  func context(_ phase: Phase) -> StepContext {
    StepContext(
      cluster: world.cluster, model: model,
      workload: Workload(
        phase: phase, tokensPerRank: 64, steps: 1, microBatches: 1 + seed % 3,
        activationCheckpointing: seed % 2 == 1),
      parallelism: world.parallelism, placement: world.placement, memory: world.memory,
      keepsAssignments: true)
  }

  /// The plan of a strategy with default options, ready to be executed.
  func planWorld(_ strategy: any Strategy.Type, _ phase: Phase) throws -> PlanWorld {
    var options: [String: OptionValue] = [:]
    // Default chunks are larger than a small world.
    if strategy.descriptor.options.contains(where: { $0.name == "minimumChunk" }) {
      options["minimumChunk"] = .integer(2)
    }
    let made = try strategy.init(ComponentSpec(strategy.descriptor, options: options))
    return try planWorld(try made.plan(world.step, in: context(phase)), world.step, phase)
  }

  /// The `plan` of `step`, ready to be executed.
  func planWorld(
    _ plan: ExecutionPlan, _ step: RoutedStep, _ phase: Phase
  ) throws -> PlanWorld {
    let context = context(phase)
    let count = PlanWorld.microBatches(of: plan)
    let key = step.index << 8 | count
    let tokens =
      self.tokens[key]
      ?? TokenWorld(model: model, step: step, microBatches: count, seed: UInt64(seed))
    self.tokens[key] = tokens
    return try PlanWorld(
      plan: plan, tokens: tokens, groups: context.groups,
      residency: Residency(plan: plan, groups: context.groups, policy: world.memory))
  }

  func programs(_ world: PlanWorld) -> [RankProgram] {
    let budget = MemoryBudget(limitBytes: 1 << 30)
    return (0..<self.world.cluster.ranks).map {
      let store = WeightStore(weights, layerNumbers: model.layers, budget: budget)
      return RankProgram(rank: $0, world: world, store: store, budget: budget)
    }
  }

  var weights: SeededWeights { SeededWeights(model: model, seed: UInt64(seed)) }

  /// The worst disagreement with the plain reference over all layers, ranks and tokens.
  func agreement(_ programs: [RankProgram], slots: Int) throws -> Agreement {
    var result = Agreement()
    for slot in 0..<slots {
      for program in programs {
        result.merge(try program.agreement(slot: slot, weights: weights))
      }
    }
    return result
  }
}

@Suite("Executed layers")
struct ExecutionConformanceTests {
  init() throws { try MatrixLibrary.open() }

  /// Seeds of the worlds; SHUNT_WORLDS asks for more than a usual run has time for.
  static let seeds =
    0..<max(
      24, ProcessInfo.processInfo.environment["SHUNT_WORLDS"].flatMap { Int($0) } ?? 0)

  @Test("every strategy computes what a plain single process does", arguments: seeds)
  func equalsThePlainReference(seed: Int) throws {
    let executed = try ExecutedWorld(seed: seed)
    for strategy in StrategyCatalog.all {
      let phase = seed % 2 == 0 ? Phase.prefill : .decode
      let world = try executed.planWorld(strategy, phase)
      let programs = executed.programs(world)
      _ = try VirtualRunner(programs: programs).run(world)
      let agreement = try executed.agreement(programs, slots: world.tokens.slots)
      #expect(
        agreement.holds,
        "seed \(seed), \(strategy.descriptor.name), \(phase): \(agreement.largestError)")
    }
  }

  @Test("a training step leaves the gradients that the chain rule gives", arguments: seeds)
  func gradientsEqualThePlainReference(seed: Int) throws {
    let executed = try ExecutedWorld(seed: seed)
    for strategy in StrategyCatalog.all {
      let world = try executed.planWorld(strategy, .training)
      let programs = executed.programs(world)
      let runner = VirtualRunner(programs: programs)
      // Twice, because a run must not build on what the one before it left.
      _ = try runner.run(world)
      _ = try runner.run(world)
      let forward = try executed.agreement(programs, slots: world.tokens.slots)
      let backward = PlainGradients(executed: executed, world: world, programs: programs)
        .agreement()
      #expect(
        forward.holds && backward.holds,
        """
        seed \(seed), \(strategy.descriptor.name): output \(forward.largestError), gradients \
        \(backward.largestError)
        """)
    }
  }

  @Test(
    "strategies that learn compute the same while they move weights from step to step",
    arguments: SessionConformanceTests.learning, Array(0..<12))
  func learningStrategiesEqualThePlainReference(name: String, seed: Int) throws {
    let executed = try ExecutedWorld(seed: seed)
    let phase = [Phase.prefill, .decode, .training][seed % 3]
    let strategy = try StrategyCatalog.make(SessionConformanceTests.spec(name, seed: seed))
    var session = try strategy.session(in: executed.context(phase))
    for index in -2..<4 {
      let step = SessionConformanceTests.step(index, of: executed.world)
      if index >= 0 {
        let world = try executed.planWorld(try session.plan(step), step, phase)
        let programs = executed.programs(world)
        _ = try VirtualRunner(programs: programs).run(world)
        let forward = try executed.agreement(programs, slots: world.tokens.slots)
        #expect(forward.holds, "step \(index): output \(forward.largestError)")
        if phase == .training {
          let backward = PlainGradients(executed: executed, world: world, programs: programs)
            .agreement()
          #expect(backward.holds, "step \(index): gradients \(backward.largestError)")
        }
      }
      try session.observe(step)
    }
  }

  @Test("ranks on threads leave what ranks one after another leave", arguments: 0..<6)
  func threadsAgree(seed: Int) throws {
    let executed = try ExecutedWorld(seed: seed)
    for strategy in StrategyCatalog.all {
      let world = try executed.planWorld(strategy, .training)
      let alone = executed.programs(world)
      let together = executed.programs(world)
      _ = try VirtualRunner(programs: alone).run(world)
      _ = try ThreadedRunner(programs: together, timeLimitSeconds: 60).execute(world)
      for slot in 0..<world.tokens.slots {
        for (one, other) in zip(alone, together) {
          #expect(one.snapshot(slot: slot) == other.snapshot(slot: slot), "seed \(seed)")
        }
      }
    }
  }

  @Test("the real gate chooses what the scenario routes", arguments: seeds)
  func theGateReproducesTheRouting(seed: Int) throws {
    let executed = try ExecutedWorld(seed: seed)
    let world = try executed.planWorld(ExpertParallelism.self, .prefill)
    let programs = executed.programs(world)
    _ = try VirtualRunner(programs: programs).run(world)
    #expect(world.tokens.imposedLayers.isEmpty)
    for program in programs { #expect(program.correctedLayers.isEmpty, "seed \(seed)") }
  }

  @Test("weights that get lost on their way are noticed")
  func aLostTransferIsCaught() throws {
    var caught = 0
    for seed in 0..<60 {
      let executed = try ExecutedWorld(seed: seed)
      // Ranks that keep everything need no messages.
      guard executed.world.memory.expertWeights == .shard else { continue }
      let world = try executed.planWorld(LeastLoadedParallelism.self, .prefill)
      let plan = world.plan
      let broken = plan.exchanges.firstIndex {
        if case .transfers(_, let count) = $0.payload { count > 0 } else { false }
      }
      guard let broken, case .transfers(let first, _) = plan.exchanges[broken].payload else {
        continue
      }
      let lost = plan.transfers[Int(first)]
      let programs = executed.programs(world)
      let runner = VirtualRunner(programs: programs) { exchange, from, to in
        exchange == broken && from == lost.from && to == lost.to
      }
      _ = try runner.run(world)
      #expect(try !executed.agreement(programs, slots: world.tokens.slots).holds, "seed \(seed)")
      caught += 1
    }
    #expect(caught >= 10)
  }

  @Test("weights that were never sent are an error", arguments: 0..<20)
  func missingWeightsAreAnError(seed: Int) throws {
    let executed = try ExecutedWorld(seed: seed)
    let world = try executed.planWorld(ExpertParallelism.self, .prefill)
    // A plan that was not asked for holders tells of none, so these ranks keep nothing.
    let context = executed.world.context(.prefill)
    let silent = try ExpertParallelism(ComponentSpec(ExpertParallelism.descriptor)).plan(
      executed.world.step, in: context)
    let nothing = try PlanWorld(
      plan: world.plan, tokens: world.tokens, groups: world.groups,
      residency: Residency(plan: silent, groups: world.groups, policy: MemoryPolicy()))
    let isAnythingComputed = world.plan.layerOutcomes.contains {
      $0.computedCopies.contains { $0 > 0 }
    }
    guard isAnythingComputed else { return }
    let runner = VirtualRunner(programs: executed.programs(nothing))
    #expect {
      _ = try runner.run(nothing)
    } throws: { error in
      if case .missingWeights = error as? ExecutionError { true } else { false }
    }
  }
}
