/// What a series of values looks like: centre, spread, tail, and how sure each is.
///
/// ```swift
/// let summary = Summary([10, 12, 11, 30])
/// summary.p50            // 11.5
/// summary.meanConfidence // Student's interval at 95 %
/// ```
///
/// Whatever cannot be said is nil: everything but the count of no values, the spread and the
/// intervals of one. Units are the caller's. The intervals of quantiles assume that values are
/// independent; so does that of the mean, unless the values are said to be a series.
public struct Summary: Sendable, Equatable, Codable {
  public let count: Int
  public let mean: Double?
  /// With divisor *n* − 1.
  public let standardDeviation: Double?
  public let minimum: Double?
  /// Quantiles are of type 7; see ``SortedSample/quantile(_:)``.
  public let p50: Double?
  public let p90: Double?
  public let p95: Double?
  public let p99: Double?
  public let maximum: Double?
  /// Student's interval for the mean, over effective values where the values are a series that resembles
  /// itself.
  public let meanConfidence: ConfidenceInterval?
  /// Interpolated order statistics; nil below 6 values at 95 %.
  public let p50Confidence: ConfidenceInterval?
  /// Interpolated order statistics; nil below 72 values at 95 %.
  public let p95Confidence: ConfidenceInterval?
  /// Interpolated order statistics; nil below 368 values at 95 %.
  public let p99Confidence: ConfidenceInterval?

  /// - Parameter series: from which correlation on values that follow each other in time count as fewer;
  ///   nil where they are independent by design.
  /// - Precondition: every value is finite, and `confidence` lies strictly between 0 and 1.
  /// - Complexity: O(*n* log *n*); for a series that resembles itself O(*n* × lags).
  public init(
    _ values: [Double], confidence: Double = 0.95, series: EffectiveSample.Caution? = nil
  ) {
    requireConfidence(confidence)
    let sorted = SortedSample(values)
    count = values.count
    mean = Moments.mean(values)
    standardDeviation = Moments.variance(values)?.squareRoot()
    minimum = sorted.values.first
    p50 = sorted.quantile(0.50)
    p90 = sorted.quantile(0.90)
    p95 = sorted.quantile(0.95)
    p99 = sorted.quantile(0.99)
    maximum = sorted.values.last
    let sample =
      series.map { EffectiveSample(values, caution: $0) } ?? EffectiveSample(independent: values)
    meanConfidence = sample?.meanInterval(confidence: confidence)
    p50Confidence = sorted.quantileInterval(0.50, confidence: confidence)
    p95Confidence = sorted.quantileInterval(0.95, confidence: confidence)
    p99Confidence = sorted.quantileInterval(0.99, confidence: confidence)
  }
}
