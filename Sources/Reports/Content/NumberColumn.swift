internal import Charts

/// Numbers of one column with their intervals, all with the same number of decimals, so that they
/// stand under each other.
struct NumberColumn: Sendable {
  /// What a value is multiplied by to be in the column's unit.
  let factor: Double
  let decimals: Int

  /// A column of `means` with `intervals` (lower and upper end) where known.
  ///
  /// Means have three significant digits; more where the intervals are so narrow that they would
  /// vanish, up to six.
  init(_ means: [Double?], intervals: [[Double]?] = [], factor: Double = 1) {
    self.factor = factor
    let sizes = means.compactMap { $0 }.filter(\.isFinite).map { abs($0 * factor) }
    let largest = sizes.max() ?? 1
    let forMean = max(0, 2 - Self.exponent(largest))
    let halves = intervals.compactMap(Self.half).filter { $0.isFinite && $0 > 0 }
    let narrowest = halves.min().map { $0 * factor } ?? largest
    let forHalf = max(0, -Self.exponent(narrowest))
    decimals = min(9, max(forMean, min(forHalf, forMean + 3)))
  }

  /// The number alone; an en dash where there is none.
  func text(_ value: Double?) -> String {
    guard let value, value.isFinite else { return "–" }
    return NumberText.fixed(value * factor, decimals: decimals)
  }

  /// "25.6 ± 0.7"; the number alone where there is no interval.
  func text(_ value: Double?, _ interval: [Double]?) -> String {
    guard let value, value.isFinite, let half = interval.flatMap(Self.half), half.isFinite else {
      return text(value)
    }
    return text(value) + " ± " + NumberText.fixed(half * factor, decimals: decimals)
  }

  /// Half the width of an interval.
  static func half(_ ends: [Double]?) -> Double? {
    guard let ends, ends.count == 2 else { return nil }
    return (ends[1] - ends[0]) / 2
  }

  /// The power of ten of the first digit; 0 for what has none.
  private static func exponent(_ size: Double) -> Int {
    guard size.isFinite, size > 1e-30, size < 1e30 else { return 0 }
    var (rest, exponent) = (size, 0)
    while rest >= 9.995 {
      rest /= 10
      exponent += 1
    }
    while rest < 0.9995 {
      rest *= 10
      exponent -= 1
    }
    return exponent
  }
}
