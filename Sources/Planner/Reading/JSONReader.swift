/// Why a text is not JSON, and at which byte.
struct JSONFault: Error {
  let problem: String
  let offset: Int
}

/// Reads JSON (RFC 8259) in one pass over its bytes.
struct JSONReader {
  let bytes: UnsafeBufferPointer<UInt8>
  var at = 0
  private var depth = 0
  /// Lists and mappings within each other at most; problems have four.
  private static let deepest = 64

  /// The value of a whole text.
  ///
  /// - Complexity: O(bytes).
  static func value(of bytes: UnsafeBufferPointer<UInt8>) throws(JSONFault) -> JSONValue {
    var reader = JSONReader(bytes: bytes)
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { reader.at = 3 }
    let value = try reader.value()
    guard reader.next() == nil else { throw reader.fault("more after the end") }
    return value
  }

  private init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  func fault(_ problem: String) -> JSONFault {
    at >= bytes.count
      ? JSONFault(problem: "not complete JSON, perhaps cut short", offset: bytes.count)
      : JSONFault(problem: "not JSON: \(problem)", offset: at)
  }

  /// The next byte that is not white space.
  @inline(__always)
  private mutating func next() -> UInt8? {
    while at < bytes.count {
      let byte = bytes[at]
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
      at += 1
    }
    return nil
  }

  private mutating func value() throws(JSONFault) -> JSONValue {
    switch next() {
    case UInt8(ascii: "{"): return try object()
    case UInt8(ascii: "["): return try list()
    case UInt8(ascii: "\""): return .text(try text())
    case UInt8(ascii: "t"): return try word("true", .boolean(true))
    case UInt8(ascii: "f"): return try word("false", .boolean(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONFault)
    -> JSONValue
  {
    let count = word.utf8CodeUnitCount
    let letters = UnsafeBufferPointer(start: word.utf8Start, count: count)
    for letter in letters {
      guard at < bytes.count, bytes[at] == letter else { throw fault("an unknown word") }
      at += 1
    }
    return value
  }

  private mutating func object() throws(JSONFault) -> JSONValue {
    try enter()
    var fields: [(name: String, value: JSONValue)] = []
    if next() != UInt8(ascii: "}") {
      repeat {
        guard next() == UInt8(ascii: "\"") else { throw fault("a field without a name") }
        let start = at
        let name = try text()
        if fields.contains(where: { $0.name == name }) {
          throw JSONFault(problem: "the field '\(name)' stands twice", offset: start)
        }
        guard next() == UInt8(ascii: ":") else { throw fault("a name without a value") }
        at += 1
        fields.append((name, try value()))
      } while try goesOn(until: UInt8(ascii: "}"))
    }
    leave()
    return .object(fields)
  }

  private mutating func list() throws(JSONFault) -> JSONValue {
    try enter()
    var numbers: [Double] = []
    var values: [JSONValue] = []
    if next() != UInt8(ascii: "]") {
      repeat {
        if values.isEmpty, let count = shortCount() {
          numbers.append(Double(count))
          continue
        }
        let value = try value()
        switch value {
        case .integer(let count) where values.isEmpty: numbers.append(Double(count))
        case .number(let number) where values.isEmpty: numbers.append(number)
        default:
          if values.isEmpty { values = numbers.map { .number($0) } }
          values.append(value)
        }
      } while try goesOn(until: UInt8(ascii: "]"))
    }
    leave()
    return values.isEmpty ? .numbers(numbers) : .list(values)
  }

  private mutating func enter() throws(JSONFault) {
    guard depth < Self.deepest else { throw fault("lists within lists without end") }
    depth += 1
    at += 1
  }

  private mutating func leave() {
    depth -= 1
    at += 1
  }

  /// Whether a comma follows, which is passed, or the end, which is not.
  @inline(__always)
  private mutating func goesOn(until end: UInt8) throws(JSONFault) -> Bool {
    switch next() {
    case UInt8(ascii: ","):
      at += 1
      return true
    case end: return false
    default: throw fault("no comma between values")
    }
  }

  /// A whole number of up to nine digits that a comma, a bracket or white space ends, which
  /// nearly all of a problem's numbers are.
  @inline(__always)
  private mutating func shortCount() -> Int? {
    guard let first = next(), first >= 0x30, first <= 0x39 else { return nil }
    var (end, count) = (at, 0)
    while end < bytes.count, end - at < 10 {
      let byte = bytes[end]
      guard byte >= 0x30, byte <= 0x39 else {
        guard byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]") || byte <= 0x20,
          first != 0x30 || end == at + 1
        else { return nil }
        at = end
        return count
      }
      count = count &* 10 &+ Int(byte & 15)
      end += 1
    }
    return nil
  }
}
