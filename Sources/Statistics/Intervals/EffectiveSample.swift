/// How much a series says about its mean when its neighbours resemble each other.
///
/// Where the correlation of neighbours is within chance the values count as independent. Else the sum
/// of autocorrelations says how many independent values would pin the mean as well: Geyer's initial
/// monotone sequence, which adds pairs of lags as long as they are positive and falling. The means of
/// short batches are asked the same, because something that happens every twenty steps shows in no
/// neighbour; the most cautious answer holds. Better than batch means alone for the hundred steps of a
/// usual run, where batches are as short as the memory of the series. Assumes a stationary series. Source:
/// C. J. Geyer, *Practical Markov chain Monte Carlo*, Statistical Science 7 (1992), section 3.3.
public struct EffectiveSample: Sendable, Equatable {
  /// From which correlation of neighbours on values no longer count as independent, in standard errors of
  /// that correlation.
  public enum Caution: Double, Sendable {
    /// Missing a weak correlation costs more than seeing one that is not there: for a decision that must
    /// not be wrong too often.
    case any = 1
    /// Only what chance hardly explains: independent values keep the textbook's interval.
    case clear = 3
  }

  /// Independent values that would pin the mean as well; at least 1, at most all.
  public let count: Double
  public let mean: Double
  /// The variance of the mean.
  public let meanVariance: Double
  /// Degrees of freedom with which that variance is known: one less than the values where these count as
  /// independent. A sum of estimated autocorrelations is worth less: a third of the effective count,
  /// which makes Student's interval hold 94 to 96 % on the series of the tests.
  public let degrees: Double
  /// The variance of the mean over that of as many independent values.
  let inflation: Double

  /// Values of a batch, besides single ones; a series has at least ``fewestBatches`` of them.
  private static let batchLengths = [5, 10, 25, 50, 100]
  private static let fewestBatches = 10
  /// The least caution for batches, of which there are several lengths to be fooled by.
  private static let batchCaution = 1.65
  /// Shorter series say too little about their own memory; their values count as independent.
  private static let fewestForCorrelation = 30

  /// Nil for fewer than two values, and where their spread overflows.
  ///
  /// - Complexity: O(*n*) for independent values, else O(*n* × lags).
  public init?(_ values: [Double], caution: Caution = .any) {
    guard let independent = EffectiveSample(independent: values) else { return nil }
    self = independent
    guard values.count >= Self.fewestForCorrelation, meanVariance > 0 else { return }
    var looks = [Autocorrelation(values, beyond: caution.rawValue)]
    for length in Self.batchLengths where values.count / length >= Self.fewestBatches {
      // Only whole batches, from the end as in ``BatchMeans``.
      let rest = values.count % length
      looks.append(
        Autocorrelation(
          batchMeans(of: Array(values.dropFirst(rest)), length: length),
          beyond: max(caution.rawValue, Self.batchCaution)))
    }
    let widest = looks.compactMap { $0 }.max { $0.meanVariance < $1.meanVariance }
    guard let widest, widest.meanVariance > meanVariance else { return }
    let times = widest.meanVariance / meanVariance
    self.init(
      count: max(1, Double(values.count) / times), mean: mean, meanVariance: widest.meanVariance,
      degrees: max(1, widest.effectiveCount / 3), inflation: times)
  }

  /// Values that are independent by design; nil for fewer than two, and where their spread overflows.
  public init?(independent values: [Double]) {
    guard let variance = Moments.variance(values), let mean = Moments.mean(values),
      variance.isFinite, mean.isFinite
    else { return nil }
    let count = Double(values.count)
    self.init(
      count: count, mean: mean, meanVariance: variance / count, degrees: count - 1, inflation: 1)
  }

  private init(
    count: Double, mean: Double, meanVariance: Double, degrees: Double, inflation: Double
  ) {
    self.count = count
    self.mean = mean
    self.meanVariance = meanVariance
    self.degrees = degrees
    self.inflation = inflation
  }

  /// Student's interval for the mean; nil where it overflows.
  ///
  /// - Precondition: 0 < `confidence` < 1.
  public func meanInterval(confidence: Double = 0.95) -> ConfidenceInterval? {
    requireConfidence(confidence)
    let halfWidth =
      StudentT.twoSidedFactor(confidence: confidence, degrees: degrees)
      * meanVariance.squareRoot()
    return .between(mean - halfWidth, mean + halfWidth, confidence: confidence)
  }

  /// Student's two-sided test that the mean is zero; nil where it overflows.
  ///
  /// Equal values leave no doubt: the chance is 1 when they are zero, else 0.
  public var pValueOfZero: Double? {
    if meanVariance == 0 { return mean == 0 ? 1 : 0 }
    let statistic = mean / meanVariance.squareRoot()
    return statistic.isFinite ? StudentT.twoSidedTail(statistic, degrees: degrees) : nil
  }
}
