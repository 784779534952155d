/// How narrow the interval of a quantile has to be before a simulation may stop.
///
/// Look at the assessment only when the number of values has grown by half or more: looking after
/// every step stops at lucky moments and makes the interval's confidence smaller than it says.
public struct PrecisionGoal: Sendable, Equatable {
  /// Half the interval's width as a share of the quantile: 0.01 for "1 %".
  public let relativeHalfWidth: Double
  /// The quantile in question, such as 0.99.
  public let quantile: Double
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

  /// - Precondition: `relativeHalfWidth` is positive; `quantile` and `confidence` are inside (0, 1).
  public init(relativeHalfWidth: Double, quantile: Double = 0.99, confidence: Double = 0.95) {
    precondition(relativeHalfWidth > 0, "A precision is a positive share.")
    precondition(quantile > 0 && quantile < 1, "Only quantiles inside (0, 1) have intervals.")
    requireConfidence(confidence)
    self.relativeHalfWidth = relativeHalfWidth
    self.quantile = quantile
    self.confidence = confidence
  }

  /// Where `values` stand. The number still needed assumes that the width falls with the square
  /// root of the count.
  ///
  /// - Precondition: every value is finite.
  /// - Complexity: O(*n* log *n*).
  public func assess(_ values: [Double]) -> Assessment {
    let sample = SortedSample(values)
    guard let interval = sample.quantileInterval(quantile, confidence: confidence),
      let estimate = sample.quantile(quantile),
      let width = interval.relativeHalfWidth(around: estimate)
    else {
      let least = SortedSample.valuesNeeded(forQuantile: quantile, confidence: confidence)
      return .tooFew(valuesNeeded: max(least, sample.count + 1))
    }
    if width <= relativeHalfWidth { return .reached(relativeHalfWidth: width) }
    let factor = width / relativeHalfWidth
    let needed = min((Double(sample.count) * factor * factor).rounded(.up), 1e15)
    return .notReached(relativeHalfWidth: width, valuesNeeded: Int(needed))
  }
}
