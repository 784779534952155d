public import Domain
public import Plan
private import Quantities

/// The cost models of one run, put together for the simulator.
///
/// Slowdowns of the cluster are applied here: a slow rank's seconds are multiplied.
public struct CalibratedCosts: OperationCostModel {
  /// What the kernels of a run are.
  public struct Kernels: Hashable, Sendable {
    public var experts: ExpertKernelFamily
    public var exchange: ExchangeKernel
    /// Multiprocessors given to DeepEP's normal kernels.
    public var communicationProcessors: Int
    public var engine: EngineOverheads

    public init(
      experts: ExpertKernelFamily, exchange: ExchangeKernel, communicationProcessors: Int = 20,
      engine: EngineOverheads = EngineOverheads()
    ) {
      self.experts = experts
      self.exchange = exchange
      self.communicationProcessors = communicationProcessors
      self.engine = engine
    }
  }

  public let grouped: ExpertComputeModel
  public let perExpert: ExpertComputeModel
  public let exchange: ExpertExchangeModel
  private let attention: AttentionModel?
  private let dense: DenseGEMMModel
  private let passes: MemoryPassModel
  private let allReduce: CollectiveModel
  private let allGather: CollectiveModel
  private let engine: EngineOverheads
  private let model: MoEModel
  private let slowness: [Double]
  private let barrierSeconds: Double
  private let usual: UsualSeconds

  public init(
    cluster: Cluster, model: MoEModel, workload: Workload, parallelism: Parallelism,
    kernels: Kernels, parameters: CostParameters
  ) {
    let accelerator = cluster.accelerator
    grouped = ExpertComputeModel(
      model: model, kernel: kernels.experts, accelerator: accelerator, parameters: parameters)
    perExpert = ExpertComputeModel(
      model: model, kernel: .perExpertLoop, accelerator: accelerator, parameters: parameters)
    exchange = ExpertExchangeModel(
      kernel: kernels.exchange,
      shape: ExchangeShape(model, cluster: cluster, ranks: parallelism.expert), cluster: cluster,
      communicationProcessors: kernels.communicationProcessors, parameters: parameters)
    attention = AttentionModel(
      model: model, tensor: parallelism.tensor, accelerator: accelerator, parameters: parameters)
    dense = DenseGEMMModel(
      format: model.weightFormat, accelerator: accelerator, parameters: parameters)
    passes = MemoryPassModel(accelerator: accelerator)
    allReduce = CollectiveModel(.allReduce, cluster: cluster, custom: true, parameters: parameters)
    allGather = CollectiveModel(.allGather, cluster: cluster, parameters: parameters)
    engine = kernels.engine
    self.model = model
    slowness = cluster.computeFactors
    barrierSeconds = cluster.nodes > 1 ? 2 * cluster.interNode.latencySeconds : 5e-6
    usual = UsualSeconds(
      tokens: Int32(clamping: workload.tokensPerRank),
      attention: Self.attentionSeconds(attention, workload.tokensPerRank, workload))
  }

  public func seconds(of work: Work, on rank: Int, in plan: ExecutionPlan) -> Double {
    let factor = slowness.indices.contains(rank) ? slowness[rank] : 1
    return factor * unhinderedSeconds(of: work, in: plan)
  }

  private func unhinderedSeconds(of work: Work, in plan: ExecutionPlan) -> Double {
    switch work {
    case .join, .exchange: 0
    case .attention(let tokens):
      tokens == usual.tokens
        ? usual.attention : Self.attentionSeconds(attention, Int(tokens), plan.workload)
    case .gate(let tokens, let copies): gateSeconds(tokens: tokens, copies: copies)
    case .hostPlanning(let experts, let decisions):
      engine.countReadback + engine.plannedExpert * Double(experts)
        + engine.plannedDecision * Double(decisions)
    case .memoryPass(let bytes, let launches): passes.seconds(bytes: bytes, kernels: Int(launches))
    case .experts(let first, let count, let kernel):
      (kernel == .grouped ? grouped : perExpert).seconds(
        rowsPerExpert: plan.expertRows[Int(first)..<Int(first + count)].lazy.map(\.rows))
    case .feedForward(let tokens, let intermediate):
      feedForwardSeconds(tokens: Int(tokens), intermediate: Int(intermediate))
    }
  }

  public func startupSeconds(of payload: Exchange.Payload, ranks: Int) -> Double {
    switch payload {
    case .allToAll(_, let unitBytes, let isReturn, let calls):
      exchange.costs(isReturn ? .combine : .dispatch, bytesPerCopy: unitBytes).floorSeconds
        * Double(max(calls, 1))
        + exchange.seconds(isReturn ? .combineNotify : .dispatchNotify, tokens: 0, bytesPerCopy: 0)
    case .transfers: engine.messageBatch
    case .collective: 0
    }
  }

  public var messageOverheadSeconds: Double { engine.message }

  public func collectiveSeconds(
    _ kind: CollectiveKind, bytes: Double, ranks: Range<Int>
  ) -> Double {
    switch kind {
    case .allReduce: allReduce.seconds(bytes: bytes, ranks: ranks.count)
    case .allGather: allGather.seconds(bytes: bytes * Double(ranks.count), ranks: ranks.count)
    case .barrier: ranks.count > 1 ? barrierSeconds : 0
    }
  }
}

/// Durations that most operations of a run share, computed once.
private struct UsualSeconds: Sendable {
  var tokens: Int32
  var attention: Double
}

extension CalibratedCosts {
  private static func attentionSeconds(
    _ attention: AttentionModel?, _ tokens: Int, _ workload: Workload
  ) -> Double {
    guard let attention else { return 0 }
    switch workload.phase {
    case .decode:
      return attention.decodeSeconds(sequences: tokens, context: workload.contextLength)
    case .prefill, .training:
      return attention.prefillSeconds(tokens: tokens, sequenceLength: workload.sequenceLength)
    }
  }

  /// The gate's product reads its small matrix; top-k and the sort pass over the logits and copies.
  private func gateSeconds(tokens: Int32, copies: Int32) -> Double {
    let logits = 4 * Double(tokens) * Double(model.experts)
    let weights = 2 * Double(model.hiddenSize) * Double(model.experts)
    let inputs = 2 * Double(tokens) * Double(model.hiddenSize)
    return passes.seconds(
      bytes: weights + inputs + 3 * logits + 16 * Double(copies), kernels: 3)
  }

  private func feedForwardSeconds(tokens: Int, intermediate: Int) -> Double {
    let width = model.gated ? 2 * intermediate : intermediate
    return dense.seconds(m: tokens, n: width, k: model.hiddenSize)
      + dense.seconds(m: tokens, n: model.hiddenSize, k: intermediate)
      + passes.seconds(bytes: 2 * Double(tokens) * Double(width + intermediate), kernels: 1)
  }
}
