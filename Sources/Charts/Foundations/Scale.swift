private import RealModule

/// From values to pixels, with the round values worth a tick.
struct Scale: Sendable {
  let low: Double
  let high: Double
  let start: Double
  let end: Double
  let isLogarithmic: Bool
  let ticks: [Double]
  /// Digits after the point that tell neighbouring ticks apart; nil on a log scale.
  private let decimals: Int?

  /// The pixel of `value`, held inside the axis.
  func callAsFunction(_ value: Double) -> Double {
    let inside = min(max(value, low), high)
    let share =
      isLogarithmic
      ? (Double.log(inside) - .log(low)) / (.log(high) - .log(low)) : (inside - low) / (high - low)
    return start + share * (end - start)
  }

  /// The text of a tick: all ticks of a scale with the same number of decimals.
  func text(_ tick: Double) -> String {
    guard let decimals else { return trimmed(NumberText.significant(tick)) }
    let largest = max(abs(low), abs(high))
    return largest >= 1e9 || decimals > 6
      ? NumberText.significant(tick) : NumberText.fixed(tick, decimals: decimals)
  }

  private func trimmed(_ text: String) -> String {
    guard text.contains("."), !text.contains("e") else { return text }
    let digits = text.reversed().drop { $0 == "0" }.drop { $0 == "." }
    return String(digits.reversed())
  }

  /// A linear scale whose ticks are multiples of 1, 2 or 5 times a power of ten, about five of
  /// them; unless `exact`, its ends are moved out to ticks. Source: P. Heckbert, *Nice numbers for
  /// graph labels*, Graphics Gems (1990).
  static func linear(
    low: Double, high: Double, start: Double, end: Double, exact: Bool = false
  ) -> Scale {
    var (low, high) = (low, high)
    if !(high - low > 1e-12 * max(abs(low), abs(high))) {
      let room = low == 0 ? 1 : abs(low) * 0.1
      (low, high) = (low - (low == 0 ? 0 : room), high + room)
    }
    let step = niceStep((high - low) / 5)
    let first = Int64((low / step + (exact ? -1e-9 : 1e-9)).rounded(exact ? .up : .down))
    let last = Int64((high / step + (exact ? 1e-9 : -1e-9)).rounded(exact ? .down : .up))
    let ticks = first <= last ? (first...last).map { Double($0) * step } : []
    if !exact { (low, high) = (Double(first) * step, Double(last) * step) }
    return Scale(
      low: low, high: high, start: start, end: end, isLogarithmic: false, ticks: ticks,
      decimals: max(0, -decimalExponent(step * 1.000001)))
  }

  /// A logarithmic scale with ticks at powers of ten, or at 1, 2 and 5 times them over a short
  /// range.
  static func logarithmic(low: Double, high: Double, start: Double, end: Double) -> Scale {
    let (low, high) = low < high ? (low, high) : (low / 2, low * 2)
    let exponents = decimalExponent(low)...max(decimalExponent(low), decimalExponent(high))
    let factors: [Double] = exponents.count <= 3 ? [1, 2, 5] : [1]
    let stride = max(1, exponents.count / 7)
    let ticks = exponents.filter { ($0 - exponents.lowerBound) % stride == 0 }
      .flatMap { exponent in factors.map { $0 * powerOfTen(exponent) } }
      .filter { $0 >= low * 0.999999 && $0 <= high * 1.000001 }
    return Scale(
      low: low, high: high, start: start, end: end, isLogarithmic: true,
      ticks: ticks.count >= 2 ? ticks : [low, high], decimals: nil)
  }

  /// The smallest of 1, 2, 5 or 10 times a power of ten that is at least `rough`.
  static func niceStep(_ rough: Double) -> Double {
    let power = powerOfTen(decimalExponent(rough))
    let factor = [1.0, 2, 5].first { $0 * power >= rough * 0.999999 } ?? 10
    return factor * power
  }
}
