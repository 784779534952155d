/// How much a series says about its mean when its neighbours resemble each other.
///
/// Where the correlation of neighbours is within chance the values count as independent. Else the sum
/// of autocorrelations says how many independent values would pin the mean as well: Geyer's initial
/// monotone sequence, which adds pairs of lags as long as they are positive and falling. Better than
/// batch means for the hundred steps of a usual run, where batches are as short as the memory of the
/// series. Assumes a stationary series. Source: C. J. Geyer, *Practical Markov chain Monte Carlo*,
/// Statistical Science 7 (1992), section 3.3.
public struct EffectiveSample: Sendable, Equatable {
  /// Independent values that would pin the mean as well; at least 2, at most all.
  public let count: Double
  /// The variance of the mean.
  public let meanVariance: Double

  /// Degrees of freedom with which the variance is known.
  public var degrees: Double { count - 1 }

  /// Lags beyond which no correlation is sought.
  private static let mostLags = 1000

  /// Nil for fewer than two values.
  ///
  /// - Precondition: every value is finite.
  /// - Complexity: O(*n*) for independent values, else O(*n* × lags).
  public init?(_ values: [Double]) {
    requireFinite(values)
    guard let variance = Moments.variance(values), let mean = Moments.mean(values) else {
      return nil
    }
    let n = Double(values.count)
    guard variance > 0, let neighbours = lag1Correlation(values),
      neighbours > 2 / n.squareRoot()
    else {
      (count, meanVariance) = (n, variance / n)
      return
    }
    let time = Self.correlationTime(values.map { $0 - mean })
    let effective = max(2, n / time)
    count = effective
    // The spread about the sample's own mean is too small by one part in the effective count.
    meanVariance = variance / effective * (effective / (effective - 1))
  }

  /// One plus twice the sum of autocorrelations, at least 1.
  private static func correlationTime(_ deviations: [Double]) -> Double {
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
