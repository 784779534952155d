/// How a whole model is divided over accelerators.
///
/// Attention is split over `tensor` ranks and repeated over `data` groups; experts over `expert`
/// ranks, each expert's width over `expertTensor` ranks; layers over `pipeline` stages.
public struct ModelDivision: Hashable, Sendable {
  public var tensor: Int
  public var data: Int
  public var expert: Int
  public var expertTensor: Int
  public var pipeline: Int

  public init(
    tensor: Int = 1, data: Int = 1, expert: Int = 1, expertTensor: Int = 1, pipeline: Int = 1
  ) {
    self.tensor = Swift.max(tensor, 1)
    self.data = Swift.max(data, 1)
    self.expert = Swift.max(expert, 1)
    self.expertTensor = Swift.max(expertTensor, 1)
    self.pipeline = Swift.max(pipeline, 1)
  }

  /// Accelerators of one pipeline stage.
  public var ranksPerStage: Int { tensor * data }

  /// Accelerators in all.
  public var ranks: Int { ranksPerStage * pipeline }

  /// Whether experts are divided over ranks and none of them is split in width.
  public var holdsWholeExperts: Bool { expert > 1 && expertTensor == 1 }

  /// Experts a rank holds of one layer; where the ranks do not divide the experts, some stand twice.
  public func slots(of experts: Int) -> Int {
    Swift.max(1, (experts + expert - 1) / expert)
  }
}

/// How tokens reach the experts of other ranks.
public enum TokenPath: String, Hashable, Sendable, Codable {
  /// Every rank gathers all tokens of the group, partial results are summed back.
  case gathered
  /// An exchange kernel sends a token only where its experts are.
  case exchanged
}
