import CostModels
import Domain
import NetworkSharing
import Plan
import Quantities
import Simulator
import Strategies
import Testing

/// Costs of experts and shared experts alone: forward as long as one exchange takes, backward twice.
private struct ExpertTime: OperationCostModel {
  /// Seconds of all rows of a rank.
  let seconds: Double
  let rows: Double
  /// Seconds of the shared experts.
  var shared = 0.0

  func seconds(of operation: Plan.Operation, in plan: ExecutionPlan) -> Double {
    let time: Double
    switch operation.work {
    case .experts(let first, let count):
      let all = plan.expertRows[Int(first)..<Int(first + count)].reduce(0) { $0 + Double($1.rows) }
      time = seconds * all / rows
    case .feedForward: time = shared
    default: return 0
    }
    return time * (operation.pass == .backward ? 2 : 1) / Double(operation.processors)
  }

  func startupSeconds(of payload: Exchange.Payload, in plan: ExecutionPlan) -> Double { 0 }
  func collectiveSeconds(_ kind: CollectiveKind, bytes: Double, ranks: RankSet) -> Double { 0 }
}

/// Plans that overlap against sums that can be written down.
///
/// Four ranks of 96 tokens, top-2 of 12 experts, uniform: each rank sends 48 rows of 200 bytes to each
/// other over links of a byte a nanosecond, so dispatch and combine take 28.8 us each, and the experts
/// are made to take as long. T stands for 28.8 us.
@Suite struct OverlapTests {
  private static let exchange = 28.8e-6

  private func times(
    _ options: [String: OptionValue], phase: Phase = .prefill, microBatches: Int = 1,
    checkpointing: Bool = false, shared: Double = 0
  ) throws -> Double {
    let (ranks, tokens, topK, experts) = (4, 96, 2, 12)
    let model = MoEModel(
      name: "uniform", layers: [0], hiddenSize: 100, expertIntermediateSize: 10, experts: experts,
      topK: topK, sharedExperts: shared > 0 ? 1 : 0)
    let layer = RoutedLayer(
      layer: 0, experts: experts, topK: topK,
      tokens: [Int32](repeating: Int32(tokens), count: ranks),
      copies: [Int32](repeating: Int32(tokens * topK / experts), count: ranks * experts))
    let placement = try ExpertPlacement(
      experts: experts, ranks: ranks, slotsPerRank: experts / ranks,
      layers: [.init(layer: 0, slots: (0..<Int32(experts)).map { $0 })])
    var numbers = SeededNumbers(seed: 1)
    let context = StepContext(
      cluster: SmallWorld.cluster(nodes: 1, perNode: ranks, &numbers), model: model,
      workload: Workload(
        phase: phase, tokensPerRank: tokens, steps: 1, microBatches: microBatches,
        activationCheckpointing: checkpointing),
      parallelism: Parallelism(expert: ranks, attentionData: ranks), placement: placement,
      memory: MemoryPolicy())
    let plan = try StrategyCatalog.make(ComponentSpec(kind: "ep", options: options))
      .plan(RoutedStep(index: 0, layers: [layer]), in: context)
    let links = try ClusterLinks(
      ClusterShape(
        ranks: ranks, ranksPerNode: ranks, intraNodeBandwidth: 1e9, interNodeBandwidth: 1e9))
    let costs = ExpertTime(
      seconds: Self.exchange, rows: Double(tokens * topK), shared: shared * Self.exchange)
    let record = try PlanSimulator(
      cluster: context.cluster, links: links, costs: costs, fidelity: .fluid(tolerance: 0)
    ).run(plan)
    return record.makespan.seconds / Self.exchange
  }

  private func isClose(_ left: Double, _ right: Double) -> Bool { abs(left - right) < 1e-5 }

  /// Dispatch, experts, combine, one after another.
  @Test func nothingOverlapsByDefault() throws {
    #expect(isClose(try times([:]), 3))
  }

  /// Rows keep the network busy for 2 T; all but the first chunk's dispatch and the last one's combine
  /// hide the experts.
  @Test(arguments: [2, 4]) func chunksHideTheExperts(chunks: Int) throws {
    #expect(isClose(try times(["chunks": .integer(chunks)]), 2))
  }

  /// Two micro-batches do the same.
  @Test func lanesHideTheExperts() throws {
    #expect(isClose(try times(["microBatchLanes": .integer(2)]), 2))
  }

  /// Experts of a half take 2/3 T on three quarters of the processors: dispatches end at 1/2 and 1,
  /// experts at 7/6 and 11/6, combines at 10/6 and 14/6.
  @Test func communicationTakesItsShare() throws {
    let options: [String: OptionValue] = [
      "microBatchLanes": .integer(2), "communicationShare": .number(0.25),
    ]
    #expect(isClose(try times(options), 7.0 / 3))
    // Without anything beside them experts have all processors.
    #expect(isClose(try times(["communicationShare": .number(0.25)]), 3))
  }

  /// Shared experts of half a T run during the dispatch; of one and a half they hold the experts up.
  @Test(arguments: [(0.5, 3.0), (1.5, 3.5)]) func sharedExpertsRunDuringTheDispatch(
    shared: Double, total: Double
  ) throws {
    #expect(isClose(try times([:], shared: shared), total))
  }

  /// Forward 3 T, backward T + 2 T + T; recomputed 3 T more. Two micro-batches one after the other take
  /// the same; side by side 2 T forward, and backward combines end at 1/2 and 1, experts at 3/2 and 5/2,
  /// dispatches at 2 and 3.
  @Test func trainingStepsAddUp() throws {
    #expect(isClose(try times([:], phase: .training), 7))
    #expect(isClose(try times([:], phase: .training, checkpointing: true), 10))
    #expect(isClose(try times([:], phase: .training, microBatches: 2), 7))
    let lanes: [String: OptionValue] = ["microBatchLanes": .integer(2)]
    #expect(isClose(try times(lanes, phase: .training, microBatches: 2), 5))
    #expect(isClose(try times(["chunks": .integer(2)], phase: .training), 5))
  }

  @Test func optionsHaveToBePossible() {
    for (option, value) in [
      ("chunks", OptionValue.integer(65)), ("microBatchLanes", .integer(1000)),
      ("communicationShare", .number(1)),
    ] {
      #expect(throws: StrategyError.self) {
        try StrategyCatalog.make(ComponentSpec(kind: "ep", options: [option: value]))
      }
    }
  }
}
