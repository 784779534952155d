/// The mean of a series whose neighbours resemble each other, judged by the means of long batches.
///
/// A drifting hot spot makes each step like the one before; Student's interval over single steps is
/// then too narrow. Batches much longer than the memory of the series have nearly independent
/// means, so Student's interval over batches holds. Assumes a stationary series; check
/// ``batchCorrelation``: far from zero says that batches are still too short. Source: A. M. Law,
/// *Simulation Modeling and Analysis*, section 9.5.3.
public struct BatchMeans: Sendable, Equatable, Codable {
  /// The number of values that fall into whole batches; the first few may be left out.
  public let count: Int
  public let batchCount: Int
  public let batchLength: Int
  /// The mean of those values.
  public let mean: Double
  /// Student's interval over the batches' means.
  public let meanConfidence: ConfidenceInterval
  /// How many independent values would pin the mean as well; between 1 and ``count``, and
  /// ``count`` for a constant series.
  public let effectiveCount: Double
  /// The correlation of each batch mean with the next; nil for constant batches.
  public let batchCorrelation: Double?

  /// Batch means of `series` in `batches` batches of equal length, by default as many as the square
  /// root of the series' length; nil when that leaves fewer than two batches.
  ///
  /// - Precondition: every value is finite; `batches`, if given, is positive.
  /// - Complexity: O(*n*).
  public init?(_ series: [Double], batches: Int? = nil, confidence: Double = 0.95) {
    requireFinite(series)
    requireConfidence(confidence)
    precondition((batches ?? 1) >= 1, "The number of batches is positive.")
    let batchCount = batches ?? Int(Double(series.count).squareRoot())
    guard batchCount >= 2, series.count >= batchCount else { return nil }
    let length = series.count / batchCount
    let used = Array(series.suffix(length * batchCount))
    let means = batchMeans(of: used, length: length)
    guard let mean = Moments.mean(used), let variance = Moments.variance(used),
      let batchVariance = Moments.variance(means),
      let interval = Moments.meanInterval(means, confidence: confidence)
    else { return nil }
    count = used.count
    self.batchCount = batchCount
    batchLength = length
    self.mean = mean
    meanConfidence = interval
    let ratio = variance / (Double(length) * batchVariance)
    effectiveCount =
      batchVariance == 0 ? Double(count) : min(Double(count), max(1, ratio * Double(count)))
    batchCorrelation =
      batchVariance == 0 ? nil : lag1Correlation(means)
  }
}

/// The means of consecutive runs of `length` values; a shorter rest at the end is left out.
///
/// Feed these instead of single steps to ``PairedComparison`` or ``Verdict`` when steps are
/// autocorrelated.
///
/// - Precondition: `length` is positive.
public func batchMeans(of series: [Double], length: Int) -> [Double] {
  precondition(length >= 1, "A batch holds at least one value.")
  return (0..<(series.count / length)).map { batch in
    series[(batch * length)..<((batch + 1) * length)].reduce(0, +) / Double(length)
  }
}
