import CostModels
import Domain
import NetworkSharing
import Plan
import Quantities
import Simulator

/// Costs that a reader can add up: a memory pass takes a microsecond a byte, all else nothing.
struct PlainCosts: OperationCostModel {
  var startup = 0.0
  var collective = 0.0

  func seconds(of operation: Operation, in plan: ExecutionPlan) -> Double {
    if case .memoryPass(let bytes, _) = operation.work { bytes * 1e-6 } else { 0 }
  }

  func startupSeconds(of payload: Exchange.Payload, in plan: ExecutionPlan) -> Double { startup }

  func collectiveSeconds(_ kind: CollectiveKind, bytes: Double, ranks: RankSet) -> Double {
    collective
  }
}

/// Ranks whose links carry one byte a nanosecond in each direction.
struct World {
  var ranks = 2
  var ranksPerNode: Int?
  var latency = 0.0
  var memory = 1e12
  var costs = PlainCosts()

  func simulator(_ fidelity: NetworkFidelity) throws -> PlanSimulator {
    let perNode = ranksPerNode ?? ranks
    let accelerator = Accelerator(
      id: "plain", name: "plain", architecture: "plain", memoryCapacity: ByteCount(memory),
      memoryBandwidth: Bandwidth(gigabytesPerSecond: 1), peaks: [:], source: "test",
      confidence: .given)
    let link = LinkProfile(
      bandwidth: Bandwidth(gigabytesPerSecond: 1), latencySeconds: latency)
    let cluster = Cluster(
      accelerator: accelerator, nodes: ranks / perNode, acceleratorsPerNode: perNode,
      intraNodeKind: .nvSwitch, intraNode: link, interNode: link, fabric: Fabric())
    let links = try ClusterLinks(
      ClusterShape(
        ranks: ranks, ranksPerNode: perNode, intraNodeBandwidth: 1e9, intraNodeLatency: latency,
        interNodeBandwidth: 1e9, interNodeLatency: latency))
    return PlanSimulator(cluster: cluster, links: links, costs: costs, fidelity: fidelity)
  }

  func run(
    _ plan: ExecutionPlan, _ fidelity: NetworkFidelity = .fluid(tolerance: 0)
  ) throws -> RunRecord {
    try simulator(fidelity).run(plan)
  }

  var builder: PlanBuilder {
    let model = MoEModel(
      name: "tiny", layers: [0], hiddenSize: 8, expertIntermediateSize: 8, experts: 2, topK: 1)
    return PlanBuilder(
      ranks: ranks, model: model, workload: Workload(phase: .prefill, tokensPerRank: 1, steps: 1),
      implementation: .fused)
  }
}

extension PlanBuilder {
  /// An operation of so many microseconds.
  @discardableResult
  mutating func work(
    _ microseconds: Double, on rank: Int, lane: Lane = .compute, after: [OperationID] = [],
    memory: [MemoryChange] = []
  ) -> OperationID {
    add(
      .memoryPass(bytes: microseconds, launches: 1), .other, on: rank, lane: lane, after: after,
      memory: memory)
  }

  /// An exchange of `bytes[source][destination]` among the first ranks; `nil` entries of `after`
  /// start with the step.
  mutating func exchange(
    _ bytes: [[Float]], isReturn: Bool = false, lane: Lane = .communication,
    kind: OperationKind = .dispatch, after: [OperationID?] = []
  ) -> [OperationID] {
    var table = ExchangeTable(ranks: bytes.count)
    for (source, row) in bytes.enumerated() {
      for (destination, amount) in row.enumerated() { table[source, destination] = amount }
    }
    let matrix = add(table)
    let work = add(
      Exchange(
        payload: .allToAll(matrix: matrix, unitBytes: 1, isReturn: isReturn), firstRank: 0,
        ranks: bytes.count))
    return bytes.indices.map { rank in
      add(
        work, kind, on: rank, lane: lane,
        after: after.indices.contains(rank) ? [after[rank]].compactMap { $0 } : [])
    }
  }
}

extension RunRecord {
  /// When operations ended, in microseconds.
  func ends(_ operations: [OperationID]) -> [Double] {
    operations.map { Double(spans[$0.index].end.picoseconds) / 1e6 }
  }

  /// When operations started, in microseconds.
  func starts(_ operations: [OperationID]) -> [Double] {
    operations.map { Double(spans[$0.index].start.picoseconds) / 1e6 }
  }
}

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
}
