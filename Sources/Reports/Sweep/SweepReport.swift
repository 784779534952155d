internal import Charts
private import Foundation
public import Results

/// A sweep in every format: the same sections as a page, as Markdown, as text, and a table as CSV.
public enum SweepReport {
  /// One page that needs nothing but a browser.
  ///
  /// - Throws: a parser error of the template library, or an encoding error of the embedded JSON.
  public static func html(_ result: SweepResult) throws -> String {
    let sweep = SweepContext(result)
    let sections = SweepSections(sweep: sweep)
    let page = HTMLPage(
      kind: "Shunt sweep", title: sweep.title, headline: sections.headline, facts: facts(sweep),
      version: result.shuntVersion, seed: "\(result.seed)", firstSection: "verdict",
      sections: sections.all.map {
        HTMLSection(id: $0.id, heading: $0.heading, question: $0.question, $0.content).values
      },
      strategies: sweep.cells.prefix(ChartStyle.seriesLimit).map {
        ["name": sweep.label($0), "index": "\(sweep.series($0))", "members": sweep.label($0)]
      },
      json: try EmbeddedJSON.text(result, limit: EmbeddedResult.limit) ?? "{}")
    return try page.render()
  }

  public static func markdown(_ result: SweepResult) -> String {
    let sweep = SweepContext(result)
    var lines = ["# " + MarkdownReport.escaped(sweep.title), ""]
    lines += [facts(sweep).map(MarkdownReport.escaped).joined(separator: " · "), ""]
    for section in SweepSections(sweep: sweep).all {
      lines += MarkdownReport.section(section.heading, section.question, section.content)
    }
    lines.append(MarkdownReport.signature(result.shuntVersion))
    return lines.joined(separator: "\n") + "\n"
  }

  /// A header, then one row for every cell of every point.
  public static func csv(_ result: SweepResult) -> String {
    let names =
      result.axes.map(\.path) + [
        "cell", "outOfMemory", "meanSeconds", "meanLowerSeconds", "meanUpperSeconds", "p99Seconds",
        "speedup", "peakMemoryBytes", "tokensPerSecond", "tokensPerSecondPerRank", "tokenImbalance",
        "pareto", "failure",
      ]
    var lines = [names.map(CSVReport.quoted).joined(separator: ",")]
    for point in result.points {
      let values = point.values.map(CSVReport.quoted)
      if let failure = point.failure {
        let empty = Array(repeating: "", count: 12)
        lines.append((values + empty + [CSVReport.quoted(failure)]).joined(separator: ","))
      }
      for cell in point.cells {
        let numbers: [Double?] = [
          cell.meanSeconds, cell.meanConfidence95Seconds?.first, cell.meanConfidence95Seconds?.last,
          cell.p99Seconds, cell.speedup.mean, Double(cell.peakMemoryBytes), cell.tokensPerSecond,
          cell.tokensPerSecondPerRank, cell.tokenImbalance,
        ]
        let fields =
          [CSVReport.quoted(cell.cell), "\(cell.outOfMemory)"]
          + numbers.map { $0.map { $0.isFinite ? "\($0)" : "" } ?? "" } + ["\(cell.isPareto)", ""]
        lines.append((values + fields).joined(separator: ","))
      }
    }
    return lines.joined(separator: "\r\n") + "\r\n"
  }

  /// The Pareto set as a table, then the answer.
  public static func text(_ result: SweepResult, width: Int = 100) -> String {
    let sweep = SweepContext(result)
    let sections = SweepSections(sweep: sweep)
    let members = result.points.flatMap { point in
      point.cells.filter(\.isPareto).map { (point, $0) }
    }
    let rows = members.map { point, cell in
      [
        sweep.name(point), sweep.label(cell.cell), sweep.seconds(cell.meanSeconds),
        sweep.memory(cell.peakMemoryBytes),
        cell.tokensPerSecondPerRank.map { NumberText.significant($0) } ?? "–",
      ]
    }
    let header = ["Pareto set", "cell", "step time", "peak memory", "tokens/s/rank"]
    let widths = header.indices.map { column in
      ([header] + rows).map { TerminalTable.width($0[column]) }.max() ?? 0
    }
    let table = ([header] + rows).map { row in
      "  "
        + row.enumerated().map { column, text in
          let room = String(
            repeating: " ", count: max(0, widths[column] - TerminalTable.width(text)))
          return column < 2 ? text + room : room + text
        }.joined(separator: "  ")
    }
    let answer = TerminalSummary.wrapped(sections.headline, width: max(40, width) - 2)
    let head = "\(sweep.title)   " + facts(sweep).joined(separator: ", ")
    return ([head, ""] + table + [""] + answer.map { "  " + $0 }).joined(separator: "\n") + "\n"
  }

  private static func facts(_ sweep: SweepContext) -> [String] {
    sweep.result.axes.indices.map { axis in
      "\(sweep.path(axis)): \(ReadableText.count(sweep.result.axes[axis].values.count, "value"))"
    } + [ReadableText.count(sweep.result.points.count, "point")]
  }
}
