import Domain

/// Bytes of the rows that a layer moves and holds.
///
/// Counts of temporaries are those of the LLEP reference's forward pass, found from its published
/// peak memory (docs/reproductions/llep-model.md).
struct LayerSizes {
  /// One copy's hidden vector as it is sent.
  let sentRow: Double
  /// One copy's hidden vector as it returns.
  let returnedRow: Double
  /// One copy's hidden vector in memory, 16 bits.
  let hiddenRow: Double
  /// One copy's intermediate activations: fused gate and up output and five temporaries.
  let intermediateRow: Double
  /// One expert's weights.
  let expert: Double
  /// One expert's weight gradients, in 16 bits or as wide as the weights.
  let expertGradient: Double
  /// Tensors that one expert's weights are sent as.
  let tensorsPerExpert: Int32

  init(model: MoEModel) {
    sentRow = model.tokenBytes
    returnedRow = model.combineBytes
    hiddenRow = 2 * Double(model.hiddenSize)
    intermediateRow = (model.gated ? 7 : 3) * 2 * Double(model.expertIntermediateSize)
    expert = model.expertBytes
    expertGradient = model.expertParameters * TrainingStates(model).gradient
    tensorsPerExpert = 4
  }
}
