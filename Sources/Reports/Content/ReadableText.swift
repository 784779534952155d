/// Text that came from a user's file, made fit for pages and terminals.
enum ReadableText {
  /// `text` cut to `limit` characters, without what could steer a terminal, break a document or
  /// turn the reading direction around: each such character becomes U+FFFD.
  static func of(_ text: String, limit: Int = .max) -> String {
    var result = ""
    var count = 0
    for character in text {
      guard count < limit else { return String(result.dropLast()) + "…" }
      for scalar in character.unicodeScalars.prefix(24) {
        result.unicodeScalars.append(isPlain(scalar) ? scalar : "\u{FFFD}")
      }
      count += 1
    }
    return result
  }

  /// One line of it: line breaks and tabs become spaces.
  static func line(_ text: String, limit: Int = 200) -> String {
    let head = text.prefix(limit == .max ? limit : limit + 1)
    return of(String(head.map { $0.isNewline || $0 == "\t" ? " " : $0 }), limit: limit)
  }

  private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "\t", "\n": true
    case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}": false
    case "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}": false
    case "\u{FFFE}", "\u{FFFF}": false
    default: true
    }
  }

  /// "a", "a and b", "a, b and c".
  static func list(_ items: [String], limit: Int = 4) -> String {
    let shown =
      items.count > limit
      ? items.prefix(limit - 1) + ["\(items.count - limit + 1) more"] : items[...]
    guard let last = shown.last, shown.count > 1 else { return shown.first ?? "" }
    return shown.dropLast().joined(separator: ", ") + " and " + last
  }

  /// "1 rank", "2 ranks".
  static func count(_ number: Int, _ noun: String, plural: String? = nil) -> String {
    "\(number) \(number == 1 ? noun : plural ?? noun + "s")"
  }
}
