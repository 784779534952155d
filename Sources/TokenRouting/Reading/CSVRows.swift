/// Walks over the rows of a comma-separated text, as byte ranges, without copying fields.
///
/// A byte-order mark, carriage returns, blank lines, blanks around fields and quoted fields are
/// understood. Works on bytes because real traces are megabytes of digits.
struct CSVRows {
  private let bytes: UnsafeBufferPointer<UInt8>
  private var position = 0
  /// The line of the current row, from one.
  private(set) var line = 0
  private var lineStart = 0
  /// The fields of the current row, without blanks and quotes around them.
  private(set) var fields: [Range<Int>] = []

  init(_ bytes: UnsafeBufferPointer<UInt8>) {
    self.bytes = bytes
    if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { position = 3 }
  }

  /// Goes to the next row that is not blank; false at the end.
  mutating func next() -> Bool {
    while position < bytes.count {
      line += 1
      lineStart = position
      readFields()
      if fields.count > 1 || !(fields.first?.isEmpty ?? true) { return true }
    }
    return false
  }

  /// The character of its line where `field` begins, from one.
  func column(of field: Range<Int>) -> Int { field.lowerBound - lineStart + 1 }

  func byte(at index: Int) -> UInt8 { bytes[index] }

  /// The text of `field`; damaged characters are replaced.
  func text(_ field: Range<Int>) -> String {
    String(decoding: UnsafeBufferPointer(rebasing: bytes[field]), as: UTF8.self)
  }

  private mutating func readFields() {
    fields.removeAll(keepingCapacity: true)
    var start = position
    var isQuoted = false
    while true {
      let byte = position < bytes.count ? bytes[position] : newline
      if byte == quote { isQuoted.toggle() }
      if position >= bytes.count || byte == newline || (byte == comma && !isQuoted) {
        fields.append(trimmed(start..<position))
        start = position + 1
        if byte == newline || position >= bytes.count { break }
      }
      position += 1
    }
    position += 1
  }

  /// `field` without blanks, carriage returns and one pair of quotes around it.
  private func trimmed(_ field: Range<Int>) -> Range<Int> {
    var (lower, upper) = (field.lowerBound, field.upperBound)
    while lower < upper, isBlank(bytes[lower]) { lower += 1 }
    while lower < upper, isBlank(bytes[upper - 1]) { upper -= 1 }
    if upper - lower >= 2, bytes[lower] == quote, bytes[upper - 1] == quote {
      return (lower + 1)..<(upper - 1)
    }
    return lower..<upper
  }

  /// The whole number that `field` writes, or why it is none.
  ///
  /// Digits, with a fraction of zeros allowed as in `12.0`; at most 2⁵³, up to which sums stay
  /// exact.
  func wholeNumber(_ field: Range<Int>) throws(NumberFault) -> Int {
    var value = 0
    var index = field.lowerBound
    while index < field.upperBound {
      let digit = bytes[index] &- zero
      guard digit <= 9 else { break }
      value = value &* 10 &+ Int(digit)
      if value > 1 << 53 { throw .tooLarge }
      index += 1
    }
    if index == field.upperBound && !field.isEmpty { return value }
    throw fault(in: field, brokenAt: index, value: value)
  }

  private func fault(in field: Range<Int>, brokenAt index: Int, value: Int) -> NumberFault {
    if field.isEmpty { return .empty }
    let text = text(field)
    if index > field.lowerBound, bytes[index] == point {
      let rest = bytes[(index + 1)..<field.upperBound]
      if rest.allSatisfy({ $0 == zero }) { return .zeroFraction(value) }
    }
    guard let number = Double(text) else { return .notANumber }
    if number.isNaN || number.isInfinite { return .notFinite }
    return number < 0 ? .negative : number > 0x1p53 ? .tooLarge : .fraction
  }

  private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }
}

/// Why a field is not a count.
enum NumberFault: Error {
  case empty, notANumber, notFinite, negative, fraction, tooLarge
  /// Not a fault after all: a whole number written with zeros behind the point.
  case zeroFraction(Int)

  /// What the field holds instead of a whole number.
  var description: String {
    switch self {
    case .empty: "is empty"
    case .notANumber: "is not a number"
    case .notFinite: "is not a finite number"
    case .negative: "is negative"
    case .fraction, .zeroFraction: "is not a whole number"
    case .tooLarge: "is larger than 2^53"
    }
  }
}

private let comma = UInt8(ascii: ",")
private let newline = UInt8(ascii: "\n")
private let quote = UInt8(ascii: "\"")
private let point = UInt8(ascii: ".")
private let zero = UInt8(ascii: "0")
