internal import Domain

/// The keys of `model` and `model.attention`.
enum ModelFields {
  static let shape = MappingShape(
    "A mixture-of-experts model: a catalogue row, dimensions, or a row with some replaced.",
    [
      preset.description, name.description, layers.description, denseLayers.description,
      hiddenSize.description, expertIntermediateSize.description, experts.description,
      topK.description, sharedExperts.description, sharedIntermediateSize.description,
      denseIntermediateSize.description, gated.description, weightFormat.description,
      activationFormat.description, attention.description, vocabulary.description,
      expertGroups.description, groupsPerToken.description,
    ])

  /// The longest side of a matrix.
  static let widths = 1...1_048_576

  static let preset = Section("preset", .text, "A model of the catalogue.")
  static let name = Field.text("name", "The name in reports.")
  static let layers = Section(
    "layers", .either([.integer(1...1000), .list(.integer(0...999))]),
    "A count of MoE layers, or their numbers in the model.")
  static let denseLayers = Field.integer(
    "denseLayers", 0...1000, default: 0, "Dense layers that run with the MoE layers.")
  static let hiddenSize = Field.integer("hiddenSize", widths, "Width of a token's vector.")
  static let expertIntermediateSize = Field.integer(
    "expertIntermediateSize", widths, "Inner width of one routed expert.")
  static let experts = Field.integer("experts", 1...4096, "Routed experts of a layer.")
  static let topK = Field.integer("topK", 1...4096, "Routed experts a token goes to.")
  static let sharedExperts = Field.integer(
    "sharedExperts", 0...256, default: 0, "Experts that every token goes to.")
  static let sharedIntermediateSize = Field.integer(
    "sharedIntermediateSize", 0...16_777_216, "Summed inner width of the shared experts.")
  static let denseIntermediateSize = Field.integer(
    "denseIntermediateSize", 0...16_777_216, default: 0, "Inner width of a dense layer.")
  static let gated = Field.flag(
    "gated", default: true, "Three matrices an expert (gate, up, down) instead of two.")
  static let weightFormat: Field<NumericFormat> = .choice(
    "weightFormat", default: .bf16, "How expert weights are stored.")
  static let activationFormat: Field<NumericFormat> = .choice(
    "activationFormat", default: .bf16, "How tokens travel to experts.")
  static let attention = Section(
    "attention", .either([.choice(["none"]), .mapping(attentionShape)]),
    "The attention block; without one the model is its MoE layers alone.")
  static let vocabulary = Field.integer(
    "vocabulary", 0...16_777_216, default: 0, "Entries of the vocabulary; 0 without embeddings.")
  static let expertGroups = Field.integer(
    "expertGroups", 0...4096, default: 0, "Groups of experts; 0 where a token may use any expert.")
  static let groupsPerToken = Field.integer(
    "groupsPerToken", 0...4096, default: 0, "Groups a token may use.")

  static let kind: Field<AttentionKind> = .choice("kind", "How the model attends.")
  static let heads = Field.integer("heads", 1...65536, "Query heads.")
  static let keyValueHeads = Field.integer(
    "keyValueHeads", 1...65536, "Key and value heads; as many as query heads unless given.")
  static let headDimension = Field.integer(
    "headDimension", 1...65536, "Width of a head; for mla the part without position.")
  static let queryRank = Field.integer(
    "queryRank", 0...1_048_576, default: 0, "Low rank of the queries (mla); 0 for none.")
  static let keyValueRank = Field.integer(
    "keyValueRank", 0...1_048_576, default: 0, "Low rank of keys and values (mla).")
  static let ropeDimension = Field.integer(
    "ropeDimension", 0...65536, default: 0, "Width of the rotary part of a head (mla).")
  static let valueDimension = Field.integer(
    "valueDimension", 1...65536, "Width of a value head; that of a head unless given.")
  static let storesScores = Field.flag(
    "storesScores", default: false,
    "Scores are written to memory and kept in training, as by kernels before FlashAttention.")
  static let attentionShape = MappingShape(
    "The dimensions of an attention block.",
    [
      kind.description, heads.description, keyValueHeads.description, headDimension.description,
      queryRank.description, keyValueRank.description, ropeDimension.description,
      valueDimension.description, storesScores.description,
    ])
}
