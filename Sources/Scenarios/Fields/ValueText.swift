internal import Quantities

/// Writes values for the list of assumptions, without trailing zeros.
enum ValueText {
  static func number(_ value: Double) -> String {
    if let whole = Int(exactly: value) { return "\(whole)" }
    return "\(value)"
  }

  static func quantity(_ value: Double, _ kind: QuantityKind) -> String {
    switch kind {
    case .data: trimmed(memory(value))
    case .bandwidth: trimmed(QuantityFormat.bandwidth(value))
    case .time: trimmed(QuantityFormat.seconds(value))
    case .computeRate: trimmed(QuantityFormat.computeRate(value))
    case .fraction: trimmed(QuantityFormat.percent(value))
    }
  }

  /// Binary units where they come out whole, decimal ones otherwise.
  private static func memory(_ value: Double) -> String {
    let isBinary = (value / 1_073_741_824).truncatingRemainder(dividingBy: 1) == 0
    return isBinary ? QuantityFormat.memory(value) : QuantityFormat.bytes(value)
  }

  /// `50.0 GB/s` as `50 GB/s`.
  private static func trimmed(_ text: String) -> String {
    guard let blank = text.firstIndex(of: " "), text[..<blank].contains(".") else { return text }
    var digits = text[..<blank]
    while digits.last == "0" { digits.removeLast() }
    if digits.last == "." { digits.removeLast() }
    return String(digits) + String(text[blank...])
  }
}
