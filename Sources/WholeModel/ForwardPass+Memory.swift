public import Domain

extension ForwardPass {
  /// Tokens whose keys and values fit an attention group beside the weights, in `bytes` a rank.
  public func cacheCapacity(
    bytes: Double, cacheFormat: NumericFormat, denseFormat: NumericFormat
  ) -> Double? {
    guard let shape = model.attention else { return nil }
    let layers = Double(model.layers.count + model.denseLayers)
    let parts = shape.kind == .mla ? 1 : min(division.tensor, max(shape.keyValueHeads, 1))
    let perToken =
      Double(shape.cachedElementsPerToken) * cacheFormat.bytesPerElement * layers
      * max(pattern.fullShare, pattern.window > 0 ? 1 : pattern.fullShare) / Double(parts)
    guard perToken > 0 else { return nil }
    return max(0, bytes - weightBytes(denseFormat: denseFormat)) / perToken
  }

  /// Bytes of one rank's weights: experts, attention, dense layers, embedding and head.
  public func weightBytes(denseFormat: NumericFormat) -> Double {
    let experts =
      Double(model.layers.count * division.slots(of: model.experts)) * model.expertBytes
      / Double(division.expertTensor)
    let hidden = Double(model.hiddenSize)
    let layers = Double(model.layers.count + model.denseLayers)
    let attention = layers * (model.attention?.parameters(hiddenSize: model.hiddenSize) ?? 0)
    let matrices = Double(model.matricesPerExpert) * hidden
    let dense =
      matrices * Double(model.sharedIntermediateSize * model.layers.count)
      + matrices * Double(model.denseIntermediateSize * model.denseLayers)
    let vocabulary = 2 * Double(model.vocabulary) * hidden * NumericFormat.bf16.bytesPerElement
    return experts
      + ((attention + dense) * denseFormat.bytesPerElement + vocabulary) / Double(division.tensor)
  }
}
