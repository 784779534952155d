private import CGSL

/// Mean, variance and covariance by GSL's recurrences, nil where there are too few values.
enum Moments {
  static func mean(_ values: [Double]) -> Double? {
    GSL.ready
    return values.isEmpty ? nil : gsl_stats_mean(values, 1, values.count)
  }

  /// The variance with divisor *n* − 1; nil for fewer than two values.
  static func variance(_ values: [Double]) -> Double? {
    GSL.ready
    return values.count < 2 ? nil : gsl_stats_variance(values, 1, values.count)
  }

  /// The covariance with divisor *n* − 1; nil for fewer than two pairs.
  static func covariance(_ first: [Double], _ second: [Double]) -> Double? {
    GSL.ready
    precondition(first.count == second.count, "A covariance is taken of pairs.")
    return first.count < 2 ? nil : gsl_stats_covariance(first, 1, second, 1, first.count)
  }

  /// Student's interval for the mean: exact for independent normal values, and close for others
  /// once there are a few dozen of them without extreme outliers.
  static func meanInterval(_ values: [Double], confidence: Double) -> ConfidenceInterval? {
    guard let mean = mean(values), let variance = variance(values) else { return nil }
    let count = Double(values.count)
    let factor = StudentT.twoSidedFactor(confidence: confidence, degrees: count - 1)
    let halfWidth = factor * (variance / count).squareRoot()
    return .between(mean - halfWidth, mean + halfWidth, confidence: confidence)
  }
}
