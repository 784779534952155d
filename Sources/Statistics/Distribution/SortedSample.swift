private import CGSL

/// Values in rising order: what quantiles and the empirical distribution are read from.
public struct SortedSample: Sendable, Equatable {
  public let values: [Double]

  /// - Precondition: every value is finite.
  /// - Complexity: O(*n* log *n*).
  public init(_ values: [Double]) {
    requireFinite(values)
    self.values = values.sorted()
  }

  public var count: Int { values.count }

  /// The value below which the share `probability` of the sample lies; nil of an empty sample.
  ///
  /// Linear interpolation between the order statistics around 1 + (*n* − 1) × `probability`:
  /// type 7 of R. J. Hyndman and Y. Fan, *Sample quantiles in statistical packages* (1996), the
  /// default of R and NumPy and the definition of GSL.
  ///
  /// - Precondition: `probability` is in 0 ... 1.
  public func quantile(_ probability: Double) -> Double? {
    precondition((0...1).contains(probability), "A quantile's share lies between 0 and 1.")
    GSL.ready
    guard !values.isEmpty else { return nil }
    let estimate = gsl_stats_quantile_from_sorted_data(values, 1, values.count, probability)
    // Between equal values the interpolation may round past them; quantiles have to rise.
    let lower = Int((Double(values.count - 1) * probability).rounded(.down))
    return min(max(estimate, values[lower]), values[min(lower + 1, values.count - 1)])
  }

  /// The share of values at or below `value`: the empirical distribution function; nil of an empty
  /// sample.
  ///
  /// - Complexity: O(log *n*).
  public func share(atOrBelow value: Double) -> Double? {
    guard !values.isEmpty else { return nil }
    var low = 0
    var high = values.count
    while low < high {
      let middle = (low + high) / 2
      if values[middle] <= value { low = middle + 1 } else { high = middle }
    }
    return Double(low) / Double(values.count)
  }

  /// The empirical distribution as at most `limit` points for a chart, each a value and the share
  /// at or below it, in rising order; the first and last value are always among them.
  ///
  /// - Precondition: `limit` is at least 2.
  public func distributionPoints(limit: Int = 200) -> [(value: Double, share: Double)] {
    precondition(limit >= 2, "A distribution is drawn from at least two points.")
    let last = values.count - 1
    let places =
      values.count <= limit ? Array(values.indices) : (0..<limit).map { $0 * last / (limit - 1) }
    return places.map { (values[$0], Double($0 + 1) / Double(values.count)) }
  }
}
