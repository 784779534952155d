private import CGSL

/// What the memory of a series does to what its mean is worth.
struct Autocorrelation {
  /// Independent values that would pin the mean as well, at least 2.
  let effectiveCount: Double
  /// The variance of the mean.
  let meanVariance: Double

  /// Lags beyond which no correlation is sought.
  private static let mostLags = 1000

  /// Nil where the correlation of neighbours is within `threshold` standard errors of none.
  ///
  /// - Complexity: O(*n* × lags).
  init?(_ values: [Double], beyond threshold: Double) {
    let n = Double(values.count)
    guard let variance = Moments.variance(values), let mean = Moments.mean(values), variance > 0,
      let neighbours = lag1Correlation(values), neighbours > threshold / n.squareRoot()
    else { return nil }
    effectiveCount = max(2, n / Self.time(values.map { $0 - mean }))
    // The spread about the sample's own mean is too small by one part in the effective count.
    meanVariance = variance / (effectiveCount - 1)
  }

  /// One plus twice the sum of autocorrelations, at least 1.
  private static func time(_ deviations: [Double]) -> Double {
    let squares = deviations.reduce(0) { $0 + $1 * $1 }
    func correlation(_ lag: Int) -> Double {
      var sum = 0.0
      for index in 0..<(deviations.count - lag) {
        sum += deviations[index] * deviations[index + lag]
      }
      return sum / squares
    }
    var time = -1.0
    var last = Double.infinity
    for lag in stride(from: 0, to: min(deviations.count / 2, mostLags), by: 2) {
      let pair = min(last, correlation(lag) + correlation(lag + 1))
      guard pair > 0 else { break }
      time += 2 * pair
      last = pair
    }
    return max(1, time)
  }
}

/// The correlation of each value with the next; nil where all are equal or there are fewer than two.
func lag1Correlation(_ values: [Double]) -> Double? {
  guard let variance = Moments.variance(values), variance > 0 else { return nil }
  return gsl_stats_lag1_autocorrelation(values, 1, values.count)
}
