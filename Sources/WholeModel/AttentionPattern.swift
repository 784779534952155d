public import Domain

/// Which layers attend to the whole context, and what the others do.
public struct AttentionPattern: Hashable, Sendable {
  /// Part of the layers that attend to everything before a token.
  public var fullShare: Double
  /// Tokens the other layers attend to: a sliding window or the best keys; 0 for a recurrent state.
  public var window: Double
  /// Bytes of the recurrent state of a sequence in one such layer, read and written at each token.
  public var stateBytes: Double

  public init(fullShare: Double = 1, window: Double = 0, stateBytes: Double = 0) {
    self.fullShare = fullShare
    self.window = window
    self.stateBytes = stateBytes
  }

  /// The mean number of keys a token meets in a layer, `context` being those before it.
  public func keys(context: Double) -> Double {
    fullShare * context + (1 - fullShare) * Swift.min(window, context)
  }

  /// The pattern of `model`, by the family its name begins with; every layer full where unknown.
  ///
  /// From the models' own configuration files: gpt-oss alternates with a window of 128 tokens;
  /// Qwen3-Next and Qwen3.5 keep a state of value heads × 128 × 128 32-bit numbers in three of four
  /// layers; GLM-5 attends to the 2048 keys its indexer ranks best.
  public static func of(_ model: MoEModel) -> AttentionPattern {
    let name = model.name.lowercased()
    if name.hasPrefix("gpt-oss") { return AttentionPattern(fullShare: 0.5, window: 128) }
    if name.hasPrefix("qwen3.5") || name.hasPrefix("qwen3-next") {
      let valueHeads = 2 * Double(model.attention?.heads ?? 32)
      return AttentionPattern(fullShare: 0.25, stateBytes: valueHeads * 128 * 128 * 4)
    }
    if name.hasPrefix("glm-5") { return AttentionPattern(fullShare: 0, window: 2048) }
    return AttentionPattern()
  }
}
