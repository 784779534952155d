internal import Charts
private import Foundation
public import Results

/// Several results in one report: all cells side by side first, then what each result says.
///
/// Results may come from one scenario or from several; a result of its own keeps all its sections in a
/// report of its own.
public enum MergedReport {
  /// The sections of each result that a merged report carries.
  private static let sections = SectionOrder.all.filter {
    ["verdict", "ranking", "time", "memory", "step", "assumptions"].contains($0.id)
  }

  /// One page that needs nothing but a browser.
  ///
  /// - Throws: a parser error of the template library, or an encoding error of the embedded JSON.
  public static func html(_ results: [Results.ComparisonResult]) throws -> String {
    let reports = results.map(ReportContext.init)
    let names = self.names(reports)
    let limit = EmbeddedResult.limit / max(1, results.count)
    let embedded = try results.map { try EmbeddedResult($0, limit: limit) }
    var values = [
      HTMLSection(
        id: "overview", heading: "Overview", question: "Which of all is fastest?",
        overview(reports, names)
      ).values
    ]
    for (index, report) in reports.enumerated() {
      values += sections.map { section in
        HTMLSection(
          id: "result-\(index + 1)-\(section.id)",
          heading: "\(names[index]): \(section.heading.lowercased())",
          question: section.question, section.content(of: report),
          note: section.id == "assumptions" ? embedded[index].note : nil
        ).values
      }
    }
    let page = HTMLPage(
      kind: "Shunt comparison of \(ReadableText.count(results.count, "result"))",
      title: ReadableText.list(reports.map(\.title)), headline: headline(reports, names),
      facts: names, version: results.first?.shuntVersion ?? "",
      seed: ReadableText.list(results.map { "\($0.seed)" }), firstSection: "overview",
      sections: values, strategies: HTMLReport.strategies(reports),
      json: "[" + embedded.map(\.json).joined(separator: ",") + "]")
    return try page.render()
  }

  public static func markdown(_ results: [Results.ComparisonResult]) -> String {
    let reports = results.map(ReportContext.init)
    let names = self.names(reports)
    var lines = ["# " + MarkdownReport.escaped(ReadableText.list(reports.map(\.title))), ""]
    lines += MarkdownReport.section(
      "Overview", "Which of all is fastest?", overview(reports, names))
    for (index, report) in reports.enumerated() {
      lines += ["## " + MarkdownReport.escaped(names[index]), ""]
      for section in sections {
        lines += MarkdownReport.section(
          section.heading, section.question, section.content(of: report), level: 3)
      }
    }
    lines.append(MarkdownReport.signature(results.first?.shuntVersion ?? ""))
    return lines.joined(separator: "\n") + "\n"
  }

  /// One table of all cells under one header.
  public static func csv(_ results: [Results.ComparisonResult]) -> String {
    results.enumerated().map { index, result in
      let text = CSVReport.render(result)
      return index == 0
        ? text : text.components(separatedBy: "\r\n").dropFirst().joined(separator: "\r\n")
    }.joined()
  }

  /// The summaries one after another, then the fastest of all.
  public static func text(
    _ results: [Results.ComparisonResult], width: Int = 100, colour: Bool = false
  ) -> String {
    let reports = results.map(ReportContext.init)
    let summaries = results.map { TerminalSummary.render($0, width: width, colour: colour) }
    let answer = TerminalSummary.wrapped(headline(reports, names(reports)), width: width - 2)
    return summaries.joined(separator: "\n") + "\n"
      + answer.map { "  " + $0 }.joined(separator: "\n") + "\n"
  }

  // MARK: - Overview

  /// A name for every result: its scenario, and its seed or number where that is not enough.
  private static func names(_ reports: [ReportContext]) -> [String] {
    let withSeeds = reports.map { "\($0.title), seed \($0.result.seed)" }
    return reports.indices.map { index in
      let title = reports[index].title
      if reports.count(where: { $0.title == title }) == 1 { return title }
      return withSeeds.count { $0 == withSeeds[index] } == 1
        ? withSeeds[index] : "\(withSeeds[index]), result \(index + 1)"
    }
  }

  private static func headline(_ reports: [ReportContext], _ names: [String]) -> String {
    var best: (seconds: Double, text: String)?
    for (report, name) in zip(reports, names) {
      guard let cell = report.best, let seconds = report.cells[cell].stepTime.meanSeconds,
        seconds < best?.seconds ?? .infinity
      else { continue }
      best = (seconds, "\(report.labels[cell]) of \(name), \(report.stepText(cell))")
    }
    guard let best else { return "No cell of any result fits into memory." }
    return "The smallest mean step time of all is that of \(best.text)."
  }

  private static func overview(_ reports: [ReportContext], _ names: [String]) -> SectionContent {
    let longest = reports.flatMap { $0.cells.compactMap { $0.stepTime.meanSeconds } }.max() ?? 0
    let unit = DisplayUnit.time(largestSeconds: longest)
    var bars: [BarChart.Bar] = []
    var rows: [DataTable.Row] = []
    for (report, name) in zip(reports, names) {
      for position in report.ranking {
        let cell = report.cells[position]
        if let mean = cell.stepTime.meanSeconds, bars.count < 40 {
          bars.append(
            BarChart.Bar(
              "\(name): \(report.labels[position])", value: mean * unit.factor,
              interval: report.interval(
                cell.stepTime.meanConfidence95Seconds, factor: unit.factor),
              series: report.colour(position).index, note: report.barNote(position)))
        }
        rows.append(
          DataTable.Row(
            [
              .init(name), .init(report.labels[position]),
              .init(report.stepText(position), cell.stepTime.meanSeconds),
              .init(report.seconds(cell.stepTime.p99Seconds), cell.stepTime.p99Seconds),
              .init(report.speedupText(position), cell.speedup.mean),
              .init(report.memoryOfCapacity(position), Double(cell.peakMemoryBytes.max)),
              .init(report.decimal(cell.tokenImbalance.mean), cell.tokenImbalance.mean),
            ], strategy: report.colour(position),
            isEmphasised: report.result.verdict.winners.contains(cell.name)))
      }
    }
    let title = headline(reports, names)
    let table = DataTable(
      [
        .text("result"), .text("cell"), .number("step time"), .number("p99"), .number("speed-up"),
        .number("peak memory"), .number("imbalance"),
      ], rows: rows,
      note:
        "A speed-up is against the baseline of its own result. Steps are paired inside a result, "
        + "never across: shunt diff A.json B.json judges two results against each other.")
    let chart = BarChart(
      title: title, summary: "Mean step time of every cell of every result.",
      axis: Axis("step time", unit: unit.name), bars: bars)
    return SectionContent(
      title,
      [
        .figure(
          Figure(
            chart, howToRead: "Shorter is faster; the line at a bar's end is the 95 % interval.",
            table: table))
      ])
  }
}
