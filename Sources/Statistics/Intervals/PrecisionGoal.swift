/// How narrow an interval has to be before a simulation may stop.
///
/// Look at the assessment only when the number of values has grown by half or more: looking after
/// every step stops at lucky moments and makes the interval's confidence smaller than it says.
public struct PrecisionGoal: Sendable, Equatable {
  /// What has to be known.
  public enum Target: Sendable, Equatable {
    /// The mean, by ``EffectiveSample``.
    case mean
    /// The quantile at a share such as 0.99, by order statistics.
    case quantile(Double)
  }

  public let target: Target
  /// Half the interval's width as a share of the target: 0.01 for "1 %".
  public let relativeHalfWidth: Double
  public let confidence: Double

  /// Whether a goal is met, and if not, what is missing.
  public enum Assessment: Sendable, Equatable {
    /// The interval is as narrow as asked, or narrower.
    case reached(relativeHalfWidth: Double)
    /// The interval is wider than asked; about so many values in all would do.
    case notReached(relativeHalfWidth: Double, valuesNeeded: Int)
    /// There is no interval yet; at least so many values give one.
    case tooFew(valuesNeeded: Int)
  }

  /// A goal for a quantile.
  ///
  /// - Precondition: `relativeHalfWidth` is positive; `quantile` and `confidence` are inside (0, 1).
  public init(relativeHalfWidth: Double, quantile: Double = 0.99, confidence: Double = 0.95) {
    precondition(quantile > 0 && quantile < 1, "Only quantiles inside (0, 1) have intervals.")
    self.init(.quantile(quantile), relativeHalfWidth, confidence)
  }

  /// A goal for the mean.
  ///
  /// - Precondition: `relativeHalfWidth` is positive; `confidence` is inside (0, 1).
  public init(ofMean relativeHalfWidth: Double, confidence: Double = 0.95) {
    self.init(.mean, relativeHalfWidth, confidence)
  }

  private init(_ target: Target, _ relativeHalfWidth: Double, _ confidence: Double) {
    precondition(relativeHalfWidth > 0, "A precision is a positive share.")
    requireConfidence(confidence)
    self.target = target
    self.relativeHalfWidth = relativeHalfWidth
    self.confidence = confidence
  }

  /// Where `values` stand. The number still needed assumes that the width falls with the square
  /// root of the count.
  ///
  /// - Precondition: every value is finite.
  /// - Complexity: O(*n* log *n*); for the mean of a series that resembles itself O(*n* × lags).
  public func assess(_ values: [Double]) -> Assessment {
    guard let width = width(values) else {
      return .tooFew(valuesNeeded: max(fewestValues, values.count + 1))
    }
    if width <= relativeHalfWidth { return .reached(relativeHalfWidth: width) }
    let factor = width / relativeHalfWidth
    let needed = min((Double(values.count) * factor * factor).rounded(.up), 1e15)
    return .notReached(relativeHalfWidth: width, valuesNeeded: Int(needed))
  }

  private func width(_ values: [Double]) -> Double? {
    switch target {
    case .mean:
      guard let mean = Moments.mean(values) else { return nil }
      return EffectiveSample(values)?.meanInterval(confidence: confidence)?
        .relativeHalfWidth(around: mean)
    case .quantile(let quantile):
      let sample = SortedSample(values)
      guard let estimate = sample.quantile(quantile) else { return nil }
      return sample.quantileInterval(quantile, confidence: confidence)?
        .relativeHalfWidth(around: estimate)
    }
  }

  /// Fewer values have no interval.
  private var fewestValues: Int {
    switch target {
    case .mean: 2
    case .quantile(let quantile):
      SortedSample.valuesNeeded(forQuantile: quantile, confidence: confidence)
    }
  }
}
