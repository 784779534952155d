/// Numbers as text, the same on every machine: no locale, a point for decimals, commas between
/// thousands.
public enum NumberText {
  /// `value` with exactly `decimals` digits after the point: `fixed(1234.5, decimals: 2)` is
  /// `"1,234.50"`. What is not finite reads `"not a number"` or `"infinite"`.
  ///
  /// - Precondition: `decimals` is in 0 ... 9.
  public static func fixed(_ value: Double, decimals: Int) -> String {
    precondition((0...9).contains(decimals), "A number is written with 0 to 9 decimals.")
    guard value.isFinite else { return unwritable(value) }
    let scaled = (abs(value) * powerOfTen(decimals)).rounded()
    guard scaled < 0x1p53 else { return exponential(value, digits: 3) }
    var digits = String(UInt64(scaled))
    if digits.count <= decimals {
      digits = String(repeating: "0", count: decimals + 1 - digits.count) + digits
    }
    let whole = grouped(String(digits.dropLast(decimals)))
    let fraction = decimals == 0 ? "" : "." + digits.suffix(decimals)
    return (value < 0 && scaled > 0 ? "-" : "") + whole + fraction
  }

  /// `value` with `digits` significant digits: `significant(0.025641)` is `"0.0256"`,
  /// `significant(1234567)` is `"1,230,000"`; beyond 10⁻⁶ and 10⁹ with an exponent.
  ///
  /// - Precondition: `digits` is in 1 ... 9.
  public static func significant(_ value: Double, digits: Int = 3) -> String {
    precondition((1...9).contains(digits), "A number is written with 1 to 9 significant digits.")
    guard value.isFinite else { return unwritable(value) }
    guard value != 0 else { return "0" }
    let size = abs(value)
    guard size >= 1e-6 && size < 1e9 else { return exponential(value, digits: digits) }
    var exponent = decimalExponent(size)
    // Rounding may carry into the next power: 9.996 with three digits is 10.0.
    if (size / powerOfTen(exponent - digits + 1)).rounded() >= powerOfTen(digits) { exponent += 1 }
    let decimals = digits - 1 - exponent
    if decimals >= 0 { return fixed(value, decimals: min(9, decimals)) }
    let unit = powerOfTen(-decimals)
    return fixed((value / unit).rounded() * unit, decimals: 0)
  }

  /// A share as a percentage with three significant digits at most: `percent(0.4567)` is `"45.7 %"`.
  public static func percent(_ share: Double) -> String {
    guard share.isFinite else { return unwritable(share) }
    let text = fixed(share * 100, decimals: abs(share) < 0.9995 ? 1 : 0)
    return (text.hasSuffix(".0") ? String(text.dropLast(2)) : text) + " %"
  }

  private static func unwritable(_ value: Double) -> String {
    if value.isNaN { return "not a number" }
    return value < 0 ? "-infinite" : "infinite"
  }

  private static func exponential(_ value: Double, digits: Int) -> String {
    let size = abs(value)
    var exponent = decimalExponent(size)
    var mantissa = scaledDown(size, by: exponent)
    if (mantissa * powerOfTen(digits - 1)).rounded() >= powerOfTen(digits) {
      exponent += 1
      mantissa /= 10
    }
    return (value < 0 ? "-" : "") + fixed(mantissa, decimals: digits - 1) + "e\(exponent)"
  }

  /// `size` / 10^`exponent` in two steps, so that neither overflows.
  private static func scaledDown(_ size: Double, by exponent: Int) -> Double {
    let half = exponent / 2
    return size / powerOfTen(half) / powerOfTen(exponent - half)
  }

  private static func grouped(_ digits: String) -> String {
    var result = ""
    for (place, digit) in digits.enumerated() {
      if place > 0 && (digits.count - place) % 3 == 0 { result += "," }
      result.append(digit)
    }
    return result
  }
}

/// The whole exponent e with 10^e ≤ `size` < 10^(e+1), for a positive, finite `size`.
func decimalExponent(_ size: Double) -> Int {
  var exponent = 0
  var rest = size
  while rest >= 10 {
    rest /= 10
    exponent += 1
  }
  while rest < 1 {
    rest *= 10
    exponent -= 1
  }
  // The loops above round; the table of powers decides at the borders.
  if exponent > -300 && exponent < 300 {
    if size >= powerOfTen(exponent + 1) { exponent += 1 }
    if size < powerOfTen(exponent) { exponent -= 1 }
  }
  return exponent
}

/// 10^`exponent`, exact up to 10²².
func powerOfTen(_ exponent: Int) -> Double {
  var result = 1.0
  for _ in 0..<abs(exponent) { result *= 10 }
  return exponent < 0 ? 1 / result : result
}

/// A place in a drawing: two decimals at most, no trailing zeros.
func coordinate(_ value: Double) -> String {
  guard value.isFinite else { return "0" }
  let hundredths = (max(-1e7, min(1e7, value)) * 100).rounded()
  let whole = Int(hundredths)
  let fraction = abs(whole) % 100
  let sign = whole < 0 ? "-" : ""
  let tail =
    fraction == 0
    ? ""
    : fraction % 10 == 0 ? ".\(fraction / 10)" : fraction < 10 ? ".0\(fraction)" : ".\(fraction)"
  return "\(sign)\(abs(whole) / 100)\(tail)"
}
