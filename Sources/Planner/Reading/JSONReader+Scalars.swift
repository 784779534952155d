extension JSONReader {
  mutating func number() throws(JSONFault) -> JSONValue {
    let start = at
    if at < bytes.count, bytes[at] == UInt8(ascii: "-") { at += 1 }
    let first = at
    guard skipDigits() > 0 else { throw fault("no value") }
    if bytes[first] == UInt8(ascii: "0"), at > first + 1 { throw fault("a number like 07") }
    var isWhole = true
    if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
      at += 1
      isWhole = false
      guard skipDigits() > 0 else { throw fault("a point without digits") }
    }
    if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
      at += 1
      isWhole = false
      if at < bytes.count, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") {
        at += 1
      }
      guard skipDigits() > 0 else { throw fault("an exponent without digits") }
    }
    let digits = String(decoding: bytes[start..<at], as: UTF8.self)
    if isWhole, let value = Int(digits) { return .integer(value) }
    guard let value = Double(digits), value.isFinite else {
      throw JSONFault(problem: "not JSON: the number \(digits) is too large", offset: start)
    }
    return .number(value)
  }

  private mutating func skipDigits() -> Int {
    let start = at
    while at < bytes.count, bytes[at] >= 0x30, bytes[at] <= 0x39 { at += 1 }
    return at - start
  }

  mutating func text() throws(JSONFault) -> String {
    at += 1
    var units: [UInt8] = []
    while at < bytes.count, bytes[at] != UInt8(ascii: "\"") {
      guard bytes[at] >= 0x20 else { throw fault("a line that ends within a text") }
      if bytes[at] == UInt8(ascii: "\\") {
        units.append(contentsOf: String(try escaped()).utf8)
      } else {
        units.append(bytes[at])
        at += 1
      }
    }
    guard at < bytes.count else { throw fault("a text without an end") }
    at += 1
    return String(decoding: units, as: UTF8.self)
  }

  private mutating func escaped() throws(JSONFault) -> Character {
    at += 1
    guard at < bytes.count else { throw fault("a text without an end") }
    let plain: [UInt8: Character] = [
      UInt8(ascii: "\""): "\"", UInt8(ascii: "\\"): "\\", UInt8(ascii: "/"): "/",
      UInt8(ascii: "b"): "\u{8}", UInt8(ascii: "f"): "\u{C}", UInt8(ascii: "n"): "\n",
      UInt8(ascii: "r"): "\r", UInt8(ascii: "t"): "\t",
    ]
    if let character = plain[bytes[at]] {
      at += 1
      return character
    }
    guard bytes[at] == UInt8(ascii: "u") else { throw fault("an unknown escape") }
    let high = try hexadecimal()
    guard (0xD800..<0xDC00).contains(high) else {
      return Character(Unicode.Scalar(high) ?? "\u{FFFD}")
    }
    guard at + 1 < bytes.count, bytes[at] == UInt8(ascii: "\\"), bytes[at + 1] == UInt8(ascii: "u")
    else { throw fault("half a character") }
    at += 1
    let low = try hexadecimal()
    guard (0xDC00..<0xE000).contains(low) else { throw fault("half a character") }
    let scalar = 0x10000 + (high - 0xD800) << 10 + (low - 0xDC00)
    return Character(Unicode.Scalar(scalar) ?? "\u{FFFD}")
  }

  /// The four hexadecimal digits after the `u` under way.
  private mutating func hexadecimal() throws(JSONFault) -> UInt32 {
    let digits = bytes[min(at + 1, bytes.count)..<min(at + 5, bytes.count)]
    let text = String(decoding: digits, as: UTF8.self)
    guard digits.count == 4, text.first != "+", let value = UInt32(text, radix: 16) else {
      throw fault("an escape without four digits")
    }
    at += 5
    return value
  }
}
