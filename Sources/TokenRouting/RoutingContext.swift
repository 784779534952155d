public import Domain

/// What every routing kind is built from, besides its own options.
public struct RoutingContext: Sendable {
  public var model: MoEModel
  public var workload: Workload
  /// Ranks that tokens come from.
  public var ranks: Int
  /// The scenario's seed; every draw is a function of it, the step, the layer and the rank.
  public var seed: UInt64
  /// The folder that relative paths of files start at.
  public var folder: String

  public init(
    model: MoEModel, workload: Workload, ranks: Int, seed: UInt64, folder: String = "."
  ) {
    self.model = model
    self.workload = workload
    self.ranks = ranks
    self.seed = seed
    self.folder = folder
  }

  /// Token copies that leave a rank in one layer.
  var copiesPerRank: Int { workload.tokensPerRank * model.topK }

  /// Refuses sizes that no routing can have.
  func check() throws(RoutingError) {
    guard model.experts > 0, model.topK > 0, ranks > 0, workload.tokensPerRank >= 0 else {
      throw RoutingError(
        .badOption, "experts, topK and ranks must be at least 1 and tokensPerRank at least 0",
        fix: "correct the scenario's model, cluster or workload")
    }
    guard model.topK <= model.experts, model.experts <= Int(UInt16.max) else {
      throw RoutingError(
        .modelMismatch, "topK \(model.topK) does not fit \(model.experts) experts",
        fix: "a token uses topK different experts, of at most \(UInt16.max)")
    }
    let (copies, overflow) = workload.tokensPerRank.multipliedReportingOverflow(by: model.topK)
    guard !overflow, copies <= Int(Int32.max) else {
      throw RoutingError(
        .badOption, "\(workload.tokensPerRank) tokens on each rank are more than can be routed",
        fix: "keep tokensPerRank × topK below 2³¹")
    }
  }
}
