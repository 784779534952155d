/// A text file by lines, to point into.
public struct SourceText: Hashable, Sendable {
  /// The file as its author named it.
  public let file: String
  public let text: String
  private let lines: [String]

  public init(file: String, text: String) {
    self.file = file
    self.text = text
    lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }.map(String.init)
  }

  /// The number of lines, an empty one after a final line feed included.
  public var lineCount: Int { lines.count }

  /// The line with this number, from 1, without its line feed.
  public func line(_ number: Int) -> String? {
    lines.indices.contains(number - 1) ? lines[number - 1] : nil
  }

  /// The position at `line` and `column` (both from 1, columns in Unicode scalars), as long as the
  /// word or quoted text that begins there.
  public func position(line: Int, column: Int) -> SourcePosition {
    guard let text = self.line(line) else { return SourcePosition(line: line, column: column) }
    let rest = Array(text.unicodeScalars.dropFirst(column - 1))
    return SourcePosition(line: line, column: column, length: Self.tokenLength(rest))
  }

  /// A finding that points at `position` of this text.
  public func finding(
    _ severity: Severity, _ code: FindingCode, at position: SourcePosition?, _ message: String,
    fixes: [String] = [], help: [String] = []
  ) -> Finding {
    Finding(
      severity, code, file: file, position: position,
      sourceLine: position.flatMap { line($0.line) }, message, fixes: fixes, help: help)
  }

  /// Scalars of the token at the start of `rest`: up to the closing quote, else up to what ends a
  /// plain word in YAML, JSON or CSV.
  private static func tokenLength(_ rest: [Unicode.Scalar]) -> Int {
    guard let first = rest.first else { return 1 }
    if first == "\"" || first == "'" {
      let closing = rest.dropFirst().firstIndex(of: first)
      return (closing ?? rest.count - 1) + 1
    }
    if "{[]},:#".unicodeScalars.contains(first) { return 1 }
    var end = 0
    while end < rest.count {
      let next = end + 1 < rest.count ? rest[end + 1] : " "
      if ",]}".unicodeScalars.contains(rest[end]) { break }
      if rest[end] == ":", next == " " { break }
      if rest[end] == " ", next == "#" { break }
      end += 1
    }
    while end > 1, rest[end - 1] == " " || rest[end - 1] == "\t" { end -= 1 }
    return max(1, end)
  }
}
