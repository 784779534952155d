/// The seconds of one pass through a model, kept apart by what an engine may change about them.
public struct PassParts: Hashable, Sendable {
  /// Fixed time of kernels, of which captured graphs and dependent launches hide a part.
  public var launches = 0.0
  /// Matrix products and passes over activations.
  public var kernels = 0.0
  /// Reading the key-value cache at the full rate of the memory (or its arithmetic at full rate).
  public var cache = 0.0
  /// Sums of tensor-parallel parts.
  public var collectives = 0.0
  /// Gathering tokens for the experts, or sending them there and back.
  public var exchanges = 0.0
  /// Layers the pass runs through.
  public var layers = 0.0
  /// Layers in which tokens are gathered from, or exchanged between, attention groups.
  public var crossings = 0.0
  /// Layers whose experts stand whole on their ranks.
  public var wholeLayers = 0.0
  /// Ranks that sum the parts of experts split in width, times the layers that do.
  public var hops = 0.0
  /// Prompt tokens of an attention group, times layers, that many ranks gather for whole experts.
  public var gatheredTokens = 0.0
  /// Prompt tokens of all groups, times layers, that are gathered for experts split in width.
  public var summedTokens = 0.0
  /// Sequences the pass advances, over all attention groups.
  public var sequences = 0.0

  public init() {}
}
