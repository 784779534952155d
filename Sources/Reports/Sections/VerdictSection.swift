internal import Charts
internal import Results

/// Which do I take, and how sure is it?
struct VerdictSection: ReportSection {
  let id = "verdict"
  let heading = "Verdict"
  let question = "Which do I take, and how sure is it?"

  func content(of report: ReportContext) -> SectionContent {
    guard !report.cells.isEmpty else {
      return .missing(
        "Nothing was compared: the scenario has no placement and strategy that could be run.",
        command: report.command("check"))
    }
    var blocks: [Block] = []
    let checks = report.result.expectations.map { Self.check($0, report) }
    blocks += effect(report).map { .paragraph($0) }
    blocks += outOfMemory(report).map { .warning($0) }
    blocks += precision(report).map { .paragraph($0) }
    if report.cells.contains(where: { $0.speedup.mean != nil }) { blocks.append(figure(report)) }
    blocks.append(.paragraph(dependence(report)))
    return SectionContent(Self.headline(report), blocks, checks: checks)
  }

  static func check(_ expectation: ExpectationResult, _ report: ReportContext) -> Check {
    let value = expectation.value.map { measured(expectation.metric, $0, report) } ?? "no value"
    let metric = ReadableText.line(expectation.metric, limit: 60)
    let condition = ReadableText.line(expectation.condition, limit: 60)
    let cell = report.label(of: expectation.cell)
    return Check(passed: expectation.passed, text: "\(metric) \(condition) for \(cell): \(value)")
  }

  private static func measured(_ metric: String, _ value: Double, _ report: ReportContext) -> String
  {
    let name = metric.lowercased()
    if name.contains("time") { return report.seconds(value) }
    if name.contains("memory") {
      return value <= 16 ? report.percent(value) : report.memory(value)
    }
    return report.number(value)
  }

  /// The result's own sentence, or the smallest mean where it carries none.
  static func headline(_ report: ReportContext) -> String {
    let sentence = ReadableText.line(report.result.verdict.sentence, limit: 1000)
    guard sentence.isEmpty else { return sentence }
    guard !report.cells.isEmpty else { return "Nothing was compared" }
    guard let best = report.best else { return "No cell fits into memory." }
    return "\(report.labels[best]) has the smallest mean step time, \(report.stepText(best))."
  }

  /// Effect sizes of the cells that stand at the top.
  private func effect(_ report: ReportContext) -> [String] {
    guard let best = report.best, let baseline = report.baseline else { return [] }
    let winners = report.ranking.filter {
      report.result.verdict.winners.contains(report.cells[$0].name)
    }
    if best == baseline {
      return ["\(report.labels[best]) is the baseline itself, at \(report.stepText(best)) a step."]
    }
    let others = winners.filter { $0 != best }
    var text =
      "Against the baseline \(report.labels[baseline]), \(report.labels[best]) is "
      + "\(report.speedupText(best)) as fast, step by step over the same tokens"
    if let p = report.cells[best].speedup.pValue {
      text += " (p \(p < 0.001 ? "< 0.001" : "= " + NumberText.significant(p, digits: 2)))"
    }
    text += "."
    if !others.isEmpty {
      let names = ReadableText.list(others.map { "\(report.labels[$0])\(pValue($0, report))" })
      text += " The steps do not separate it from \(names): take any of them for other reasons."
    }
    return [text]
  }

  /// How sure p99 is, where the scenario asked for a precision; a goal missed is among the warnings.
  private func precision(_ report: ReportContext) -> [String] {
    guard let precision = report.result.precision, precision.isReached,
      let width = precision.relativeHalfWidth
    else { return [] }
    return [
      "p99 of every cell is known to ±\(report.percent(width)) or better after "
        + "\(ReadableText.count(precision.steps, "step")); "
        + "±\(report.percent(precision.goal)) was asked for."
    ]
  }

  private func pValue(_ cell: Int, _ report: ReportContext) -> String {
    guard let p = report.result.verdict.adjustedPValues[report.cells[cell].name] else { return "" }
    return " (p = \(NumberText.significant(p, digits: 2)))"
  }

  private func outOfMemory(_ report: ReportContext) -> [String] {
    report.cells.indices.compactMap { position in
      guard let detail = report.cells[position].outOfMemoryDetail else { return nil }
      return "\(report.labels[position]) runs out of memory in step \(detail.step) on rank "
        + "\(detail.rank): it needs \(report.memory(Double(detail.neededBytes))) of "
        + "\(report.memory(Double(report.cells[position].peakMemoryBytes.capacityBytes)))."
    }
  }

  private func figure(_ report: ReportContext) -> Block {
    let order = report.ranking.filter { report.cells[$0].speedup.mean != nil }
    let bars = order.map { position in
      BarChart.Bar(
        report.labels[position], value: report.cells[position].speedup.mean ?? .nan,
        interval: position == report.baseline
          ? nil : report.interval(report.cells[position].speedup.confidence95, factor: 1),
        series: report.colour(position).index, note: report.barNote(position))
    }
    let chart = BarChart(
      title: title(report), summary: "Speed-up of every cell against the baseline.",
      axis: Axis("speed-up against the baseline", unit: "×"), bars: bars, marker: (1, "baseline"))
    let rows = order.map { position in
      report.row(
        position,
        [
          .init(report.speedupText(position), report.cells[position].speedup.mean),
          .init(
            report.number(report.cells[position].speedup.pValue),
            report.cells[position].speedup.pValue),
        ])
    }
    return .figure(
      Figure(
        chart,
        howToRead:
          "A longer bar is faster; the whisker is the 95 % interval of the paired speed-up. "
          + "A whisker that crosses the line at 1 cannot be told from the baseline.",
        table: DataTable([.text("cell"), .number("speed-up"), .number("p")], rows: rows)))
  }

  private func title(_ report: ReportContext) -> String {
    guard let best = report.best, let baseline = report.baseline else { return "Speed-ups" }
    return best == baseline
      ? "Nothing beats the baseline"
      : "\(report.labels[best]) is \(report.speedupText(best)) as fast as \(report.labels[baseline])"
  }

  private func dependence(_ report: ReportContext) -> String {
    let system = report.result.system
    return "This holds for \(ReadableText.count(system.steps, "step")) of "
      + "\(ReadableText.line(system.routing)) routing at \(system.tokensPerRank) tokens a rank in "
      + "\(ReadableText.line(system.phase)), with the inputs of the section Assumptions. "
      + "See When the answer changes for other loads."
  }
}
