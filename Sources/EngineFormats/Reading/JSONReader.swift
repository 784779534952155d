/// Reads JSON text strictly; a fault says line and column.
///
/// - Complexity: O(bytes).
struct JSONReader {
  private static let deepest = 64

  private let file: String
  private let bytes: [UInt8]
  private var position = 0
  private var depth = 0

  /// The value that `bytes` write.
  ///
  /// - Throws: ``FormatFault`` for text that is no JSON, has a name twice in one object, or is
  ///   nested more than 64 deep.
  static func read(_ bytes: [UInt8], file: String) throws(FormatFault) -> JSONTree {
    var reader = JSONReader(file: file, bytes: bytes)
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { reader.position = 3 }
    reader.skipBlanks()
    let value = try reader.value()
    reader.skipBlanks()
    guard reader.position == bytes.count else {
      throw reader.fault("there is more text behind the JSON value")
    }
    return value
  }

  private init(file: String, bytes: [UInt8]) {
    self.file = file
    self.bytes = bytes
  }

  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func value() throws(FormatFault) -> JSONTree {
    switch current {
    case UInt8(ascii: "["): return try nested { reader throws(FormatFault) in try reader.list() }
    case UInt8(ascii: "{"): return try nested { reader throws(FormatFault) in try reader.object() }
    case UInt8(ascii: "\""): return .text(try text())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case nil: throw fault("the text ends where a value should stand")
    default: return .number(try number())
    }
  }

  private mutating func nested(
    _ body: (inout JSONReader) throws(FormatFault) -> JSONTree
  ) throws(FormatFault) -> JSONTree {
    guard depth < Self.deepest else { throw fault("lists are nested more than 64 deep") }
    depth += 1
    position += 1
    let value = try body(&self)
    depth -= 1
    return value
  }

  private mutating func list() throws(FormatFault) -> JSONTree {
    var numbers: [Double] = []
    var values: [JSONTree] = []
    skipBlanks()
    if take("]") { return .list([]) }
    repeat {
      skipBlanks()
      let element = try value()
      if case .number(let number) = element, values.isEmpty {
        numbers.append(number)
      } else {
        if values.isEmpty {
          values = numbers.map(JSONTree.number)
          numbers = []
        }
        values.append(element)
      }
      skipBlanks()
    } while take(",")
    try close("]")
    return values.isEmpty ? .numbers(numbers) : .list(values)
  }

  private mutating func object() throws(FormatFault) -> JSONTree {
    var members: [JSONTree.Member] = []
    var names: Set<String> = []
    skipBlanks()
    if take("}") { return .object([]) }
    repeat {
      skipBlanks()
      guard current == UInt8(ascii: "\"") else { throw fault("a name in quotes should stand here") }
      let name = try text()
      guard names.insert(name).inserted else { throw fault("the name '\(name)' stands twice") }
      skipBlanks()
      try close(":")
      skipBlanks()
      members.append(JSONTree.Member(name: name, value: try value()))
      skipBlanks()
    } while take(",")
    try close("}")
    return .object(members)
  }

  // MARK: - Words and signs

  private mutating func take(_ sign: Unicode.Scalar) -> Bool {
    guard current == UInt8(ascii: sign) else { return false }
    position += 1
    return true
  }

  private mutating func close(_ sign: Unicode.Scalar) throws(FormatFault) {
    guard take(sign) else {
      let found = current == nil ? "the text ends" : "something else stands"
      throw fault("\(found) where '\(sign)' should be")
    }
  }

  private mutating func word(_ word: String, _ value: JSONTree) throws(FormatFault) -> JSONTree {
    guard bytes[position...].starts(with: word.utf8) else {
      throw fault("this is no JSON value")
    }
    position += word.utf8.count
    return value
  }

  private mutating func skipBlanks() {
    while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      position += 1
    }
  }

  private func fault(_ message: String) -> FormatFault {
    let before = bytes[..<min(position, bytes.count)]
    let newline = UInt8(ascii: "\n")
    let line = before.count { $0 == newline } + 1
    let start = before.lastIndex(of: newline).map { $0 + 1 } ?? 0
    return FormatFault(
      .malformed, file: file, line: line, column: before.count - start + 1, message,
      fix: "write the file again as JSON; it may have been cut off")
  }
}

// MARK: - Numbers and texts

extension JSONReader {
  /// Small whole numbers are read digit by digit, since nearly all are; others by the library.
  private mutating func number() throws(FormatFault) -> Double {
    let start = position
    var whole = 0
    while let byte = current, byte &- UInt8(ascii: "0") <= 9, position - start < 15 {
      whole = whole * 10 + Int(byte - UInt8(ascii: "0"))
      position += 1
    }
    if position > start, !(current.map(Self.isPartOfNumber) ?? false) { return Double(whole) }
    while let byte = current, Self.isPartOfNumber(byte) { position += 1 }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    guard !text.isEmpty, text.first != "+", let value = Double(text), value.isFinite else {
      position = start
      throw fault(text.isEmpty ? "this is no JSON value" : "'\(text.prefix(40))' is no number")
    }
    return value
  }

  private static func isPartOfNumber(_ byte: UInt8) -> Bool {
    byte &- UInt8(ascii: "0") <= 9 || "+-.eE".utf8.contains(byte)
  }

  private mutating func text() throws(FormatFault) -> String {
    position += 1
    var result: [UInt8] = []
    while let byte = current, byte != UInt8(ascii: "\"") {
      guard byte >= 0x20 else { throw fault("a text holds a control character") }
      position += 1
      if byte == UInt8(ascii: "\\") {
        result += Array(String(try escaped()).utf8)
      } else {
        result.append(byte)
      }
    }
    try close("\"")
    return String(decoding: result, as: UTF8.self)
  }

  /// The character that an escape stands for, without surrogate pairs: names here have none.
  private mutating func escaped() throws(FormatFault) -> Unicode.Scalar {
    let plain: [UInt8: Unicode.Scalar] = [
      0x22: "\"", 0x5C: "\\", 0x2F: "/", 0x62: "\u{8}", 0x66: "\u{C}", 0x6E: "\n", 0x72: "\r",
      0x74: "\t",
    ]
    guard let byte = current else { throw fault("the text ends inside quotes") }
    position += 1
    if let scalar = plain[byte] { return scalar }
    let digits = String(decoding: bytes[position...].prefix(4), as: UTF8.self)
    guard byte == UInt8(ascii: "u"), digits.utf8.count == 4, let value = UInt32(digits, radix: 16)
    else { throw fault("this escape is not known") }
    position += 4
    return Unicode.Scalar(value) ?? "\u{FFFD}"
  }
}
