import CostModels
import Domain
import NetworkSharing
import Plan
import Quantities
import Simulator
import Strategies
import Testing

/// Costs of nothing but bytes on links.
private struct FreeWork: OperationCostModel {
  func seconds(of operation: Operation, in plan: ExecutionPlan) -> Double { 0 }
  func startupSeconds(of payload: Exchange.Payload, in plan: ExecutionPlan) -> Double { 0 }
  func collectiveSeconds(_ kind: CollectiveKind, bytes: Double, ranks: RankSet) -> Double { 0 }
}

/// Plans against sums that can be written down.
@Suite struct ClosedFormTests {
  /// Uniform routing of 96 tokens a rank, top-2 of 12 experts: every rank sends 16 copies to each.
  private func uniform(ranks: Int) throws -> (StepContext, RoutedStep) {
    let (tokens, topK, experts) = (96, 2, 12)
    let model = MoEModel(
      name: "uniform", layers: [0], hiddenSize: 100, expertIntermediateSize: 10, experts: experts,
      topK: topK, weightFormat: .fp8, activationFormat: .fp8)
    var numbers = SeededNumbers(seed: 1)
    let layer = RoutedLayer(
      layer: 0, experts: experts, topK: topK,
      tokens: [Int32](repeating: Int32(tokens), count: ranks),
      copies: [Int32](repeating: Int32(tokens * topK / experts), count: ranks * experts))
    let placement = try ExpertPlacement(
      experts: experts, ranks: ranks, slotsPerRank: experts / ranks,
      layers: [.init(layer: 0, slots: (0..<Int32(experts)).map { $0 })])
    let context = StepContext(
      cluster: SmallWorld.cluster(nodes: 1, perNode: ranks, &numbers), model: model,
      workload: Workload(phase: .prefill, tokensPerRank: tokens, steps: 1),
      parallelism: Parallelism(expert: ranks, attentionData: ranks), placement: placement,
      memory: MemoryPolicy())
    return (context, RoutedStep(index: 0, layers: [layer]))
  }

  /// Each rank sends B·K/R copies to each other rank: 192/R rows of 100 bytes out and of 200 back,
  /// over links of a byte a nanosecond, with 3 us before the first byte each way. Fluid and analytic
  /// agree, because every link is equally loaded, and LLEP has nothing to do.
  @Test(arguments: [2, 3, 4, 6, 12], ["ep", "llep"])
  func uniformRoutingTakesItsBytes(ranks: Int, strategy: String) throws {
    let (context, step) = try uniform(ranks: ranks)
    let plan = try StrategyCatalog.make(ComponentSpec(kind: strategy)).plan(step, in: context)
    let links = try ClusterLinks(
      ClusterShape(
        ranks: ranks, ranksPerNode: ranks, intraNodeBandwidth: 1e9, intraNodeLatency: 3e-6,
        interNodeBandwidth: 1e9))
    let rows = (ranks - 1) * 192 / ranks
    let nanoseconds = 3000 + rows * 100 + 3000 + rows * 200
    for fidelity in [NetworkFidelity.fluid(tolerance: 0), .analytic] {
      let record = try PlanSimulator(
        cluster: context.cluster, links: links, costs: FreeWork(), fidelity: fidelity
      ).run(plan)
      #expect(abs(record.makespan.picoseconds - Int64(nanoseconds) * 1000) <= 2)
    }
    #expect(plan.layerOutcomes.map(\.imbalance) == [1])
    #expect(plan.layerOutcomes.map(\.weightTransfers) == [0])
    #expect(plan.layerOutcomes.map(\.isPlainRouting) == [true])
  }

  /// Removing duplicates per rank never moves more than a row a copy, and per node never more
  /// between nodes than per rank.
  @Test(arguments: 0..<80) func fewerDuplicatesFewerBytes(seed: Int) throws {
    let world = try SmallWorld(seed: seed)
    let context = world.context(.prefill)
    var moved: [BytesMoved] = []
    for deduplicate in ["none", "rank", "node"] {
      let strategy = try StrategyCatalog.make(
        ComponentSpec(kind: "ep", options: ["deduplicate": .text(deduplicate)]))
      let plan = try strategy.plan(world.step, in: context)
      moved.append(try world.simulator(.analytic).run(plan).bytes)
    }
    let slack = 1 + 1e-6
    #expect(moved[1].dispatchInterNode <= moved[0].dispatchInterNode * slack + 1)
    #expect(moved[1].dispatchIntraNode <= moved[0].dispatchIntraNode * slack + 1)
    #expect(moved[2].dispatchInterNode <= moved[1].dispatchInterNode * slack + 1)
    #expect(moved[2].combineInterNode <= moved[1].combineInterNode * slack + 1)
  }

  /// A step that does not fit the context is refused in words.
  @Test(arguments: StrategyCatalog.descriptors.map(\.name))
  func stepsThatDoNotFitAreRefused(_ name: String) throws {
    let (context, step) = try uniform(ranks: 4)
    let (other, _) = try uniform(ranks: 2)
    let strategy = try StrategyCatalog.make(ComponentSpec(kind: name))
    #expect(throws: StrategyError.self) { try strategy.plan(step, in: other) }
    #expect(throws: StrategyError.self) {
      try strategy.plan(RoutedStep(index: 0, layers: step.layers + step.layers), in: context)
    }
  }

  @Test func unknownStrategiesAreNamed() {
    #expect(throws: StrategyError.self) { try StrategyCatalog.make(ComponentSpec(kind: "magic")) }
    for (option, value) in [
      ("implementation", "slow"), ("deduplicate", "all"), ("replicaDispatch", "any"),
    ] {
      #expect(throws: StrategyError.self) {
        try StrategyCatalog.make(ComponentSpec(kind: "ep", options: [option: .text(value)]))
      }
    }
  }
}
