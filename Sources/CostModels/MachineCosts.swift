public import Domain
public import Plan
private import Quantities

/// Seconds of every operation of a plan on one cluster, for one model and workload.
public struct MachineCosts: OperationCostModel {
  private let cluster: Cluster
  private let model: MoEModel
  private let workload: Workload
  private let computeFactors: [Double]
  private let eager: EagerHost
  private let grouped: ExpertComputeModel
  private let dense: DenseGEMMModel
  private let passes: MemoryPassModel
  private let attention: AttentionModel?
  private let allReduce: CollectiveModel
  private let allGather: CollectiveModel
  private let reduceScatter: CollectiveModel
  private let exchange: ExpertExchangeModel
  /// What a full rank attends for, computed once because most operations ask for it.
  private let usualAttentionSeconds: (forward: Double, backward: Double)

  public init(
    cluster: Cluster, model: MoEModel, workload: Workload, expertRanks: Int,
    parameters: CostParameters
  ) {
    self.cluster = cluster
    self.model = model
    self.workload = workload
    computeFactors = cluster.computeFactors
    eager = EagerHost(accelerator: cluster.accelerator)
    let decodes = workload.phase == .decode
    grouped = ExpertComputeModel(
      model: model, kernel: ExpertKernelFamily.serving(decodes: decodes, model.weightFormat),
      accelerator: cluster.accelerator, parameters: parameters)
    dense = DenseGEMMModel(
      format: model.weightFormat, accelerator: cluster.accelerator, parameters: parameters)
    passes = MemoryPassModel(accelerator: cluster.accelerator)
    attention = AttentionModel(
      model: model, accelerator: cluster.accelerator, parameters: parameters)
    allReduce = CollectiveModel(.allReduce, cluster: cluster, parameters: parameters)
    allGather = CollectiveModel(.allGather, cluster: cluster, parameters: parameters)
    reduceScatter = CollectiveModel(
      .reduceScatter, cluster: cluster, parameters: parameters)
    exchange = ExpertExchangeModel(
      kernel: .usual(decodes: decodes, on: cluster.accelerator),
      shape: ExchangeShape(model, cluster: cluster, ranks: expertRanks), cluster: cluster,
      parameters: parameters)
    usualAttentionSeconds = (
      Self.attentionSeconds(attention, workload.tokensPerMicroBatch, workload),
      Self.attentionBackwardSeconds(attention, workload.tokensPerMicroBatch, workload)
    )
  }

  /// The parts of the line rates that messages reach: inside a node and between nodes.
  public func linkFractions(_ implementation: Implementation) -> (node: Double, network: Double) {
    switch implementation {
    case .eager: return (EagerHost.linkFraction, EagerHost.linkFraction)
    case .fused:
      let costs = exchange.costs(.dispatch, bytesPerCopy: model.tokenBytes)
      return (costs.linkFraction, costs.networkFraction)
    }
  }

  public func seconds(of operation: Operation, in plan: ExecutionPlan) -> Double {
    let seconds: Double
    switch operation.work {
    case .join, .exchange: return 0
    case .attention(let tokens): seconds = attentionSeconds(Int(tokens), operation.pass)
    case .gate(let tokens, let copies): seconds = gateSeconds(tokens, copies, plan.implementation)
    case .planning(let experts):
      return plan.implementation == .eager
        ? eager.planningSeconds(experts: Int(experts)) : Self.devicePlanningSeconds
    case .solving(let rows, let columns):
      return Self.solverStartSeconds + Double(rows) * Double(columns) * Self.solverSecondsPerCell
    case .posting(let messages):
      return plan.implementation == .eager
        ? eager.postingSeconds(messages: Int(messages))
        : Double(messages) * Self.deviceMessageSeconds
    case .memoryPass(let bytes, let launches):
      seconds =
        plan.implementation == .eager
        ? eager.passSeconds(bytes: bytes)
        : passes.seconds(bytes: bytes, kernels: Int(launches))
    case .experts(let first, let count):
      let rows = plan.expertRows[Int(first)..<Int(first + count)]
      seconds = expertSeconds(rows, plan.implementation)
    case .feedForward(let tokens, let intermediate):
      seconds = feedForwardSeconds(Int(tokens), Int(intermediate))
    case .update(let parameters):
      seconds = passes.seconds(bytes: Self.updateBytesPerParameter * parameters, kernels: 1)
    }
    return seconds * operation.arithmeticFactor * computeFactors[Int(operation.rank)]
  }

  public func startupSeconds(of payload: Exchange.Payload, in plan: ExecutionPlan) -> Double {
    guard plan.implementation == .fused, case .allToAll(_, _, let isReturn) = payload else {
      // Eager host code is counted once a layer, in the gate.
      return 0
    }
    return exchange.costs(
      isReturn ? .combine : .dispatch, bytesPerCopy: model.tokenBytes
    ).floorSeconds
  }

  public func collectiveSeconds(
    _ kind: CollectiveKind, bytes: Double, ranks: RankSet
  ) -> Double {
    let all = bytes * Double(ranks.count)
    return switch kind {
    case .allReduce: allReduce.seconds(bytes: bytes, over: ranks)
    case .allGather: allGather.seconds(bytes: all, over: ranks)
    case .reduceScatter: reduceScatter.seconds(bytes: all, over: ranks)
    case .barrier: allReduce.seconds(bytes: 4, over: ranks)
    }
  }
}

extension MachineCosts {
  /// A plan made by a kernel from counts that stay on the device: a few scans of the experts.
  /// Estimate: three small dependent kernels of a captured graph, 5 us each.
  private static let devicePlanningSeconds = 15e-6
  /// What Adam reads and writes for a parameter: a 32-bit gradient, two moments and the parameter in
  /// 32 bits (28 bytes), and its 16-bit copy.
  private static let updateBytesPerParameter = 30.0
  /// Loads to the host, shares back to the device, a program set up. Estimate.
  private static let solverStartSeconds = 60e-6
  /// GLPK's simplex on the programs of `lplb`, for each row and column: see docs/strategies/lplb.md.
  private static let solverSecondsPerCell = 0.15e-6
  /// A point-to-point message posted by a proxy thread. Estimate.
  private static let deviceMessageSeconds = 2e-6

  /// Seconds of one layer's attention on a rank with `tokens` tokens, forward.
  public func attentionSeconds(tokens: Int) -> Double {
    Self.attentionSeconds(attention, tokens, workload)
  }

  private func attentionSeconds(_ tokens: Int, _ pass: Pass) -> Double {
    let isUsual = tokens == workload.tokensPerMicroBatch
    if pass == .backward {
      return isUsual
        ? usualAttentionSeconds.backward
        : Self.attentionBackwardSeconds(attention, tokens, workload)
    }
    return isUsual
      ? usualAttentionSeconds.forward : Self.attentionSeconds(attention, tokens, workload)
  }

  private static func attentionBackwardSeconds(
    _ attention: AttentionModel?, _ tokens: Int, _ workload: Workload
  ) -> Double {
    attention?.backwardSeconds(tokens: tokens, sequenceLength: workload.sequenceLength) ?? 0
  }

  private static func attentionSeconds(
    _ attention: AttentionModel?, _ tokens: Int, _ workload: Workload
  ) -> Double {
    guard let attention else { return 0 }
    return workload.phase == .decode
      ? attention.decodeSeconds(sequences: tokens, context: workload.contextLength)
      : attention.prefillSeconds(tokens: tokens, sequenceLength: workload.sequenceLength)
  }

  private func gateSeconds(
    _ tokens: Int32, _ copies: Int32, _ implementation: Implementation
  ) -> Double {
    if implementation == .eager { return EagerHost.layerOverheadSeconds }
    // The gate's product reads its small matrix; top-k and the sort pass over logits and copies.
    let logits = 4 * Double(tokens) * Double(model.experts)
    let weights = 2 * Double(model.hiddenSize) * Double(model.experts)
    let inputs = 2 * Double(tokens) * Double(model.hiddenSize)
    return passes.seconds(
      bytes: weights + inputs + 3 * logits + 16 * Double(copies), kernels: 3)
  }

  private func expertSeconds(
    _ rows: ArraySlice<ExpertRows>, _ implementation: Implementation
  ) -> Double {
    switch implementation {
    case .eager:
      let total = rows.reduce(0.0) { $0 + Double($1.rows) }
      return eager.expertSeconds(
        rows: total, experts: rows.count, model: model, accelerator: cluster.accelerator)
    case .fused:
      return grouped.seconds(ExpertLoad(rowsPerExpert: rows.lazy.map(\.rows)))
    }
  }

  private func feedForwardSeconds(_ tokens: Int, _ intermediate: Int) -> Double {
    let first = dense.seconds(
      m: tokens, n: (model.gated ? 2 : 1) * intermediate, k: model.hiddenSize)
    return first + dense.seconds(m: tokens, n: model.hiddenSize, k: intermediate)
      + passes.seconds(bytes: 6 * Double(tokens) * Double(intermediate), kernels: 1)
  }
}

extension Operation {
  /// How many times longer than in a forward pass with all processors its arithmetic takes.
  ///
  /// A backward pass has two products a matrix, for the gradients of its input and of itself;
  /// attention's has a model of its own.
  fileprivate var arithmeticFactor: Double {
    switch work {
    case .attention: 1 / Double(processors)
    case .gate, .experts, .feedForward: (pass == .backward ? 2 : 1) / Double(processors)
    case .join, .planning, .solving, .posting, .memoryPass, .update, .exchange: 1
    }
  }
}

extension ExpertKernelFamily {
  /// The kernel that serving engines use for weights in `format`.
  static func serving(decodes: Bool, _ format: NumericFormat) -> ExpertKernelFamily {
    guard format == .fp8Block else { return .cutlassGrouped }
    return decodes ? .deepGEMMMasked : .deepGEMMContiguous
  }
}
