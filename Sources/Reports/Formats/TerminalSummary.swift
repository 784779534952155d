internal import Charts
public import Results

/// The few lines that a person reads in a terminal: a title, a table, and the verdict last.
public enum TerminalSummary {
  /// The summary, ended by a line break.
  ///
  /// The same result, width and colour give the same text. Columns that would not fit into `width`
  /// are left out, the least needed first, and names are cut with an ellipsis; step time and
  /// speed-up always stay.
  ///
  /// - Parameters:
  ///   - width: characters in a line; at least 40 are used.
  ///   - colour: whether to mark the best and the failed with ANSI escape codes; without it the text
  ///     holds none.
  public static func render(
    _ result: Results.ComparisonResult, width: Int = 100, colour: Bool = false
  ) -> String {
    let report = ReportContext(result)
    let ink = TerminalInk(isOn: colour)
    let width = max(40, width)
    var lines = title(report, width: width, ink)
    lines.append("")
    lines += TerminalTable(report).lines(width: width, ink)
    let checks = expectations(report, width: width, ink)
    if !checks.isEmpty { lines += [""] + checks }
    lines.append("")
    lines += wrapped(VerdictSection.headline(report), width: width - 2).map { "  " + ink.bold($0) }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func title(_ report: ReportContext, width: Int, _ ink: TerminalInk) -> [String] {
    let system = report.result.system
    let facts = [
      "\(ReadableText.count(system.nodes, "node")) × \(system.acceleratorsPerNode) "
        + system.accelerator,
      system.model, "\(system.experts) experts", "top-\(system.topK)",
      ReadableText.count(system.steps, "step"),
    ].map { ReadableText.line($0, limit: 60) }.filter { !$0.isEmpty }.joined(separator: ", ")
    let name = TerminalTable.cut(report.title, to: width)
    let isShort = TerminalTable.width(name) + 3 + TerminalTable.width(facts) <= width
    return isShort
      ? [ink.bold(name) + "   " + facts]
      : [ink.bold(name)] + wrapped(facts, width: width - 2).map { "  " + $0 }
  }

  private static func expectations(_ report: ReportContext, width: Int, _ ink: TerminalInk)
    -> [String]
  {
    report.result.expectations.flatMap { expectation -> [String] in
      let check = VerdictSection.check(expectation, report)
      let word = check.passed ? ink.good("passed") : ink.bad("failed")
      let lines = wrapped(check.text, width: width - 10)
      return lines.enumerated().map { $0 == 0 ? "  \(word)  \($1)" : "          \($1)" }
    }
  }

  /// Lines of at most `width` characters, broken between words; a longer word is cut.
  static func wrapped(_ text: String, width: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      let word = TerminalTable.cut(String(word), to: width)
      if line.isEmpty {
        line = word
      } else if TerminalTable.width(line) + 1 + TerminalTable.width(word) <= width {
        line += " " + word
      } else {
        lines.append(line)
        line = word
      }
    }
    return line.isEmpty ? lines : lines + [line]
  }
}

/// Escape codes, or none at all.
struct TerminalInk {
  let isOn: Bool

  func bold(_ text: String) -> String { coded("1", text) }
  func good(_ text: String) -> String { coded("32", text) }
  func bad(_ text: String) -> String { coded("31", text) }

  private func coded(_ code: String, _ text: String) -> String {
    isOn ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}
