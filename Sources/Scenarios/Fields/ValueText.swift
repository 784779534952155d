internal import Quantities

/// Writes values for the list of assumptions: six digits, without trailing zeros.
enum ValueText {
  static func number(_ value: Double) -> String {
    if let whole = Int(exactly: value) { return "\(whole)" }
    return "\(value)"
  }

  static func quantity(_ value: Double, _ kind: QuantityKind) -> String {
    let units = units(kind, isBinary: isWholeInGibibytes(value))
    let unit = units.first { (value / $0.factor).magnitude >= 1 } ?? units[units.count - 1]
    // Dividing by small units as multiplying by whole numbers keeps 0.03 s at 30 ms.
    let scaled = unit.factor < 1 ? value * (1 / unit.factor).rounded() : value / unit.factor
    return "\(trimmed(scaled)) \(unit.name)"
  }

  private static func isWholeInGibibytes(_ value: Double) -> Bool {
    value > 0 && (value / 1_073_741_824).truncatingRemainder(dividingBy: 1) == 0
  }

  /// Units to write a quantity in, largest first.
  private static func units(
    _ kind: QuantityKind, isBinary: Bool
  ) -> [(factor: Double, name: String)] {
    switch kind {
    case .data where isBinary: [(1_073_741_824, "GiB")]
    case .data: [(1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1, "B")]
    case .bandwidth: [(1e12, "TB/s"), (1e9, "GB/s"), (1e6, "MB/s"), (1e3, "kB/s"), (1, "B/s")]
    case .time: [(1, "s"), (1e-3, "ms"), (1e-6, "us"), (1e-9, "ns")]
    case .computeRate: [(1e12, "TFLOPS"), (1e9, "GFLOPS"), (1, "FLOPS")]
    case .fraction: [(0.01, "%")]
    }
  }

  private static func trimmed(_ value: Double) -> String {
    let text = QuantityFormat.significant(value, digits: 6)
    guard text.contains(".") else { return text }
    var digits = Substring(text)
    while digits.last == "0" { digits.removeLast() }
    if digits.last == "." { digits.removeLast() }
    return String(digits)
  }
}
