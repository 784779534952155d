public import Domain
private import Quantities

/// Seconds of one attention block on one rank: projections, scores and values, cache traffic.
///
/// The core follows the roofline of FlashAttention-type kernels: the cache is read once, arithmetic
/// is 2 · (query-key width + value width) operations for each head, query and key. Latent attention
/// decodes in its absorbed form, where every head attends to the one latent vector of a token, and
/// prefills in the expanded form.
public struct AttentionModel: Sendable {
  /// Parts of peak and bandwidth the core reaches, and its launch.
  ///
  /// Defaults are what FlashAttention-3 and FlashMLA report on Hopper: 0.6 to 0.75 of the 16-bit
  /// peak on long sequences forward, about 0.5 backward, 0.75 to 0.85 of the bandwidth decoding.
  /// Whole decode steps of serving engines, where other costs are fitted beside it, give 0.4 to 0.8
  /// of the bandwidth (docs/reproductions/serving-steps.md).
  public struct Efficiency: Hashable, Sendable {
    public var forward: Double
    public var backward: Double
    public var cache: Double
    public var launchSeconds: Double

    public init(
      forward: Double = 0.6, backward: Double = 0.5, cache: Double = 0.75,
      launchSeconds: Double = 6e-6
    ) {
      self.forward = forward
      self.backward = backward
      self.cache = cache
      self.launchSeconds = launchSeconds
    }
  }

  public let shape: AttentionShape
  /// Ranks the heads are split over.
  public let tensor: Int
  public let origin: ConstantOrigin
  private let hidden: Int
  private let cacheBytes: Double
  private let efficiency: Efficiency
  private let projections: DenseGEMMModel
  private let passes: MemoryPassModel
  private let bandwidth: Double
  private let peak: Double

  /// Nil for a model without attention.
  ///
  /// - Parameter cacheFormat: how keys and values are stored.
  public init?(
    model: MoEModel, tensor: Int = 1, cacheFormat: NumericFormat = .bf16,
    projectionFormat: NumericFormat? = nil, efficiency: Efficiency = Efficiency(),
    accelerator: Accelerator, parameters: CostParameters
  ) {
    guard let shape = model.attention else { return nil }
    self.shape = shape
    self.tensor = Swift.max(tensor, 1)
    self.hidden = model.hiddenSize
    self.cacheBytes = cacheFormat.bytesPerElement
    self.efficiency = efficiency
    self.projections = DenseGEMMModel(
      format: projectionFormat ?? model.activationFormat, accelerator: accelerator,
      parameters: parameters)
    self.origin = projections.origin
    self.passes = MemoryPassModel(accelerator: accelerator)
    self.bandwidth = accelerator.memoryBandwidth.bytesPerSecond
    self.peak = accelerator.peak(for: .bf16).flopsPerSecond
  }

  /// Seconds of one decode step of `sequences` sequences with `context` cached tokens each.
  public func decodeSeconds(sequences: Int, context: Int) -> Double {
    guard sequences > 0 else { return 0 }
    return projectionSeconds(tokens: sequences)
      + decodeCoreSeconds(sequences: Double(sequences), keys: Double(Swift.max(context, 0) + 1))
      + efficiency.launchSeconds + passSeconds(tokens: sequences)
  }

  /// Seconds of scores and values of one decode step when each sequence attends to `keys` tokens.
  public func decodeCoreSeconds(sequences: Double, keys: Double) -> Double {
    let pairs = sequences * keys
    return Swift.max(
      pairs * cachedBytesPerToken / (bandwidth * efficiency.cache),
      pairs * decodeFlopsPerPair / (peak * efficiency.forward))
  }

  /// Seconds of scores and values of a forward pass in which each token attends to `keys` tokens.
  public func prefillCoreSeconds(tokens: Double, keys: Double) -> Double {
    tokens * keys * forwardFlopsPerPair / (peak * efficiency.forward)
  }

  /// Seconds of a causal forward pass over `tokens` tokens in sequences of `sequenceLength`.
  ///
  /// - Parameter prefix: tokens of each sequence already in the cache.
  public func prefillSeconds(tokens: Int, sequenceLength: Int, prefix: Int = 0) -> Double {
    guard tokens > 0 else { return 0 }
    return projectionSeconds(tokens: tokens)
      + coreFlops(tokens, sequenceLength, prefix) / (peak * efficiency.forward)
      + efficiency.launchSeconds + passSeconds(tokens: tokens)
      + scoreSeconds(tokens, sequenceLength)
  }

  /// Seconds of the backward pass of the same tokens: two products for each projection, and two and
  /// a half times the core's arithmetic, as FlashAttention counts it.
  public func backwardSeconds(tokens: Int, sequenceLength: Int) -> Double {
    guard tokens > 0 else { return 0 }
    return 2 * projectionSeconds(tokens: tokens)
      + 2.5 * coreFlops(tokens, sequenceLength, 0) / (peak * efficiency.backward)
      + efficiency.launchSeconds + 2 * passSeconds(tokens: tokens)
      + 2 * scoreSeconds(tokens, sequenceLength)
  }

  private func coreFlops(_ tokens: Int, _ sequenceLength: Int, _ prefix: Int) -> Double {
    let length = Double(Swift.max(1, Swift.min(sequenceLength, Swift.max(tokens, sequenceLength))))
    // A kernel that stores all scores computes the masked ones too.
    let seen = shape.storesScores ? length : (length + 1) / 2
    let keys = seen + Double(Swift.max(prefix, 0))
    return Double(tokens) * keys * forwardFlopsPerPair
  }
}

extension AttentionModel {
  /// Memory traffic of scores that do not stay on chip: written by the first product, read and written
  /// by the masked softmax and by dropout, its mask written, read by the second product; 16 bits an
  /// element and 8 of the mask.
  private func scoreSeconds(_ tokens: Int, _ sequenceLength: Int) -> Double {
    guard shape.storesScores else { return 0 }
    let elements = Double(tokens) * Double(Swift.max(1, sequenceLength)) * localHeads
    return passes.seconds(bytes: 13 * elements, kernels: 4)
  }

  private var localHeads: Double { Double(shape.heads) / Double(tensor) }

  /// Latent attention keeps the whole latent vector on every rank of a tensor group.
  private var cachedBytesPerToken: Double {
    let elements = Double(shape.cachedElementsPerToken)
    let parts = shape.kind == .mla ? 1 : Swift.min(tensor, Swift.max(shape.keyValueHeads, 1))
    return elements * cacheBytes / Double(parts)
  }

  private var forwardFlopsPerPair: Double {
    2 * Double(shape.headDimension + shape.ropeDimension + shape.valueDimension) * localHeads
  }

  private var decodeFlopsPerPair: Double {
    let width =
      shape.kind == .mla
      ? Double(2 * shape.keyValueRank + shape.ropeDimension)
      : Double(shape.headDimension + shape.valueDimension)
    return 2 * width * localHeads
  }

  /// Products around the core: what a launch costs, it costs this often.
  public var projectionCount: Int { projectionSizes.count }

  /// Seconds of the products that make queries, keys, values and the output of `tokens` tokens.
  public func projectionSeconds(tokens: Int) -> Double {
    projectionSizes.reduce(0) { sum, size in
      sum + projections.seconds(m: tokens, n: size.columns, k: size.depth)
    }
  }

  private func passSeconds(tokens: Int) -> Double {
    let elements =
      Double(tokens) * (4 * Double(hidden) + 4 * localHeads * Double(shape.headDimension))
    return passes.seconds(bytes: 2 * elements, kernels: 2)
  }

  /// Columns and depth of the block's products on one rank.
  private var projectionSizes: [(columns: Int, depth: Int)] {
    let heads = Swift.max(1, shape.heads / tensor)
    let queryWidth = heads * (shape.headDimension + shape.ropeDimension)
    let outputWidth = heads * shape.valueDimension
    guard shape.kind == .mla else {
      let groups = Swift.max(1, shape.keyValueHeads / tensor)
      let keyValue = groups * (shape.headDimension + shape.valueDimension)
      return [(queryWidth + keyValue, hidden), (hidden, outputWidth)]
    }
    let down = shape.queryRank + shape.keyValueRank + shape.ropeDimension
    let query =
      shape.queryRank > 0 ? (queryWidth, shape.queryRank) : (queryWidth, hidden)
    let expansion = (heads * (shape.headDimension + shape.valueDimension), shape.keyValueRank)
    return [(down, hidden), query, expansion, (hidden, outputWidth)]
  }
}
