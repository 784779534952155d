/// Two samples that share nothing: means compared without pairing.
///
/// Welch's test, which does not assume that both are equally spread. Assumes means that are near
/// normal, which a few dozen steps give, and within each sample values that are independent or a
/// stationary series: where neighbours resemble each other beyond chance, a sample counts as many values
/// as ``EffectiveSample`` says.
/// Source: B. L. Welch, Biometrika 34 (1947).
public struct IndependentComparison: Sendable, Equatable, Codable {
  /// Mean of the second over mean of the first, less one; nil where a mean is missing or zero.
  public let relativeDifference: Double?
  /// The interval of ``relativeDifference``, the first mean taken as given; nil for fewer than two
  /// values in either sample.
  public let confidence: ConfidenceInterval?
  /// The two-sided test of equal means; nil for fewer than two values in either sample.
  public let pValue: Double?

  /// - Precondition: all values are finite.
  /// - Complexity: O(*n*).
  public init(first: [Double], second: [Double], confidence level: Double = 0.95) {
    requireConfidence(level)
    requireFinite(first)
    requireFinite(second)
    guard let firstMean = Moments.mean(first), let secondMean = Moments.mean(second),
      firstMean != 0
    else {
      (relativeDifference, confidence, pValue) = (nil, nil, nil)
      return
    }
    let difference = secondMean - firstMean
    relativeDifference = difference / firstMean
    guard let firstSpread = EffectiveSample(first), let secondSpread = EffectiveSample(second)
    else {
      (confidence, pValue) = (nil, nil)
      return
    }
    let (firstPart, secondPart) = (firstSpread.meanVariance, secondSpread.meanVariance)
    let error = (firstPart + secondPart).squareRoot()
    guard error > 0, error.isFinite, difference.isFinite else {
      confidence = nil
      pValue = error == 0 ? (difference == 0 ? 1 : 0) : nil
      return
    }
    // Welch and Satterthwaite's degrees of freedom.
    let degrees =
      (firstPart + secondPart) * (firstPart + secondPart)
      / (firstPart * firstPart / firstSpread.degrees
        + secondPart * secondPart / secondSpread.degrees)
    let usable = degrees.isFinite ? max(1, degrees) : 1
    pValue = StudentT.twoSidedTail(difference / error, degrees: usable)
    let halfWidth = StudentT.twoSidedFactor(confidence: level, degrees: usable) * error
    confidence = .between(
      (difference - halfWidth) / abs(firstMean), (difference + halfWidth) / abs(firstMean),
      confidence: level)
  }
}
