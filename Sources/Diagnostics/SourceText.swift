/// A text file by lines, to point into.
public struct SourceText: Hashable, Sendable {
  /// The file as its author named it.
  public let file: String
  public let text: String
  /// Lines as scalars, so that a column is found at once however long its line is.
  private let lines: [[Unicode.Scalar]]

  /// The longest line that findings show; a longer one would bury them.
  private static let longestShown = 1000

  public init(file: String, text: String) {
    self.file = file
    self.text = text
    lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }.map {
      Array($0.unicodeScalars)
    }
  }

  /// The number of lines, an empty one after a final line feed included.
  public var lineCount: Int { lines.count }

  /// The line with this number, from 1, without its line feed.
  public func line(_ number: Int) -> String? {
    guard lines.indices.contains(number - 1) else { return nil }
    var text = String.UnicodeScalarView()
    text.append(contentsOf: lines[number - 1])
    return String(text)
  }

  /// The position at `line` and `column` (both from 1, columns in Unicode scalars), as long as the
  /// word or quoted text that begins there.
  public func position(line: Int, column: Int) -> SourcePosition {
    guard lines.indices.contains(line - 1), column >= 1 else {
      return SourcePosition(line: line, column: max(1, column))
    }
    let length = Self.tokenLength(lines[line - 1].dropFirst(column - 1).prefix(200))
    return SourcePosition(line: line, column: column, length: length)
  }

  /// A finding that points at `position` of this text.
  public func finding(
    _ severity: Severity, _ code: FindingCode, at position: SourcePosition?, _ message: String,
    fixes: [String] = [], help: [String] = []
  ) -> Finding {
    Finding(
      severity, code, file: file, position: position,
      sourceLine: position.flatMap { shown($0.line) }, message, fixes: fixes, help: help)
  }

  private func shown(_ number: Int) -> String? {
    guard lines.indices.contains(number - 1), lines[number - 1].count <= Self.longestShown else {
      return nil
    }
    return line(number)
  }

  /// Scalars of the token at the start of `rest`: up to the closing quote, else up to what ends a
  /// plain word in YAML, JSON or CSV.
  private static func tokenLength(_ rest: ArraySlice<Unicode.Scalar>) -> Int {
    guard let first = rest.first else { return 1 }
    if first == "\"" || first == "'" {
      let closing = rest.dropFirst().firstIndex(of: first) ?? rest.endIndex - 1
      return closing - rest.startIndex + 1
    }
    if "{[]},:#".unicodeScalars.contains(first) { return 1 }
    var end = rest.startIndex
    while end < rest.endIndex {
      let next = end + 1 < rest.endIndex ? rest[end + 1] : " "
      if ",]}".unicodeScalars.contains(rest[end]) { break }
      if rest[end] == ":", next == " " { break }
      if rest[end] == " ", next == "#" { break }
      end += 1
    }
    while end > rest.startIndex + 1, rest[end - 1] == " " || rest[end - 1] == "\t" { end -= 1 }
    return max(1, end - rest.startIndex)
  }
}
