private import Foundation
internal import Results

/// The result as JSON inside a page, thinned until it is small enough.
struct EmbeddedResult {
  /// JSON that may stand in a `<script>` element; empty braces where even the thinnest is too large.
  let json: String
  /// What the reader should know about it.
  let note: String

  /// Bytes that the embedded result may take.
  static let limit = 200_000

  /// - Throws: an encoding error.
  init(_ result: Results.ComparisonResult) throws {
    var left: [String] = []
    var current = result
    var text = try Self.encode(current)
    for stage in ResultThinning.stages where text.utf8.count > Self.limit {
      current = stage.apply(current)
      left.append(stage.what)
      text = try Self.encode(current)
    }
    let isTooLarge = text.utf8.count > Self.limit
    json = isTooLarge ? "{}" : text
    let place =
      "The result is embedded in this file as JSON, in the element with the id result-json."
    if isTooLarge {
      note =
        "The result is too large to be embedded; `--output result.json` writes the whole of it."
    } else if left.isEmpty {
      note = place + " It is the whole of it."
    } else {
      note =
        place + " To keep the page small, \(ReadableText.list(left, limit: 9)); "
        + "`--output result.json` writes the whole of it."
    }
  }

  /// Compact JSON with sorted keys, in which nothing can end the element it stands in.
  private static func encode(_ result: Results.ComparisonResult) throws -> String {
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
