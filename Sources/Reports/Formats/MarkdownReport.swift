internal import Charts
public import Results

/// A comparison as Markdown that fits a pull request: the sections of the page, with tables for
/// charts.
///
/// Names from the scenario are escaped, so that they can neither format nor mention anybody.
public enum MarkdownReport {
  /// Rows of a table that a comment can carry.
  static let rowLimit = 24
  /// Columns that a comment can carry.
  static let columnLimit = 14

  /// The report, ended by a line break; the same result gives the same text.
  public static func render(_ result: Results.ComparisonResult) -> String {
    let report = ReportContext(result)
    var lines = ["# " + escaped(report.title), ""]
    lines += [HTMLReport.facts(result.system).map(escaped).joined(separator: " · "), ""]
    for section in SectionOrder.all {
      lines += self.section(section.heading, section.question, section.content(of: report))
    }
    lines.append(signature(result.shuntVersion))
    return lines.joined(separator: "\n") + "\n"
  }

  static func signature(_ version: String) -> String {
    "Made by shunt \(escaped(ReadableText.line(version, limit: 40)))."
  }

  /// One section under its heading.
  static func section(
    _ heading: String, _ question: String, _ content: SectionContent, level: Int = 2
  ) -> [String] {
    var lines = [String(repeating: "#", count: level) + " " + escaped(heading), ""]
    lines += ["*\(escaped(question))*", ""]
    if !content.checks.isEmpty {
      lines +=
        content.checks.map {
          "- \($0.passed ? "✅ passed" : "❌ failed"): \(escaped($0.text))"
        } + [""]
    }
    lines += ["**" + escaped(content.finding) + "**", ""]
    for block in content.blocks { lines += text(block) + [""] }
    return lines
  }

  private static func text(_ block: Block) -> [String] {
    switch block {
    case .paragraph(let text): [escaped(text)]
    case .warning(let text): ["> **Warning:** " + escaped(text)]
    case .figure(let figure):
      ["### " + escaped(figure.wide.title), ""] + table(figure.table, isFolded: true)
    case .table(let table): self.table(table, isFolded: table.rows.count > 12)
    case .command(let words, let command): [escaped(words) + ":", ""] + fenced(command, "sh")
    case .source(let title, let text):
      ["<details><summary>\(escaped(title))</summary>", ""]
        + fenced(String(text.prefix(8000)), "yaml") + ["", "</details>"]
    }
  }

  private static func table(_ table: DataTable, isFolded: Bool) -> [String] {
    let columns = table.columns.prefix(columnLimit)
    guard !columns.isEmpty, !table.rows.isEmpty else { return ["No rows."] }
    var lines = [
      line(columns.map { escaped($0.title) }),
      line(columns.map { $0.isNumber ? "--:" : ":--" }),
    ]
    for row in table.rows.prefix(rowLimit) {
      let cells = row.cells.prefix(columnLimit).enumerated().map { index, cell in
        let text = escaped(cell.text)
        return row.isEmphasised && index == 0 && !text.isEmpty ? "**\(text)**" : text
      }
      lines.append(line(cells))
    }
    var notes = [table.note.map(escaped)].compactMap { $0 }
    if table.rows.count > rowLimit { notes.append("The first \(rowLimit) rows.") }
    if table.columns.count > columnLimit { notes.append("The first \(columnLimit) columns.") }
    if !notes.isEmpty { lines += ["", notes.joined(separator: " ")] }
    return isFolded
      ? ["<details><summary>Numbers</summary>", ""] + lines + ["", "</details>"] : lines
  }

  private static func line(_ cells: [String]) -> String {
    "| " + cells.joined(separator: " | ") + " |"
  }

  /// Text inside a fence longer than any run of backticks in it.
  private static func fenced(_ text: String, _ language: String) -> [String] {
    var (longest, run) = (0, 0)
    for character in text {
      run = character == "`" ? run + 1 : 0
      longest = max(longest, run)
    }
    let fence = String(repeating: "`", count: max(3, longest + 1))
    return [fence + language, text, fence]
  }

  /// `text` on one line, every character that Markdown or HTML could take for a sign escaped.
  static func escaped(_ text: String) -> String {
    var result = ""
    for character in ReadableText.line(text, limit: 2000) {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\\", "`", "*", "_", "[", "]", "|", "#", "~", "$": result += "\\" + String(character)
      case "@": result += "@\u{2060}"
      default: result.append(character)
      }
    }
    // A number with a full stop, a dash or a plus at the start would begin a list.
    if let first = result.first, "-+".contains(first) { result = "\\" + result }
    return result
  }
}
