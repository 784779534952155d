internal import Diagnostics
internal import Yams

/// Words what the YAML parser could not read.
enum YAMLFault {
  static func finding(_ error: any Error, in source: SourceText) -> Finding {
    guard let error = error as? YamlError else {
      return source.finding(
        .error, .syntax, at: SourcePosition(line: 1, column: 1), "this is not YAML")
    }
    switch error {
    case .scanner(let context, let problem, let mark, _),
      .parser(let context, let problem, let mark, _):
      return syntax(problem, context, mark, source)
    case .composer(let context, let problem, let mark, _):
      if context?.text.contains("single document") == true {
        return source.finding(
          .error, .severalDocuments, at: place(mark, source),
          "a second document begins here, but a scenario is one document",
          help: ["put each scenario in a file of its own"])
      }
      return syntax(problem, context, mark, source)
    case .reader(let problem, let offset, _, _):
      return reader(problem, offset, source)
    default:
      return source.finding(
        .error, .syntax, at: SourcePosition(line: 1, column: 1), "this is not YAML")
    }
  }

  private static func syntax(
    _ problem: String, _ context: YamlError.Context?, _ mark: Mark, _ source: SourceText
  ) -> Finding {
    let position = place(mark, source)
    let around = context.map { "; \($0.text) that begins at line \($0.mark.line)" } ?? ""
    return source.finding(
      .error, .syntax, at: position, "this is not YAML: \(problem)\(around)",
      help: hints(position, source))
  }

  private static func reader(_ problem: String, _ offset: Int?, _ source: SourceText) -> Finding {
    var position = SourcePosition(line: 1, column: 1)
    if let offset {
      let before = source.text.prefix(offset)
      let line = before.split(omittingEmptySubsequences: false) { $0.isNewline }
      let column = (line.last?.unicodeScalars.count ?? 0) + 1
      position = SourcePosition(line: line.count, column: column)
    }
    return source.finding(.error, .syntax, at: position, "this is not YAML: \(problem)")
  }

  /// The mark, moved onto the last line with text where it lies past the end.
  private static func place(_ mark: Mark, _ source: SourceText) -> SourcePosition {
    var line = min(mark.line, source.lineCount)
    guard line == source.lineCount || mark.line > source.lineCount else {
      return source.position(line: mark.line, column: mark.column)
    }
    while line > 1, source.line(line)?.allSatisfy(\.isWhitespace) ?? true { line -= 1 }
    if line == mark.line { return source.position(line: line, column: mark.column) }
    return SourcePosition(line: line, column: (source.line(line)?.unicodeScalars.count ?? 0) + 1)
  }

  private static func hints(_ position: SourcePosition, _ source: SourceText) -> [String] {
    let line = source.line(position.line) ?? ""
    if line.contains("\t") { return ["YAML indents with spaces; this line has a tab"] }
    let scalars = line.unicodeScalars
    if let first = scalars.dropFirst(position.column - 1).first,
      ">%@`|".unicodeScalars.contains(first)
    {
      return ["a value that begins with '\(first)' needs quotes"]
    }
    let isEnd = (position.line..<source.lineCount).allSatisfy { number in
      source.line(number + 1)?.allSatisfy(\.isWhitespace) ?? true
    }
    return isEnd ? ["the file may have been cut short"] : []
  }
}
