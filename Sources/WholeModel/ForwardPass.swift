public import CostModels
public import Domain
private import Quantities

/// The parts of one forward pass of a whole model on one accelerator of a deployment.
///
/// Every accelerator of a stage does alike, so one stands for all; the busiest expert rank is the one
/// that counts.
public struct ForwardPass: Sendable {
  public let model: MoEModel
  public let division: ModelDivision
  public let path: TokenPath
  public let pattern: AttentionPattern
  /// Whether any constant was taken over from another accelerator.
  public let isExtrapolated: Bool
  private let cluster: Cluster
  private let dense: DenseGEMMModel
  private let head: DenseGEMMModel
  private let experts: [ExpertComputeModel]
  private let attention: AttentionModel?
  private let passes: MemoryPassModel
  private let allReduce: CollectiveModel
  private let allGather: CollectiveModel
  private let reduceScatter: CollectiveModel
  private let exchange: ExpertExchangeModel

  /// - Parameters:
  ///   - denseFormat: weights outside the experts.
  ///   - cacheFormat: keys and values.
  ///   - kernels: kernel families an engine chooses the fastest of.
  public init(
    model: MoEModel, division: ModelDivision, path: TokenPath, cluster: Cluster,
    denseFormat: NumericFormat, cacheFormat: NumericFormat = .bf16,
    kernels: [ExpertKernelFamily] = [.cutlassGrouped], exchangeKernel: ExchangeKernel,
    parameters: CostParameters
  ) {
    self.model = model
    self.division = division
    self.path = path
    self.cluster = cluster
    pattern = .of(model)
    let accelerator = cluster.accelerator
    dense = DenseGEMMModel(format: denseFormat, accelerator: accelerator, parameters: parameters)
    head = DenseGEMMModel(format: .bf16, accelerator: accelerator, parameters: parameters)
    let shape = ExpertShape(
      hidden: model.hiddenSize,
      intermediate: Swift.max(1, model.expertIntermediateSize / division.expertTensor),
      gated: model.gated, weights: model.weightFormat, activations: model.activationFormat)
    experts = kernels.map {
      ExpertComputeModel(
        shape: shape, format: model.weightFormat, kernel: $0, accelerator: accelerator,
        parameters: parameters)
    }
    attention = AttentionModel(
      model: model, tensor: division.tensor, cacheFormat: cacheFormat,
      projectionFormat: denseFormat,
      efficiency: .init(forward: 1, backward: 1, cache: 1, launchSeconds: 0),
      accelerator: accelerator, parameters: parameters)
    passes = MemoryPassModel(accelerator: accelerator, launchSeconds: 0)
    allReduce = CollectiveModel(
      .allReduce, cluster: cluster, custom: true, parameters: parameters)
    allGather = CollectiveModel(.allGather, cluster: cluster, parameters: parameters)
    reduceScatter = CollectiveModel(.reduceScatter, cluster: cluster, parameters: parameters)
    exchange = ExpertExchangeModel(
      kernel: exchangeKernel,
      shape: ExchangeShape(model, cluster: cluster, ranks: division.expert), cluster: cluster,
      parameters: parameters)
    isExtrapolated =
      dense.origin.isExtrapolated || experts.contains { $0.origin.isExtrapolated }
      || allReduce.origin.isExtrapolated
  }

  /// A decode step of `sequences` sequences in each attention group, `context` tokens before each.
  public func decode(sequences: Int, context: Double) -> PassParts {
    var parts = PassParts()
    addLayers(tokens: sequences, to: &parts)
    let layers = parts.layers
    if let attention {
      let keys = pattern.keys(context: context + 1)
      parts.cache += layers * attention.decodeCoreSeconds(sequences: Double(sequences), keys: keys)
    }
    let state = Double(sequences) * 2 * pattern.stateBytes / Double(division.tensor)
    parts.cache +=
      layers * (1 - pattern.fullShare) * state
      / cluster.accelerator.memoryBandwidth.bytesPerSecond
    addHead(rows: sequences, to: &parts)
    parts.sequences = Double(sequences * division.data)
    return parts
  }

  /// A forward pass over `tokens` prompt tokens in each attention group, in sequences of `length`.
  ///
  /// - Parameter attended: mean tokens before a token in its sequence; half the length if nil.
  public func prefill(tokens: Int, length: Int, attended: Double? = nil) -> PassParts {
    var parts = PassParts()
    addLayers(tokens: tokens, to: &parts)
    if let attention {
      let keys = pattern.keys(context: attended ?? Double(length + 1) / 2)
      parts.cache +=
        parts.layers * attention.prefillCoreSeconds(tokens: Double(tokens), keys: keys)
    }
    if path == .gathered { addGathering(tokens: tokens, to: &parts) }
    let rows = Swift.max(1, tokens / Swift.max(length, 1))
    addHead(rows: rows, to: &parts)
    parts.sequences = Double(rows * division.data)
    return parts
  }

  /// What prompt tokens cost beyond the collectives' bytes where attention groups share experts.
  private func addGathering(tokens: Int, to parts: inout PassParts) {
    let crossing = Double(tokens) * parts.crossings
    if division.expertTensor > 1 {
      parts.summedTokens = crossing * Double(division.data)
    } else if division.ranksPerStage > Self.customCollectiveRanks {
      parts.gatheredTokens = crossing
    }
  }

  /// Ranks that the custom collectives of vLLM and SGLang serve at most (2, 4, 6 or 8); NCCL serves
  /// larger groups.
  private static let customCollectiveRanks = 8

  private func addHead(rows: Int, to parts: inout PassParts) {
    guard model.vocabulary > 0 else { return }
    let columns = Swift.max(1, model.vocabulary / division.tensor)
    parts.kernels += head.seconds(m: rows, n: columns, k: model.hiddenSize)
  }
}

extension ForwardPass {
  /// Everything of all layers but the attention core.
  private func addLayers(tokens: Int, to parts: inout PassParts) {
    let moeLayers = Double(model.layers.count)
    let denseLayers = Double(model.denseLayers)
    var both = PassParts()
    addAttention(tokens: tokens, to: &both)
    var moe = PassParts()
    addExperts(tokens: tokens, to: &moe)
    if model.sharedIntermediateSize > 0 {
      addFeedForward(tokens: tokens, width: model.sharedIntermediateSize, to: &moe)
    }
    var plain = PassParts()
    if denseLayers > 0 {
      addFeedForward(tokens: tokens, width: model.denseIntermediateSize, to: &plain)
      plain.collectives += tensorSum(tokens)
    }
    parts.layers = moeLayers + denseLayers
    parts.launches = parts.layers * both.launches + moeLayers * moe.launches
    parts.launches += denseLayers * plain.launches
    parts.kernels = parts.layers * both.kernels + moeLayers * moe.kernels
    parts.kernels += denseLayers * plain.kernels
    parts.collectives = parts.layers * both.collectives + moeLayers * moe.collectives
    parts.collectives += denseLayers * plain.collectives
    parts.exchanges = moeLayers * moe.exchanges
    parts.crossings = moeLayers * moe.crossings
    parts.wholeLayers = division.holdsWholeExperts ? moeLayers : 0
    if path == .gathered, division.expertTensor > 1 {
      parts.hops = parts.crossings * Double(division.ranksPerStage)
    }
  }

  private func addAttention(tokens: Int, to parts: inout PassParts) {
    // Two norms, residuals and the rotation: eight passes over the hidden vector in 16 bits.
    parts.kernels += passes.seconds(
      bytes: 16 * Double(tokens) * Double(model.hiddenSize), kernels: 0)
    guard let attention else { return }
    let fixed = Double(attention.projectionCount) * dense.launchSeconds
    let products = attention.projectionSeconds(tokens: tokens)
    parts.launches += Swift.min(fixed, products)
    parts.kernels += Swift.max(0, products - fixed)
    parts.collectives += tensorSum(tokens)
  }

  private func addFeedForward(tokens: Int, width: Int, to parts: inout PassParts) {
    let local = Swift.max(1, width / division.tensor)
    let products =
      dense.seconds(m: tokens, n: (model.gated ? 2 : 1) * local, k: model.hiddenSize)
      + dense.seconds(m: tokens, n: model.hiddenSize, k: local)
    let fixed = 2 * dense.launchSeconds
    parts.launches += Swift.min(fixed, products)
    parts.kernels += Swift.max(0, products - fixed)
  }

  private func addExperts(tokens: Int, to parts: inout PassParts) {
    let group = Double(tokens * division.data)
    let load = ExpectedLoad.busiest(
      copies: group * Double(model.topK), local: division.slots(of: model.experts),
      ranks: division.expert)
    let fastest = experts.min { $0.seconds(load) < $1.seconds(load) }
    if let fastest {
      let seconds = fastest.seconds(load)
      parts.launches += Swift.min(fastest.launchSeconds, seconds)
      parts.kernels += Swift.max(0, seconds - fastest.launchSeconds)
    }
    guard division.ranksPerStage > 1 else { return }
    guard division.data > 1 else {
      parts.collectives += tensorSum(tokens)
      return
    }
    parts.crossings = 1
    parts.exchanges += crossingSeconds(tokens: tokens)
  }

  /// Tokens to the experts and back where attention groups hold different tokens.
  private func crossingSeconds(tokens: Int) -> Double {
    let hidden = Double(model.hiddenSize)
    guard path == .exchanged else {
      let bytes = Double(tokens * division.data) * hidden * 2
      return allGather.seconds(bytes: bytes, ranks: division.ranksPerStage)
        + reduceScatter.seconds(bytes: bytes, ranks: division.ranksPerStage)
    }
    let each = Double(tokens) / Double(division.tensor)
    let format = NumericFormat.fp8Block.activationBytesPerElement
    return exchange.seconds(.dispatch, tokens: each, bytesPerCopy: hidden * format)
      + exchange.seconds(.combine, tokens: each, bytesPerCopy: hidden * 2)
  }

  /// The all-reduce of a tensor-parallel block's output.
  private func tensorSum(_ tokens: Int) -> Double {
    allReduce.seconds(
      bytes: Double(tokens) * Double(model.hiddenSize) * 2, ranks: division.tensor)
  }
}
