private import RealModule

/// How the ends of a quantile's interval are taken from the order statistics.
public enum QuantileIntervalMethod: Sendable {
  /// Two order statistics: the confidence is at least what was asked, whatever the distribution,
  /// and often a few points more, because ranks are whole numbers. SciPy's `quantile_test` gives
  /// the same interval.
  case exact
  /// Between neighbouring order statistics, so that each tail comes close to its share: the
  /// confidence is near what was asked for smooth distributions, on neither side by rule.
  /// Source: J. Nyblom, *Note on interpolated order statistics*, Statistics & Probability Letters
  /// 14 (1992), after T. P. Hettmansperger and S. J. Sheather (1986).
  case interpolated
}

extension SortedSample {
  /// An interval for the true quantile at `probability`; nil when the sample is too small to have
  /// values on both sides of it with this confidence (see ``valuesNeeded(forQuantile:confidence:)``).
  ///
  /// The number of values below the true quantile is binomial, so ranks can be chosen without
  /// knowing the distribution. Assumes independent values from one continuous distribution.
  ///
  /// - Precondition: 0 < `probability` < 1 and 0 < `confidence` < 1.
  /// - Complexity: O(*n*), and O(log *n*) evaluations of the binomial distribution.
  public func quantileInterval(
    _ probability: Double, confidence: Double = 0.95, method: QuantileIntervalMethod = .interpolated
  ) -> ConfidenceInterval? {
    precondition(probability > 0 && probability < 1, "Only quantiles inside (0, 1) have intervals.")
    requireConfidence(confidence)
    let tail = (1 - confidence) / 2
    guard
      let lower = lowerEnd(probability, tail: tail, values: values, method: method),
      let upper = lowerEnd(
        1 - probability, tail: tail, values: values.reversed().map { -$0 }, method: method)
    else { return nil }
    return .between(lower, -upper, confidence: confidence)
  }

  /// The smallest sample that can have an interval for the quantile at `probability`.
  ///
  /// For p99 at 95 %: 368 values, since 0.99³⁶⁸ < 0.025.
  public static func valuesNeeded(forQuantile probability: Double, confidence: Double = 0.95) -> Int
  {
    precondition(probability > 0 && probability < 1, "Only quantiles inside (0, 1) have intervals.")
    requireConfidence(confidence)
    let tail = (1 - confidence) / 2
    let outer = max(probability, 1 - probability)
    return Int((Double.log(tail) / Double.log(outer)).rounded(.up))
  }

  /// The end below the quantile: the highest order statistic that lies above it with a chance of
  /// at most `tail`, then a step towards the next one if asked.
  private func lowerEnd(
    _ probability: Double, tail: Double, values: [Double], method: QuantileIntervalMethod
  ) -> Double? {
    // Rank r (from 1) lies above the quantile when fewer than r values lie below it.
    let chanceAbove = { (rank: Int) in
      Binomial.cumulative(rank - 1, trials: values.count, probability: probability)
    }
    var rank = 0
    var tooHigh = values.count + 1
    while tooHigh - rank > 1 {
      let middle = (rank + tooHigh) / 2
      if chanceAbove(middle) <= tail { rank = middle } else { tooHigh = middle }
    }
    guard rank >= 1 else { return nil }
    let end = values[rank - 1]
    guard method == .interpolated, rank < values.count else { return end }
    let step = nyblomStep(
      rank: rank, count: values.count, probability: probability, tail: tail,
      below: chanceAbove(rank), above: chanceAbove(rank + 1))
    return end + step * (values[rank] - end)
  }

  /// How far towards the next order statistic the tail's share is reached (Nyblom's formula 7).
  private func nyblomStep(
    rank: Int, count: Int, probability: Double, tail: Double, below: Double, above: Double
  ) -> Double {
    let remaining = (above - tail) / (tail - below)
    let n = Double(count)
    let r = Double(rank)
    let odds = (r * (1 - probability)) / ((n - r) * probability)
    return tail == below ? 0 : 1 / (1 + odds * remaining)
  }
}
