/// A candidate against a baseline over the same steps: both met the same random numbers, so each
/// step is a pair and what the pair shares cancels.
///
/// ```swift
/// let comparison = PairedComparison(baseline: epSeconds, candidate: llepSeconds)
/// comparison.speedup            // mean of the baseline over mean of the candidate
/// comparison.speedupConfidence  // at 95 %; holds 1 exactly when pValue is above 0.05
/// ```
///
/// Assumes that the mean difference is near normal, which a few dozen pairs without extreme outliers
/// give, and that pairs are independent of each other; or, where the comparison is told that they follow
/// each other in time, that they are a stationary series (``EffectiveSample``). It does not assume that
/// baseline and candidate are independent or equally spread.
public struct PairedComparison: Sendable, Equatable, Codable {
  /// The number of pairs.
  public let count: Int
  /// Mean of candidate − baseline, in the unit of the values; nil of no pairs.
  public let meanDifference: Double?
  /// Student's interval for the mean difference; nil for fewer than two pairs.
  public let differenceConfidence: ConfidenceInterval?
  /// Mean of the baseline over mean of the candidate: above 1 when the candidate takes less.
  /// Nil of no pairs or a candidate whose mean is zero.
  public let speedup: Double?
  /// Fieller's interval for ``speedup``; nil for fewer than two pairs, or where the candidate's
  /// mean cannot be told from zero and the interval would have no ends.
  public let speedupConfidence: ConfidenceInterval?
  /// Student's two-sided test of no mean difference; nil for fewer than two pairs.
  public let pValue: Double?

  /// - Parameter series: from which correlation on differences that follow each other in time count as
  ///   fewer; nil where pairs are independent by design, for Student's test as the textbook has it.
  /// - Precondition: both have the same number of values, all finite.
  /// - Complexity: O(*n*); for a series that resembles itself O(*n* × lags).
  public init(
    baseline: [Double], candidate: [Double], confidence: Double = 0.95,
    series: EffectiveSample.Caution? = nil
  ) {
    precondition(baseline.count == candidate.count, "A paired comparison needs pairs.")
    requireConfidence(confidence)
    requireFinite(baseline)
    requireFinite(candidate)
    let differences = zip(candidate, baseline).map { $0 - $1 }
    count = differences.count
    meanDifference = Moments.mean(differences)
    let sample =
      series.map { EffectiveSample(differences, caution: $0) }
      ?? EffectiveSample(independent: differences)
    differenceConfidence = sample?.meanInterval(confidence: confidence)
    pValue = sample?.pValueOfZero
    let ratio = RatioOfMeans(numerator: baseline, denominator: candidate)
    speedup = ratio?.value
    speedupConfidence = sample.flatMap { sample in
      ratio?.fiellerInterval(
        confidence: confidence, degrees: sample.degrees, inflation: sample.inflation)
    }
  }
}
