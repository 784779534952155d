/// What every rank holds beside what a step needs.
public struct MemoryPolicy: Hashable, Sendable {
  public enum ExpertWeights: String, Sendable, Hashable, Codable, CaseIterable {
    /// A rank holds the experts its placement gives it.
    case shard
    /// Every rank holds all experts' weights, as the LLEP benchmark does.
    case all
  }

  public var expertWeights: ExpertWeights
  /// Bytes that the allocator and the libraries hold on every rank; absent where the default rule
  /// of the cost model applies.
  public var reservedBytes: Double?

  public init(expertWeights: ExpertWeights = .shard, reservedBytes: Double? = nil) {
    self.expertWeights = expertWeights
    self.reservedBytes = reservedBytes
  }
}
