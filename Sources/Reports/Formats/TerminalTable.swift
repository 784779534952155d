internal import Charts
internal import Results

/// The ranking as columns of text that fit into a terminal.
struct TerminalTable {
  private struct Column {
    let title: String
    let values: [String]
    let isNumber: Bool
    /// Columns with a higher number go first where there is no room; 0 always stays.
    let need: Int
    /// Names may be cut to this many characters.
    var limit: Int?

    var width: Int {
      let widest = (values + [title]).map(TerminalTable.width).max() ?? 0
      return min(widest, limit ?? .max)
    }
  }

  private var columns: [Column]
  private let marks: [String]
  private let report: ReportContext

  init(_ report: ReportContext) {
    self.report = report
    let order = report.ranking
    marks = order.map { report.marks($0).filter { $0 != "fastest" }.joined(separator: ", ") }
    let cells = order.map { report.cells[$0] }
    let between = order.map { report.traffic(report.interNodeBytes($0)) }
    columns = [
      Column(
        title: "placement", values: cells.map { ReadableText.line($0.placement, limit: 40) },
        isNumber: false, need: 0),
      Column(
        title: "strategy", values: cells.map { ReadableText.line($0.strategy, limit: 40) },
        isNumber: false, need: 0),
      Column(
        title: "step time (\(report.timeUnit.name))",
        values: cells.map {
          report.stepColumn.text($0.stepTime.meanSeconds, $0.stepTime.meanConfidence95Seconds)
        }, isNumber: true, need: 0),
      Column(
        title: "speed-up",
        values: order.map { $0 == report.baseline ? "baseline" : report.speedupText($0) },
        isNumber: true, need: 0),
      Column(title: "inter-node", values: between, isNumber: true, need: 2),
      Column(
        title: "peak memory", values: order.map(report.memoryOfCapacity), isNumber: true, need: 1),
      Column(
        title: "imbalance", values: cells.map { report.decimal($0.tokenImbalance.mean) },
        isNumber: true, need: 3),
    ]
  }

  /// The header and one line a cell, with what there is to say about it at the end.
  func lines(width: Int, _ ink: TerminalInk) -> [String] {
    guard !marks.isEmpty else { return ["  No cell was run."] }
    let fitted = columnsThatFit(width)
    let isMarkApart = !fits(fitted, width)
    let header = "  " + fitted.map { Self.padded($0.title, $0) }.joined(separator: "  ")
    var lines = [Self.trimmed(header)]
    for (row, position) in report.ranking.enumerated() {
      let cells = fitted.map { Self.padded($0.values[row], $0) }.joined(separator: "  ")
      let cell = report.cells[position]
      let isWinner = report.result.verdict.winners.contains(cell.name)
      let mark = marks[row].replacingBaseline
      var line = "  " + (isWinner ? ink.bold(cells) : Self.trimmed(cells))
      if !mark.isEmpty {
        let inked = cell.outOfMemory ? ink.bad(mark) : isWinner ? ink.good(mark) : mark
        if isMarkApart {
          lines.append(line)
          line = "    " + inked
        } else {
          line = "  " + (isWinner ? ink.bold(cells) : cells) + "  " + inked
        }
      }
      lines.append(line)
    }
    return lines
  }

  // MARK: - Fitting

  private var markWidth: Int {
    let widest = marks.map { Self.width($0.replacingBaseline) }.max() ?? 0
    return widest == 0 ? 0 : widest + 2
  }

  private func total(_ columns: [Column]) -> Int {
    columns.reduce(0) { $0 + $1.width + 2 }
  }

  private func fits(_ columns: [Column], _ width: Int) -> Bool {
    total(columns) + markWidth <= width
  }

  /// Cuts names first, then leaves out columns.
  private func columnsThatFit(_ width: Int) -> [Column] {
    var chosen = columns
    if !fits(chosen, width) {
      for index in 0..<2 { chosen[index].limit = 16 }
    }
    while !fits(chosen, width), let least = chosen.map(\.need).max(), least > 0 {
      chosen.removeAll { $0.need == least }
    }
    if !fits(chosen, width) {
      for index in 0..<2 { chosen[index].limit = 10 }
    }
    return chosen
  }

  private static func padded(_ text: String, _ column: Column) -> String {
    let shown = cut(text, to: column.width)
    let room = String(repeating: " ", count: max(0, column.width - width(shown)))
    return column.isNumber ? room + shown : shown + room
  }

  private static func trimmed(_ line: String) -> String {
    String(line.reversed().drop { $0 == " " }.reversed())
  }

  /// Columns of a terminal that `text` takes: two for wide characters, one for others.
  static func width(_ text: String) -> Int {
    text.reduce(0) { $0 + width($1) }
  }

  private static func width(_ character: Character) -> Int {
    guard let first = character.unicodeScalars.first else { return 0 }
    switch first.value {
    case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
      0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
      return 2
    default:
      return 1
    }
  }

  /// `text` cut to `limit` columns, an ellipsis at its end if anything was cut.
  static func cut(_ text: String, to limit: Int) -> String {
    guard width(text) > limit else { return text }
    var result = ""
    var used = 0
    for character in text {
      used += width(character)
      if used > limit - 1 { break }
      result.append(character)
    }
    return result + "…"
  }
}

extension String {
  /// Marks without "baseline", which stands in the column of speed-ups.
  fileprivate var replacingBaseline: String {
    split(separator: ",").map { $0.drop { $0 == " " } }.filter { $0 != "baseline" }
      .joined(separator: ", ")
  }
}
