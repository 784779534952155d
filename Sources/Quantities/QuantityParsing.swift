/// What a written quantity measures.
public enum QuantityKind: String, Sendable, CaseIterable {
  case data, bandwidth, time, computeRate, fraction

  /// Units a user may write, with the factor to bytes, bytes a second, seconds, operations a second
  /// or a plain fraction.
  ///
  /// Capital B is a byte and small b is a bit; `k`, `M`, `G` are decimal and `Ki`, `Mi`, `Gi` binary.
  public var units: [(name: String, factor: Double)] {
    switch self {
    case .data:
      [
        ("B", 1), ("kB", 1e3), ("KB", 1e3), ("MB", 1e6), ("GB", 1e9), ("TB", 1e12),
        ("KiB", 1024), ("MiB", 1_048_576), ("GiB", 1_073_741_824), ("TiB", 1_099_511_627_776),
      ]
    case .bandwidth:
      [
        ("B/s", 1), ("kB/s", 1e3), ("KB/s", 1e3), ("MB/s", 1e6), ("GB/s", 1e9), ("TB/s", 1e12),
        ("KiB/s", 1024), ("MiB/s", 1_048_576), ("GiB/s", 1_073_741_824),
        ("TiB/s", 1_099_511_627_776),
        ("b/s", 0.125), ("kb/s", 125), ("Kb/s", 125), ("Mb/s", 125e3), ("Gb/s", 125e6),
        ("Tb/s", 125e9), ("Mbps", 125e3), ("Gbps", 125e6), ("Tbps", 125e9),
      ]
    case .time:
      [
        ("s", 1), ("ms", 1e-3), ("us", 1e-6), ("µs", 1e-6), ("μs", 1e-6), ("ns", 1e-9),
        ("ps", 1e-12), ("min", 60), ("h", 3600),
      ]
    case .computeRate:
      [
        ("FLOPS", 1), ("GFLOPS", 1e9), ("TFLOPS", 1e12), ("PFLOPS", 1e15), ("FLOP/s", 1),
        ("GFLOP/s", 1e9), ("TFLOP/s", 1e12), ("PFLOP/s", 1e15),
      ]
    case .fraction:
      [("%", 0.01)]
    }
  }

  /// An example to show beside an error.
  public var example: String {
    switch self {
    case .data: "80 GiB"
    case .bandwidth: "50 GB/s"
    case .time: "8 us"
    case .computeRate: "989 TFLOPS"
    case .fraction: "1 %"
    }
  }
}

/// Why a written quantity could not be read.
public enum QuantityError: Error, Hashable, Sendable {
  /// The text does not begin with a finite number.
  case notANumber(String)
  /// A number without the unit it needs.
  case missingUnit(String, QuantityKind)
  /// A unit that this kind of quantity does not have.
  case unknownUnit(String, QuantityKind)

  /// One sentence that says what is wrong and how to mend it.
  public var message: String {
    switch self {
    case .notANumber(let text):
      "'\(text)' is not a number with a unit"
    case .missingUnit(let text, let kind):
      "'\(text)' needs a unit, such as '\(kind.example)'"
    case .unknownUnit(let unit, let kind):
      "'\(unit)' is not a unit of this quantity; write it as in '\(kind.example)'"
    }
  }
}

/// Reads quantities as people write them, such as `50 GB/s` or `1.5ms`.
public enum QuantityParser {
  /// The value of `text` in base units: bytes, bytes a second, seconds, operations a second, or a
  /// plain fraction.
  ///
  /// - Throws: ``QuantityError`` where number or unit cannot be read. A fraction may be written
  ///   without a unit (`0.01`), every other kind may not.
  public static func parse(_ text: String, as kind: QuantityKind) throws(QuantityError) -> Double {
    let (number, unit) = split(text)
    guard let value = number, value.isFinite else { throw .notANumber(text) }
    if unit.isEmpty {
      if kind == .fraction || value == 0 { return value }
      throw .missingUnit(text, kind)
    }
    guard let factor = kind.units.first(where: { $0.name == unit })?.factor else {
      throw .unknownUnit(unit, kind)
    }
    // Dividing by a whole number rounds once: 95 % is 0.95 and 8 us is 8e-6 to the last bit.
    return factor < 1 ? value / (1 / factor).rounded() : value * factor
  }

  /// The leading number, if there is one, and what follows it, both without surrounding blanks.
  private static func split(_ text: String) -> (Double?, String) {
    let trimmed = trim(Substring(text))
    var end = trimmed.startIndex
    var previous: Character = " "
    while end < trimmed.endIndex {
      let character = trimmed[end]
      let isNumeric =
        character.isASCII && (character.isNumber || character == "." || character == "_")
      let isSign = (character == "-" || character == "+") && (previous == " " || previous == "e")
      let isExponent =
        character == "e" && previous.isNumber && exponentFollows(trimmed, after: end)
      guard isNumeric || isSign || isExponent else { break }
      previous = character
      end = trimmed.index(after: end)
    }
    let digits = trimmed[..<end].filter { $0 != "_" }
    return (Double(String(digits)), String(trim(trimmed[end...])))
  }

  private static func exponentFollows(_ text: Substring, after index: Substring.Index) -> Bool {
    let next = text.index(after: index)
    guard next < text.endIndex else { return false }
    return text[next].isNumber || text[next] == "-" || text[next] == "+"
  }

  private static func trim(_ text: Substring) -> Substring {
    var result = text
    while let first = result.first, first.isWhitespace { result.removeFirst() }
    while let last = result.last, last.isWhitespace { result.removeLast() }
    return result
  }
}
