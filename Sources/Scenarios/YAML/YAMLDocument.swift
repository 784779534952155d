internal import Diagnostics
internal import Yams

/// Turns the text of one YAML document into a tree of marked values.
enum YAMLDocument {
  /// Appended to the second of two equal keys so that reading can go on after they were reported.
  static let duplicateMark: Character = "\u{E000}"

  /// The document's value and what was found on the way; no value where it cannot be read at all.
  static func load(_ source: SourceText) -> (root: YAMLItem?, findings: [Finding]) {
    var findings: [Finding] = []
    var text = source.text
    if isExplosive(text) {
      let message = "the file uses aliases inside keys, which scenarios do not need"
      return (
        nil, [source.finding(.error, .syntax, at: SourcePosition(line: 1, column: 1), message)]
      )
    }
    for _ in 0..<32 {
      do {
        guard let node = try Yams.compose(yaml: text), !isEmpty(node) else {
          return (nil, findings + [empty(source)])
        }
        return (YAMLItem(node: node, path: "", source: source), findings)
      } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
        let key = keys.first ?? ""
        let second = secondOccurrence(of: key, after: context.mark, in: text)
        findings.append(duplicate(key, first: context.mark, second: second, source))
        guard let second else { return (nil, findings) }
        text.insert(duplicateMark, at: second.end)
      } catch {
        return (nil, findings + [YAMLFault.finding(error, in: source)])
      }
    }
    return (nil, findings)
  }

  private static func isEmpty(_ node: Node) -> Bool {
    if case .scalar(let scalar) = node { scalar.string.isEmpty } else { false }
  }

  private static func empty(_ source: SourceText) -> Finding {
    source.finding(
      .error, .emptyFile, at: SourcePosition(line: 1, column: 1), "the file holds no scenario",
      help: ["'shunt init' writes one to begin with"])
  }

  private static func duplicate(
    _ key: String, first: Mark, second: (position: YAMLPlace, end: String.Index)?,
    _ source: SourceText
  ) -> Finding {
    let place = second?.position ?? YAMLPlace(line: first.line, column: first.column)
    let help = second == nil ? [] : ["it stands first at line \(first.line)"]
    return source.finding(
      .error, .duplicateKey, at: source.position(line: place.line, column: place.column),
      "key '\(key)' stands twice in one mapping", fixes: ["remove one of the two"], help: help)
  }

  /// Where `key` stands again as a key: later on its line, or below it at the same column.
  private static func secondOccurrence(
    of key: String, after first: Mark, in text: String
  ) -> (position: YAMLPlace, end: String.Index)? {
    var line = 1
    var column = 0
    let scalars = text.unicodeScalars
    let wanted = Array(key.unicodeScalars)
    guard !wanted.isEmpty else { return nil }
    var previous: Unicode.Scalar = "\n"
    var index = scalars.startIndex
    while index < scalars.endIndex {
      let scalar = scalars[index]
      column += 1
      let isLater = line == first.line ? column > first.column : line > first.line
      let isPlace = line == first.line || column == first.column
      if isLater, isPlace, " {,\n\t".unicodeScalars.contains(previous),
        let end = match(wanted, at: index, in: scalars)
      {
        return (YAMLPlace(line: line, column: column), end)
      }
      if scalar == "\n" { (line, column) = (line + 1, 0) }
      previous = scalar
      index = scalars.index(after: index)
    }
    return nil
  }

  /// The end of `key` at `start`, where a colon follows it.
  private static func match(
    _ key: [Unicode.Scalar], at start: String.Index, in scalars: String.UnicodeScalarView
  ) -> String.Index? {
    var index = start
    for scalar in key {
      guard index < scalars.endIndex, scalars[index] == scalar else { return nil }
      index = scalars.index(after: index)
    }
    let end = index
    while index < scalars.endIndex, scalars[index] == " " { index = scalars.index(after: index) }
    return index < scalars.endIndex && scalars[index] == ":" ? end : nil
  }

  /// Whether aliases might be multiplied beyond measure when keys that hold them are compared.
  private static func isExplosive(_ text: String) -> Bool {
    var aliases = 0
    var hasNestedKey = false
    for line in text.split(whereSeparator: \.isNewline) {
      let bytes = Array(line.utf8)
      for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "*") {
        let before = index == 0 ? UInt8(ascii: " ") : bytes[index - 1]
        if " [{,:\t".utf8.contains(before) { aliases += 1 }
      }
      let trimmed = line.drop { $0 == " " || $0 == "-" }
      if trimmed.hasPrefix("?") || trimmed.hasPrefix("*") { hasNestedKey = true }
      if line.contains("]:") || line.contains("}:") || line.contains("? ") { hasNestedKey = true }
      if line.contains("] :") || line.contains("} :") { hasNestedKey = true }
      if line.contains("{*") || line.contains("{ *") || line.contains(", *") { hasNestedKey = true }
    }
    return aliases > 30 && hasNestedKey
  }
}

/// A line and column, both from 1.
struct YAMLPlace {
  let line: Int
  let column: Int
}
