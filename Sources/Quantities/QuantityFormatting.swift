/// Writes quantities for people: three significant digits and a unit, the same on every machine.
public enum QuantityFormat {
  /// `value` with `digits` significant digits, without an exponent.
  public static func significant(_ value: Double, digits: Int = 3) -> String {
    guard value.isFinite else { return value.isNaN ? "n/a" : (value < 0 ? "-∞" : "∞") }
    guard value != 0 else { return "0" }
    var decimals = digits - 1 - decimalExponent(of: value)
    let text = fixed(value, decimals: max(0, decimals))
    // 9.996 rounds up to a longer number; one decimal less then keeps the digits equal.
    if let rounded = Double(text), decimalExponent(of: rounded) > decimalExponent(of: value) {
      decimals -= 1
      return fixed(value, decimals: max(0, decimals))
    }
    return text
  }

  /// `value` with exactly `decimals` digits after the point, halves away from zero.
  public static func fixed(_ value: Double, decimals: Int) -> String {
    guard value.isFinite else { return significant(value) }
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let scaled = (value.magnitude * scale).rounded()
    guard scaled < 9e18 else { return "\(value)" }
    let digits = String(Int64(scaled))
    let sign = value < 0 && scaled > 0 ? "-" : ""
    guard decimals > 0 else { return sign + digits }
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    let point = padded.index(padded.endIndex, offsetBy: -decimals)
    return sign + padded[..<point] + "." + padded[point...]
  }

  /// Seconds as `1.23 ms`, `45.6 us`.
  public static func seconds(_ value: Double) -> String {
    scaled(value, [(1, "s"), (1e-3, "ms"), (1e-6, "us"), (1e-9, "ns"), (1e-12, "ps")])
  }

  /// Bytes as `12.3 GB` (10⁹ bytes).
  public static func bytes(_ value: Double) -> String {
    scaled(value, [(1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1, "B")])
  }

  /// Memory as `12.3 GiB` (2³⁰ bytes), as accelerators are specified.
  public static func memory(_ value: Double) -> String {
    scaled(
      value,
      [
        (1_099_511_627_776, "TiB"), (1_073_741_824, "GiB"), (1_048_576, "MiB"), (1024, "KiB"),
        (1, "B"),
      ])
  }

  /// Bytes a second as `50 GB/s`.
  public static func bandwidth(_ value: Double) -> String { bytes(value) + "/s" }

  /// Operations a second as `989 TFLOPS`.
  public static func computeRate(_ value: Double) -> String {
    scaled(value, [(1e15, "PFLOPS"), (1e12, "TFLOPS"), (1e9, "GFLOPS"), (1, "FLOPS")])
  }

  /// A fraction as `12.3 %`.
  public static func percent(_ value: Double, digits: Int = 3) -> String {
    significant(value * 100, digits: digits) + " %"
  }

  /// `value` in the largest unit that leaves at least one whole digit.
  private static func scaled(_ value: Double, _ units: [(factor: Double, name: String)]) -> String {
    guard value != 0, let smallest = units.last else { return "0 \(units.last?.name ?? "")" }
    let unit = units.first { (value / $0.factor).magnitude >= 0.9995 } ?? smallest
    return significant(value / unit.factor) + " " + unit.name
  }

  /// The power of ten of the first digit of `value`.
  private static func decimalExponent(of value: Double) -> Int {
    var magnitude = value.magnitude
    var exponent = 0
    while magnitude >= 10 {
      magnitude /= 10
      exponent += 1
    }
    while magnitude < 1 {
      magnitude *= 10
      exponent -= 1
    }
    return exponent
  }
}
