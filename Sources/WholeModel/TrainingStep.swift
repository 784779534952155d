public import CostModels
public import Domain
private import Quantities

/// A training step as frameworks describe it: how the model and the batch are divided.
public struct TrainingPlan: Hashable, Sendable {
  public var accelerators: Int
  public var tensor: Int
  public var pipeline: Int
  /// Parts of a stage that micro-batches visit in turn; 1 without interleaving.
  public var virtualStages: Int
  public var expert: Int
  public var globalBatch: Int
  public var microBatch: Int
  public var sequenceLength: Int

  public init(
    accelerators: Int, tensor: Int = 1, pipeline: Int = 1, virtualStages: Int = 1, expert: Int = 1,
    globalBatch: Int, microBatch: Int = 1, sequenceLength: Int
  ) {
    self.accelerators = Swift.max(accelerators, 1)
    self.tensor = Swift.max(tensor, 1)
    self.pipeline = Swift.max(pipeline, 1)
    self.virtualStages = Swift.max(virtualStages, 1)
    self.expert = Swift.max(expert, 1)
    self.globalBatch = Swift.max(globalBatch, 1)
    self.microBatch = Swift.max(microBatch, 1)
    self.sequenceLength = Swift.max(sequenceLength, 1)
  }

  /// Ranks that hold the same dense weights.
  public var dataRanks: Int { Swift.max(1, accelerators / (tensor * pipeline)) }
  /// Tokens of one optimizer step.
  public var tokens: Double { Double(globalBatch) * Double(sequenceLength) }
}

/// Makes the parts of a training step from the same kernels' costs as everything else.
public struct TrainingStep: Sendable {
  private let model: MoEModel
  private let cluster: Cluster
  private let dense: DenseGEMMModel
  private let head: DenseGEMMModel
  private let experts: ExpertComputeModel
  private let exchange: ExpertExchangeModel
  private let plan: TrainingPlan
  private let attention: AttentionModel?
  private let pattern: AttentionPattern

  /// Parts of peak that attention's core reaches forward and backward; FlashAttention-3's figures.
  private static let coreForward = 0.6
  private static let coreBackward = 0.5
  /// Bytes of state an optimizer step reads and writes for each parameter: a 32-bit master copy and
  /// two 32-bit moments there and back, the gradient, the 16-bit copy.
  private static let optimizerBytes = 30.0

  public init(
    model: MoEModel, plan: TrainingPlan, cluster: Cluster, productFormat: NumericFormat,
    parameters: CostParameters
  ) {
    self.model = model
    self.plan = plan
    self.cluster = cluster
    pattern = .of(model)
    let accelerator = cluster.accelerator
    dense = DenseGEMMModel(format: productFormat, accelerator: accelerator, parameters: parameters)
    head = DenseGEMMModel(format: .bf16, accelerator: accelerator, parameters: parameters)
    experts = ExpertComputeModel(
      shape: ExpertShape(
        hidden: model.hiddenSize, intermediate: model.expertIntermediateSize, gated: model.gated,
        weights: productFormat, activations: productFormat),
      format: productFormat, kernel: .cutlassGrouped, accelerator: accelerator,
      parameters: parameters)
    exchange = ExpertExchangeModel(
      kernel: .deepEPNormal, shape: ExchangeShape(model, cluster: cluster, ranks: plan.expert),
      cluster: cluster, parameters: parameters)
    attention = AttentionModel(
      model: model, tensor: plan.tensor, projectionFormat: productFormat,
      efficiency: .init(forward: Self.coreForward, backward: Self.coreBackward),
      accelerator: accelerator, parameters: parameters)
  }

  /// The parts of one step. Routing is balanced, as in forced-balance benchmarks.
  public var parts: TrainingParts {
    var parts = TrainingParts()
    let stages = Double(plan.pipeline)
    let moe = Double(model.layers.count) / stages
    let plain = Double(model.denseLayers) / stages
    parts.layers = moe + plain
    let tokens = plan.microBatch * plan.sequenceLength
    // Each product's gradient needs two more of the same size.
    parts.kernels =
      (moe + plain) * attentionSeconds(tokens)
      + 3 * (moe * moeSeconds(tokens) + plain * feedForward(tokens, model.denseIntermediateSize))
      + 3 * headSeconds(tokens) / stages
    parts.passes = 3 * parts.layers * passSeconds(tokens)
    parts.exchanges = 2 * moe * exchangeSeconds(Double(tokens))
    parts.microBatches =
      Double(plan.globalBatch) / Double(plan.microBatch * plan.dataRanks)
    parts.bubbles = (stages - 1) / Double(plan.virtualStages)
    let (own, shared) = parameterCounts
    let memory = cluster.accelerator.memoryBandwidth.bytesPerSecond
    parts.update = (own + shared / Double(plan.dataRanks)) * Self.optimizerBytes / memory
    parts.gradients = gradientSeconds(own: own, shared: shared)
    return parts
  }

  private func attentionSeconds(_ tokens: Int) -> Double {
    guard let attention else { return 0 }
    let keys = pattern.keys(context: Double(plan.sequenceLength + 1) / 2)
    let core = attention.prefillCoreSeconds(tokens: Double(tokens), keys: keys)
    // FlashAttention counts two and a half times the arithmetic backward.
    return 3 * attention.projectionSeconds(tokens: tokens)
      + core * (1 + 2.5 * Self.coreForward / Self.coreBackward)
  }

  private func moeSeconds(_ tokens: Int) -> Double {
    let local = Swift.max(1, model.experts / plan.expert)
    let rows = Int32(clamping: tokens * model.topK / local)
    let routed = experts.seconds(
      ExpertLoad(rowsPerExpert: [Int32](repeating: rows, count: local)))
    guard model.sharedIntermediateSize > 0 else { return routed }
    return routed + feedForward(tokens, model.sharedIntermediateSize)
  }

  private func feedForward(_ tokens: Int, _ width: Int) -> Double {
    let local = Swift.max(1, width / plan.tensor)
    return dense.seconds(m: tokens, n: (model.gated ? 2 : 1) * local, k: model.hiddenSize)
      + dense.seconds(m: tokens, n: model.hiddenSize, k: local)
  }

  private func headSeconds(_ tokens: Int) -> Double {
    head.seconds(m: tokens, n: model.vocabulary / plan.tensor, k: model.hiddenSize)
  }

  private func passSeconds(_ tokens: Int) -> Double {
    let bytes = 16 * Double(tokens) * Double(model.hiddenSize)
    return bytes / cluster.accelerator.memoryBandwidth.bytesPerSecond
  }

  /// A dispatch and a combine of 16-bit rows.
  private func exchangeSeconds(_ tokens: Double) -> Double {
    guard plan.expert > 1 else { return 0 }
    let bytes = Double(model.hiddenSize) * 2
    return exchange.seconds(.dispatch, tokens: tokens, bytesPerCopy: bytes)
      + exchange.seconds(.combine, tokens: tokens, bytesPerCopy: bytes)
  }

  /// Parameters of one rank: its experts, and what all data-parallel ranks share.
  private var parameterCounts: (experts: Double, shared: Double) {
    let stages = Double(plan.pipeline)
    let experts =
      Double(model.layers.count * model.experts) * model.expertParameters
      / (stages * Double(plan.expert))
    let hidden = Double(model.hiddenSize)
    let layers = Double(model.layers.count + model.denseLayers)
    let attention = layers * (model.attention?.parameters(hiddenSize: model.hiddenSize) ?? 0)
    let matrices = Double(model.matricesPerExpert) * hidden
    let feedForward =
      matrices
      * Double(
        model.sharedIntermediateSize * model.layers.count
          + model.denseIntermediateSize * model.denseLayers)
    let vocabulary = 2 * Double(model.vocabulary) * hidden
    return (experts, (attention + feedForward + vocabulary) / (stages * Double(plan.tensor)))
  }

  /// Reduce-scatter of 32-bit gradients and all-gather of 16-bit parameters over the network, where
  /// the ranks that share weights do not fit one node.
  private func gradientSeconds(own: Double, shared: Double) -> Double {
    let bytes = 6.0
    let expertCopies = Swift.max(1, plan.dataRanks / plan.expert)
    func over(_ ranks: Int, _ count: Double, inside: Bool) -> Double {
      guard ranks > 1 else { return 0 }
      let link = inside ? cluster.intraNode : cluster.interNode
      return bytes * count * Double(ranks - 1) / Double(ranks) / link.bandwidth.bytesPerSecond
    }
    let node = cluster.acceleratorsPerNode
    return over(plan.dataRanks, shared, inside: plan.accelerators <= node)
      + over(expertCopies, own, inside: plan.accelerators <= node)
  }
}
