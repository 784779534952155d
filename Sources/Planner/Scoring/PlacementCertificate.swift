/// How a plan came to be and how good it provably is.
public struct PlacementCertificate: Hashable, Sendable, Codable {
  /// How a method ended.
  public enum Status: String, Hashable, Sendable, Codable {
    /// Nothing better exists, within rounding.
    case optimal
    /// The method stopped by itself.
    case feasible
    /// The time or step limit, or the caller, stopped the search; the plan is valid.
    case timeLimit
  }

  /// One layer's part of objective and bound.
  public struct Layer: Hashable, Sendable, Codable {
    public let layer: Int
    public let objective: Double
    public let lowerBound: Double
  }

  public let method: String
  public let status: Status
  /// In the problem's unit, over all layers.
  public let objective: Double
  /// No placement is better than this.
  public let lowerBound: Double
  /// (objective − lowerBound) / objective; 0 for an objective of 0.
  public let gap: Double
  public let wallSeconds: Double
  public let layers: [Layer]

  /// What kind of statement the bound is.
  ///
  /// Bounds of communication ignore most of what couples ranks, so a gap above 5 % with them says
  /// little about the plan.
  public var boundIsWeak: Bool { status != .optimal && gap > 0.05 }

  /// - Parameter proven: Whether the method knows that nothing better exists.
  init(
    method: String, stoppedEarly: Bool, proven: Bool, score: PlacementScore, bounds: [Double],
    totalBound: Double? = nil, wallSeconds: Double
  ) {
    let objective = score.objective
    let total = max(bounds.reduce(0, +), totalBound ?? 0)
    // Relative rounding of sums over layers and experts.
    let meets = objective - total <= 1e-9 * max(1, abs(objective))
    let lower = proven || meets ? objective : min(total, objective)
    self.method = method
    self.status = proven || meets ? .optimal : stoppedEarly ? .timeLimit : .feasible
    self.objective = objective
    self.lowerBound = lower
    self.gap = objective > 0 ? (objective - lower) / objective : 0
    self.wallSeconds = wallSeconds
    self.layers = zip(score.perLayer, bounds).map { layer, bound in
      Layer(
        layer: layer.layer, objective: layer.objective, lowerBound: min(bound, layer.objective))
    }
  }
}

/// A placement with its certificate.
public struct PlannedPlacement: Sendable {
  public let slots: PlacementSlots
  public let certificate: PlacementCertificate
}
