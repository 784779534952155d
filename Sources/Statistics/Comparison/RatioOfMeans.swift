/// The ratio of two means over the same steps, with Fieller's interval.
///
/// The interval is every ratio θ for which Student's paired test does not reject "mean of
/// numerator − θ × denominator is zero". We take it rather than the delta method or a bootstrap
/// because at θ = 1 that *is* the paired test of no difference: the interval and the p-value can
/// never contradict each other, and it needs no resampling. The delta method is its limit for small
/// relative errors. Source: E. C. Fieller, *Some problems in interval estimation*, JRSS B 16 (1954).
struct RatioOfMeans {
  let value: Double
  private let count: Int
  private let numerator: Double
  private let denominator: Double
  private let variances: (numerator: Double, denominator: Double, covariance: Double)?

  /// Nil of no pairs or a denominator of zero.
  init?(numerator: [Double], denominator: [Double]) {
    guard let top = Moments.mean(numerator), let bottom = Moments.mean(denominator), bottom != 0
    else { return nil }
    value = top / bottom
    count = numerator.count
    self.numerator = top
    self.denominator = bottom
    if let a = Moments.variance(numerator), let b = Moments.variance(denominator),
      let both = Moments.covariance(numerator, denominator)
    {
      variances = (a, b, both)
    } else {
      variances = nil
    }
  }

  /// The two roots in θ of (n̄ − θ d̄)² = t² (s²ₙ − 2 θ sₙ𝒹 + θ² s²𝒹) / count; nil for fewer than two
  /// pairs, or when the denominator cannot be told from zero.
  ///
  /// - Parameters:
  ///   - degrees: degrees of freedom with which the variances are known.
  ///   - inflation: the variance of the mean difference over that of independent pairs.
  func fiellerInterval(
    confidence: Double, degrees: Double, inflation: Double
  ) -> ConfidenceInterval? {
    guard let variances else { return nil }
    let n = Double(count)
    let factor = StudentT.twoSidedFactor(confidence: confidence, degrees: degrees)
    let scale = factor * factor * inflation / n
    let a = denominator * denominator - scale * variances.denominator
    let b = numerator * denominator - scale * variances.covariance
    let c = numerator * numerator - scale * variances.numerator
    guard a > 0 else { return nil }
    let root = max(0, b * b - a * c).squareRoot()
    return .between((b - root) / a, (b + root) / a, confidence: confidence)
  }
}
