/// The three controls of least-loaded expert parallelism (LLEP) and their published defaults.
///
/// Source: Least-Loaded Expert Parallelism, section 5 (capacity factor 1, chunk 1024, threshold 1.3).
public struct LeastLoadedSettings: Hashable, Sendable {
  /// How many times the mean load a rank may take before work is sent elsewhere (α, above 0).
  public var capacityFactor: Double
  /// The fewest token copies for which weights are sent, unless they finish an expert (m).
  public var minimumChunk: Int
  /// The busiest rank's native load over the mean from which a plan is made (λ); `nil` plans always.
  public var imbalanceThreshold: Double?

  public init(
    capacityFactor: Double = 1, minimumChunk: Int = 1024, imbalanceThreshold: Double? = 1.3
  ) {
    self.capacityFactor = capacityFactor
    self.minimumChunk = minimumChunk
    self.imbalanceThreshold = imbalanceThreshold
  }

  /// The most copies a rank takes by choice when `total` copies stand before `ranks` ranks.
  ///
  /// The reference truncates twice: the mean load first, then its multiple. At least 1.
  public func capacity(total: Int, ranks: Int) -> Int {
    let limit = capacityFactor * Double(total / ranks)
    guard limit >= 1 else { return 1 }
    // Beyond the total the limit binds nobody; it also keeps the conversion in range.
    return limit < Double(total) ? Int(limit) : max(1, total)
  }

  /// Whether native loads with this busiest-over-mean ratio are left to plain expert parallelism.
  public func isBalancedEnough(imbalance: Double) -> Bool {
    guard let imbalanceThreshold else { return false }
    return imbalance < imbalanceThreshold
  }
}
