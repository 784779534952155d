import CostModels
import Domain
import NetworkSharing
import Plan
import Quantities
import Simulator
import Strategies

/// Random numbers that are the same everywhere, from a seed (SplitMix64).
struct SeededNumbers: RandomNumberGenerator {
  private var state: UInt64

  init(seed: Int) { state = UInt64(truncatingIfNeeded: seed) }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func within(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

  mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[within(0...(elements.count - 1))]
  }
}

/// Costs that depend on every field of the work, so that no operation is free by accident.
struct SmallCosts: OperationCostModel {
  func seconds(of operation: Operation, in plan: ExecutionPlan) -> Double {
    switch operation.work {
    case .join, .exchange: 0
    case .attention(let tokens): Double(tokens) * 1e-7
    case .gate(let tokens, let copies): Double(tokens + copies) * 1e-8
    case .planning(let experts): Double(experts) * 1e-7
    case .solving(let rows, let columns): Double(rows * columns) * 1e-8
    case .posting(let messages): Double(messages) * 1e-6
    case .memoryPass(let bytes, let launches): bytes * 1e-12 + Double(launches) * 1e-7
    case .feedForward(let tokens, let intermediate): Double(tokens) * Double(intermediate) * 1e-10
    case .update(let parameters): parameters * 1e-12
    case .experts(let first, let count):
      plan.expertRows[Int(first)..<Int(first + count)].reduce(0) { $0 + Double($1.rows) * 1e-7 }
    }
  }

  func startupSeconds(of payload: Exchange.Payload, in plan: ExecutionPlan) -> Double { 1e-6 }

  func collectiveSeconds(_ kind: CollectiveKind, bytes: Double, ranks: RankSet) -> Double {
    2e-6 + bytes * Double(ranks.count) * 1e-10
  }
}

/// A cluster, a model, a placement with copies and a routed step, all drawn from a seed.
struct SmallWorld {
  let cluster: Cluster
  let model: MoEModel
  let parallelism: Parallelism
  let placement: ExpertPlacement
  let step: RoutedStep
  let memory: MemoryPolicy
  /// How the step is cut and whether it is computed twice, in training.
  let training: (microBatches: Int, activationCheckpointing: Bool)

  init(seed: Int) throws {
    var numbers = SeededNumbers(seed: seed)
    let perNode = numbers.within(1...4)
    let nodes = numbers.within(1...3)
    let ranks = perNode * nodes
    cluster = Self.cluster(nodes: nodes, perNode: perNode, &numbers)
    let group = numbers.pick((1...ranks).filter { ranks % $0 == 0 })
    parallelism = Parallelism(expert: group, attentionData: ranks)
    model = Self.model(&numbers)
    placement = try Self.placement(of: model, ranks: group, &numbers)
    step = Self.step(of: model, ranks: ranks, &numbers)
    memory = MemoryPolicy(
      expertWeights: numbers.pick([.shard, .shard, .all]),
      reservedBytes: numbers.pick([nil, 0, 1e6]))
    training = (numbers.within(1...3), numbers.pick([true, false]))
  }

  /// The same step seen by a strategy in `phase`.
  func context(_ phase: Phase) -> StepContext {
    StepContext(
      cluster: cluster, model: model,
      workload: Workload(
        phase: phase, tokensPerRank: 64, steps: 1, microBatches: training.microBatches,
        activationCheckpointing: training.activationCheckpointing), parallelism: parallelism,
      placement: placement, memory: memory)
  }

  func simulator(_ fidelity: NetworkFidelity) throws -> PlanSimulator {
    let shape = ClusterShape(
      ranks: cluster.ranks, ranksPerNode: cluster.acceleratorsPerNode, intraNodeBandwidth: 4e9,
      intraNodeLatency: 1e-6, interNodeBandwidth: 1e9, interNodeLatency: 5e-6)
    return PlanSimulator(
      cluster: cluster, links: try ClusterLinks(shape), costs: SmallCosts(), fidelity: fidelity)
  }

  // MARK: - Parts

  static func cluster(nodes: Int, perNode: Int, _ numbers: inout SeededNumbers) -> Cluster {
    let accelerator = Accelerator(
      id: "small", name: "small", architecture: "small",
      memoryCapacity: ByteCount(numbers.pick([1e6, 1e12])),
      memoryBandwidth: Bandwidth(gigabytesPerSecond: 1), peaks: [:], source: "test",
      confidence: .given)
    let link = LinkProfile(bandwidth: Bandwidth(gigabytesPerSecond: 1), latencySeconds: 1e-6)
    return Cluster(
      accelerator: accelerator, nodes: nodes, acceleratorsPerNode: perNode,
      intraNodeKind: .nvSwitch, intraNode: link, interNode: link, fabric: Fabric())
  }

  private static func model(_ numbers: inout SeededNumbers) -> MoEModel {
    let experts = numbers.within(1...20)
    let attention = AttentionShape(kind: .gqa, heads: 2, keyValueHeads: 1, headDimension: 4)
    return MoEModel(
      name: "small", layers: Array(0..<numbers.within(1...3)), denseLayers: numbers.within(0...1),
      hiddenSize: 16, expertIntermediateSize: 8, experts: experts,
      topK: numbers.within(1...min(6, experts)), sharedExperts: numbers.within(0...1),
      denseIntermediateSize: 32, gated: numbers.pick([true, false]),
      weightFormat: numbers.pick([.bf16, .fp8Block, .mxfp4]),
      activationFormat: numbers.pick([.bf16, .fp8]),
      attention: numbers.pick([nil, attention]))
  }

  /// Homes in random order, then copies on ranks that lack them.
  private static func placement(
    of model: MoEModel, ranks: Int, _ numbers: inout SeededNumbers
  ) throws -> ExpertPlacement {
    let extra = numbers.within(0...4)
    let layers = model.layers.map { _ in
      var held = [[Int32]](repeating: [], count: ranks)
      for expert in 0..<model.experts {
        held[numbers.within(0...(ranks - 1))].append(Int32(expert))
      }
      for _ in 0..<extra {
        let rank = numbers.within(0...(ranks - 1))
        let expert = Int32(numbers.within(0...(model.experts - 1)))
        if !held[rank].contains(expert) { held[rank].append(expert) }
      }
      return held
    }
    let slots = layers.joined().map(\.count).max() ?? 1
    return try ExpertPlacement(
      experts: model.experts, ranks: ranks, slotsPerRank: slots,
      layers: zip(model.layers, layers).map { layer, held in
        .init(
          layer: layer,
          slots: held.flatMap { $0 + [Int32](repeating: -1, count: slots - $0.count) })
      })
  }

  /// Tokens that each choose different experts, low numbers more often; some ranks have none.
  private static func step(
    of model: MoEModel, ranks: Int, _ numbers: inout SeededNumbers
  ) -> RoutedStep {
    let keepsChoices = numbers.pick([true, false])
    let tokens = (0..<ranks).map { _ in Int32(numbers.pick([0, 1, 7, 40])) }
    let layers = model.layers.map { layer in
      var copies = [Int32](repeating: 0, count: ranks * model.experts)
      var choices: [UInt16] = []
      for source in 0..<ranks {
        for _ in 0..<tokens[source] {
          for expert in choose(model.topK, of: model.experts, &numbers) {
            copies[source * model.experts + expert] += 1
            choices.append(UInt16(expert))
          }
        }
      }
      return RoutedLayer(
        layer: layer, experts: model.experts, topK: model.topK, tokens: tokens, copies: copies,
        choices: keepsChoices ? TokenChoices(experts: choices, topK: model.topK) : nil)
    }
    return RoutedStep(index: 0, layers: layers)
  }

  private static func choose(
    _ count: Int, of experts: Int, _ numbers: inout SeededNumbers
  ) -> [Int] {
    var chosen: [Int] = []
    while chosen.count < count {
      let expert = min(numbers.within(0...(experts - 1)), numbers.within(0...(experts - 1)))
      if !chosen.contains(expert) { chosen.append(expert) }
    }
    return chosen
  }
}
