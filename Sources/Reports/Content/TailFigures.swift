internal import Charts
internal import Results

/// What makes slow steps slow: a waterfall for each cell that a report looks into, and a table of all.
struct TailFigures: Sendable {
  let report: ReportContext

  /// The cells with causes, those that the report looks into first.
  private var known: [Int] {
    let order = report.focus + report.ranking.filter { !report.focus.contains($0) }
    return order.filter { report.cells[$0].tail?.isEmpty == false }
  }

  /// The first cause of the first cell, in a sentence; nil where none is known.
  var finding: String? {
    guard let cell = known.first, let top = report.cells[cell].tail?.first else { return nil }
    return "\(Self.sentence(top, report)) under \(report.labels[cell])."
  }

  var blocks: [Block] {
    guard !known.isEmpty else { return missing }
    let figures = known.filter(report.focus.contains).compactMap(waterfall)
    return figures.enumerated().map { position, figure in
      .figure(
        Figure(
          figure.chart, howToRead: figure.howToRead,
          table: position == 0 ? table(known) : table([figure.cell])))
    }
  }

  private var missing: [Block] {
    let examined = report.ranking.filter { report.cells[$0].tail != nil }
    guard examined.isEmpty else {
      return [
        .paragraph(
          "No step is disturbed: evening tokens, links and ranks would change its time by less "
            + "than 0.1 %.")
      ]
    }
    if report.result.system.ranks > 32 {
      return [
        .paragraph(
          "Causes of slow steps are sought on up to 256 ranks, in a single step on up to 32.")
      ]
    }
    return [
      .command(
        "This result does not say what makes slow steps slow; to find out",
        report.command("compare"))
    ]
  }

  private static func sentence(_ cause: TailCauseResult, _ report: ReportContext) -> String {
    let share = report.percent(cause.share)
    return "\(words(cause)) makes \(share) of what slow steps lose"
  }

  private static func words(_ cause: TailCauseResult) -> String {
    let name = name(cause.cause)
    let place = place(cause)
    return (name.first.map { $0.uppercased() } ?? "") + name.dropFirst()
      + (place.isEmpty ? "" : " (\(place))")
  }

  static func name(_ cause: String) -> String {
    switch cause {
    case "straggler": "a slow rank"
    case "tokenImbalance": "token imbalance"
    case "communication": "communication skew"
    case "weightTransfer": "weight transfer"
    default: TimePart.words(cause)
    }
  }

  static func place(_ cause: TailCauseResult) -> String {
    let link = cause.link.map { ReadableText.line($0, limit: 40) }
    return [
      link == nil ? cause.rank.map { "rank \($0)" } : nil, link,
      cause.layer.map { "layer \($0)" }, cause.expert.map { "expert \($0)" },
    ].compactMap { $0 }.joined(separator: ", ")
  }

  // MARK: - Waterfall

  private func waterfall(_ cell: Int) -> (cell: Int, chart: WaterfallChart, howToRead: String)? {
    guard let steps = report.cells[cell].tailSteps, let causes = report.cells[cell].tail,
      let top = causes.first, steps.slowSeconds.isFinite
    else { return nil }
    let unit = DisplayUnit.time(largestSeconds: steps.slowSeconds)
    let disturbed = causes.reduce(0) { $0 + $1.slowSeconds }
    let series = report.colour(cell).index
    var rows = [
      WaterfallChart.Row(
        "undisturbed", value: (steps.slowSeconds - disturbed) * unit.factor, isTotal: true,
        series: series)
    ]
    rows += causes.map { cause in
      WaterfallChart.Row(
        Self.name(cause.cause), value: cause.slowSeconds * unit.factor, series: series,
        note: Self.place(cause))
    }
    rows.append(
      .init("slow step", value: steps.slowSeconds * unit.factor, isTotal: true, series: series))
    let chart = WaterfallChart(
      title: "\(Self.sentence(top, report)) under \(report.labels[cell])",
      summary: "From a step without any disturbance to a slow one, cause by cause.",
      axis: Axis("step time", unit: unit.name), rows: rows)
    return (cell, chart, howToRead(steps))
  }

  private func howToRead(_ steps: TailStepsResult) -> String {
    let slow = ReadableText.list(steps.slowSteps.map { "\($0)" }, limit: 6)
    let word = steps.slowSteps.count == 1 ? "Step" : "Steps"
    let place = steps.medianSteps.isEmpty ? "" : " about p99"
    return "\(word) \(slow)\(place), simulated again without each cause: slow ranks healed, "
      + "tokens even, links nominal and evenly used, weights there at once. What causes do together "
      + "is split evenly between them. The table says what part of p99 − p50 each one is; a cause "
      + "that slows every step alike is large here and near 0 % there."
  }

  // MARK: - Table

  private func table(_ cells: [Int]) -> DataTable {
    let rows = cells.flatMap { position in
      (report.cells[position].tail ?? []).map { cause in
        report.row(
          position,
          [
            .init(Self.name(cause.cause)), .init(Self.place(cause)),
            .init(report.seconds(cause.slowSeconds), cause.slowSeconds),
            .init(report.seconds(cause.medianSeconds), cause.medianSeconds),
            .init(report.percent(cause.share), cause.share),
            .init(report.percent(cause.gapShare), cause.gapShare),
          ])
      }
    }
    return DataTable(
      [
        .text("cell"), .text("cause"), .text("where"), .number("of a slow step"),
        .number("of a median step"), .number("share of the loss"), .number("share of p99 − p50"),
      ], rows: rows)
  }
}
