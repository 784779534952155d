/// A range that holds the true value with the stated confidence, if its method's assumptions do.
public struct ConfidenceInterval: Sendable, Hashable, Codable {
  public let lower: Double
  public let upper: Double
  /// The confidence asked for, such as 0.95.
  public let confidence: Double

  /// - Precondition: `lower` is not above `upper`, and `confidence` lies strictly between 0 and 1.
  public init(lower: Double, upper: Double, confidence: Double = 0.95) {
    precondition(lower <= upper, "An interval's lower end is not above its upper end.")
    requireConfidence(confidence)
    self.lower = lower
    self.upper = upper
    self.confidence = confidence
  }

  /// The interval from `center` − `halfWidth` to `center` + `halfWidth`.
  ///
  /// - Precondition: `halfWidth` is not negative.
  public init(center: Double, halfWidth: Double, confidence: Double = 0.95) {
    self.init(lower: center - halfWidth, upper: center + halfWidth, confidence: confidence)
  }

  /// The interval between two computed ends; nil when overflow or rounding left them without order.
  static func between(_ lower: Double, _ upper: Double, confidence: Double) -> ConfidenceInterval? {
    guard lower.isFinite, upper.isFinite, lower <= upper else { return nil }
    return ConfidenceInterval(lower: lower, upper: upper, confidence: confidence)
  }

  /// Half of the distance between the ends.
  public var halfWidth: Double { (upper - lower) / 2 }

  public func contains(_ value: Double) -> Bool { lower <= value && value <= upper }

  /// Half the width as a share of the magnitude of `estimate`; nil for an estimate of zero.
  ///
  /// This is what `simulation.precision` bounds.
  public func relativeHalfWidth(around estimate: Double) -> Double? {
    estimate == 0 ? nil : halfWidth / abs(estimate)
  }
}

func requireConfidence(_ confidence: Double) {
  precondition(
    confidence > 0 && confidence < 1, "A confidence lies strictly between 0 and 1, such as 0.95.")
}

func requireFinite(_ values: [Double]) {
  precondition(values.allSatisfy(\.isFinite), "Statistics are taken of finite numbers only.")
}
