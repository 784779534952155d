private import Foundation

/// JSON that may stand in a `<script>` element.
enum EmbeddedJSON {
  /// The text; nil where it is longer than `limit` bytes.
  ///
  /// - Throws: an encoding error.
  static func text(_ value: some Encodable, limit: Int) throws -> String? {
    let text = try encode(value)
    return text.utf8.count > limit ? nil : text
  }

  /// Compact JSON with sorted keys, in which nothing can end the element it stands in.
  static func encode(_ result: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    var output: [UInt8] = []
    let data = try encoder.encode(result)
    output.reserveCapacity(data.count)
    var skipped = 0
    for (place, byte) in data.enumerated() {
      guard skipped == 0 else {
        skipped -= 1
        continue
      }
      switch byte {
      // Marks that turn the reading direction around, and what no document may hold (EF BF BE).
      case 0xE2, 0xEF:
        if let code = Self.unreadable(data.dropFirst(place).prefix(3)) {
          output += Array(code.utf8)
          skipped = 2
        } else {
          output.append(byte)
        }
      case 0x3C: output += Array("\\u003c".utf8)
      case 0x3E: output += Array("\\u003e".utf8)
      case 0x26: output += Array("\\u0026".utf8)
      default: output.append(byte)
      }
    }
    return String(decoding: output, as: UTF8.self)
  }

  /// The escape of a character of three bytes that must not be seen as it is.
  private static func unreadable(_ bytes: Data.SubSequence) -> String? {
    guard let character = String(decoding: bytes, as: UTF8.self).unicodeScalars.first else {
      return nil
    }
    switch character {
    case "\u{2028}"..."\u{202E}", "\u{2066}"..."\u{2069}", "\u{FFFE}", "\u{FFFF}":
      return "\\u" + String(character.value, radix: 16)
    default: return nil
    }
  }
}
