/// How a model attends.
public enum AttentionKind: String, Sendable, Hashable, Codable, CaseIterable {
  /// Every query head has its own key and value head.
  case mha
  /// Query heads share key and value heads in groups.
  case gqa
  /// Multi-head latent attention: keys and values are kept as one low-rank vector.
  case mla
}

/// The dimensions of one attention block.
public struct AttentionShape: Hashable, Sendable, Codable {
  public var kind: AttentionKind
  public var heads: Int
  public var keyValueHeads: Int
  /// Width of one query and key head; for `mla` the part without position.
  public var headDimension: Int
  /// Low rank of the queries (`mla`), 0 where queries are projected directly.
  public var queryRank: Int
  /// Low rank of keys and values (`mla`), 0 otherwise.
  public var keyValueRank: Int
  /// Width of the rotary part of a head (`mla`), 0 otherwise.
  public var ropeDimension: Int
  /// Width of one value head.
  public var valueDimension: Int
  /// Whether scores are written to memory and, in training, kept: kernels before FlashAttention.
  public var storesScores: Bool

  public init(
    kind: AttentionKind, heads: Int, keyValueHeads: Int, headDimension: Int, queryRank: Int = 0,
    keyValueRank: Int = 0, ropeDimension: Int = 0, valueDimension: Int? = nil,
    storesScores: Bool = false
  ) {
    self.kind = kind
    self.heads = heads
    self.keyValueHeads = keyValueHeads
    self.headDimension = headDimension
    self.queryRank = queryRank
    self.keyValueRank = keyValueRank
    self.ropeDimension = ropeDimension
    self.valueDimension = valueDimension ?? headDimension
    self.storesScores = storesScores
  }

  /// Elements one token leaves in the key-value cache of one layer.
  public var cachedElementsPerToken: Int {
    switch kind {
    case .mla: keyValueRank + ropeDimension
    case .mha, .gqa: keyValueHeads * (headDimension + valueDimension)
    }
  }

  /// Weights of one attention block for a hidden width of `hiddenSize`.
  public func parameters(hiddenSize: Int) -> Double {
    let queryWidth = Double(heads * (headDimension + ropeDimension))
    let hidden = Double(hiddenSize)
    let output = Double(heads * valueDimension) * hidden
    guard kind == .mla else {
      return hidden * (queryWidth + Double(cachedElementsPerToken)) + output
    }
    let query =
      queryRank > 0 ? Double(queryRank) * (hidden + queryWidth) : hidden * queryWidth
    let expanded = Double(keyValueRank * heads * (headDimension + valueDimension))
    return query + hidden * Double(keyValueRank + ropeDimension) + expanded + output
  }
}

/// The dimensions of a mixture-of-experts model, as far as time and memory depend on them.
public struct MoEModel: Hashable, Sendable {
  public var name: String
  /// Numbers of the MoE layers that are simulated, in the order they run.
  public var layers: [Int]
  /// Dense layers that run with them: all of the model's when the whole model runs, else none.
  public var denseLayers: Int
  public var hiddenSize: Int
  public var expertIntermediateSize: Int
  /// Routed experts of a layer.
  public var experts: Int
  /// Routed experts a token is sent to.
  public var topK: Int
  public var sharedExperts: Int
  /// Summed intermediate width of the shared experts.
  public var sharedIntermediateSize: Int
  /// Intermediate width of a dense layer's feed-forward network.
  public var denseIntermediateSize: Int
  /// True for three matrices (gate, up, down), false for two.
  public var gated: Bool
  public var weightFormat: NumericFormat
  public var activationFormat: NumericFormat
  /// Absent where a model stands for its MoE layers alone.
  public var attention: AttentionShape?
  /// Entries of the vocabulary; 0 where embeddings are left out.
  public var vocabulary: Int
  /// Groups of experts for group-limited routing; 0 where a token may use any expert.
  public var expertGroups: Int
  /// Groups a token may use.
  public var groupsPerToken: Int
  public var source: String

  public init(
    name: String, layers: [Int], denseLayers: Int = 0, hiddenSize: Int, expertIntermediateSize: Int,
    experts: Int, topK: Int, sharedExperts: Int = 0, sharedIntermediateSize: Int? = nil,
    denseIntermediateSize: Int = 0, gated: Bool = true, weightFormat: NumericFormat = .bf16,
    activationFormat: NumericFormat = .bf16, attention: AttentionShape? = nil, vocabulary: Int = 0,
    expertGroups: Int = 0, groupsPerToken: Int = 0, source: String = "scenario"
  ) {
    self.name = name
    self.layers = layers
    self.denseLayers = denseLayers
    self.hiddenSize = hiddenSize
    self.expertIntermediateSize = expertIntermediateSize
    self.experts = experts
    self.topK = topK
    self.sharedExperts = sharedExperts
    self.sharedIntermediateSize = sharedIntermediateSize ?? sharedExperts * expertIntermediateSize
    self.denseIntermediateSize = denseIntermediateSize
    self.gated = gated
    self.weightFormat = weightFormat
    self.activationFormat = activationFormat
    self.attention = attention
    self.vocabulary = vocabulary
    self.expertGroups = expertGroups
    self.groupsPerToken = groupsPerToken
    self.source = source
  }

  /// Matrices of one expert.
  public var matricesPerExpert: Int { gated ? 3 : 2 }

  /// Weights of one routed expert.
  public var expertParameters: Double {
    Double(matricesPerExpert) * Double(hiddenSize) * Double(expertIntermediateSize)
  }

  /// Bytes of one routed expert's weights.
  public var expertBytes: Double { expertParameters * weightFormat.bytesPerElement }

  /// Bytes of one token's hidden vector as it travels to an expert.
  public var tokenBytes: Double { Double(hiddenSize) * activationFormat.activationBytesPerElement }

  /// Bytes of one token's hidden vector as an expert's output travels back, in 16 bits.
  public var combineBytes: Double {
    Double(hiddenSize) * max(2, activationFormat.bytesPerElement)
  }
}
