import Domain

/// How many parameters a model has outside its routed experts; every rank holds them all.
struct ModelParameters {
  /// One attention block.
  let attention: Double
  /// The gate of one MoE layer.
  let gate: Double
  /// The shared experts of one MoE layer.
  let sharedExperts: Double
  /// The feed-forward network of one dense layer.
  let dense: Double
  /// Input and output embeddings.
  let embeddings: Double

  init(_ model: MoEModel) {
    let hidden = Double(model.hiddenSize)
    let matrices = Double(model.matricesPerExpert)
    attention = model.attention?.parameters(hiddenSize: model.hiddenSize) ?? 0
    gate = hidden * Double(model.experts)
    sharedExperts = matrices * hidden * Double(model.sharedIntermediateSize)
    dense = matrices * hidden * Double(model.denseIntermediateSize)
    embeddings = 2 * hidden * Double(model.vocabulary)
  }

  /// Parameters of one MoE layer that every rank holds.
  var moeLayer: Double { attention + gate + sharedExperts }

  /// Parameters of one dense layer.
  var denseLayer: Double { attention + dense }

  /// Parameters that every rank of `model` holds.
  func total(of model: MoEModel) -> Double {
    moeLayer * Double(model.layers.count) + denseLayer * Double(model.denseLayers) + embeddings
  }
}

/// Bytes that training holds for every parameter beside the parameter itself: Adam in mixed
/// precision.
///
/// Source: Hecate, memory accounting (optimizer states at least six times the parameters' bytes in 16
/// bits), as in ZeRO, section 3.
struct TrainingStates {
  /// A gradient, in 16 bits or as wide as the weights.
  let gradient: Double
  /// A 32-bit master copy and two 32-bit moments.
  let optimizer = 12.0

  init(_ model: MoEModel) {
    gradient = max(2, model.weightFormat.bytesPerElement)
  }
}
