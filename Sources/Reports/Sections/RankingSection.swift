internal import Charts
internal import Results
internal import Statistics

/// By how much, and at what cost?
struct RankingSection: ReportSection {
  let id = "ranking"
  let heading = "Ranking"
  let question = "By how much, and at what cost?"

  func content(of report: ReportContext) -> SectionContent {
    guard !report.cells.isEmpty else {
      return .missing(
        "No cell was run, so there is nothing to rank.", command: report.command("compare"))
    }
    var blocks: [Block] = [.table(table(report)), bars(report)]
    blocks += distributions(report)
    return SectionContent(finding(report), blocks)
  }

  private func finding(_ report: ReportContext) -> String {
    guard let first = report.ranking.first, let last = report.ranking.last, first != last else {
      return "One cell was run: \(report.labels[0]) takes \(report.stepText(0)) a step."
    }
    return "Mean step times reach from \(report.stepText(first)) (\(report.labels[first])) to "
      + "\(report.stepText(last)) (\(report.labels[last]))."
  }

  private func table(_ report: ReportContext) -> DataTable {
    let unit = report.timeUnit
    let rows = report.ranking.map { position -> DataTable.Row in
      let cell = report.cells[position]
      let quantiles = [cell.stepTime.p50Seconds, cell.stepTime.p95Seconds]
      let marks = report.marks(position)
      return DataTable.Row(
        [
          .init(ReadableText.line(cell.placement, limit: 60)),
          .init(ReadableText.line(cell.strategy, limit: 60)),
          .init(marks.joined(separator: ", "), isMark: true),
          .init(
            report.stepColumn.text(
              cell.stepTime.meanSeconds, cell.stepTime.meanConfidence95Seconds),
            cell.stepTime.meanSeconds),
        ] + quantiles.map { .init(report.stepColumn.text($0), $0) } + [
          .init(report.speedupText(position), cell.speedup.mean),
          .init(report.number(report.tokensPerSecond(position)), report.tokensPerSecond(position)),
          .init(report.traffic(report.interNodeBytes(position)), report.interNodeBytes(position)),
          .init(report.memoryOfCapacity(position), Double(cell.peakMemoryBytes.max)),
          .init(report.decimal(cell.tokenImbalance.mean), cell.tokenImbalance.mean),
        ], strategy: report.colour(position),
        isEmphasised: report.result.verdict.winners.contains(cell.name))
    }
    return DataTable(
      [
        .text("placement"), .text("strategy"), .text("standing"),
        .number("step time (\(unit.name))"), .number("p50"), .number("p95"), .number("speed-up"),
        .number("tokens/s"), .number("inter-node a step"), .number("peak memory"),
        .number("imbalance"),
      ], rows: rows,
      note: "Means and speed-ups with 95 % intervals; imbalance is tokens of the busiest rank over "
        + "the mean. Wall-clock planning times are on the terminal and in the placement's "
        + "certificate, not here, so that a report is the same bytes each time.")
  }

  private func bars(_ report: ReportContext) -> Block {
    let unit = report.timeUnit
    let drawn = report.ranking.filter { report.cells[$0].stepTime.meanSeconds != nil }
    let chart = BarChart(
      title: barTitle(report), summary: "Mean step time of every cell with its 95 % interval.",
      axis: Axis("mean step time", unit: unit.name),
      bars: drawn.map { position in
        let time = report.cells[position].stepTime
        return BarChart.Bar(
          report.labels[position], value: (time.meanSeconds ?? .nan) * unit.factor,
          interval: report.interval(time.meanConfidence95Seconds, factor: unit.factor),
          series: report.colour(position).index,
          note: report.barNote(position))
      })
    let rows = drawn.map { position -> DataTable.Row in
      let time = report.cells[position].stepTime
      let ends = time.meanConfidence95Seconds ?? []
      return report.row(
        position,
        [
          .init(report.stepColumn.text(time.meanSeconds), time.meanSeconds),
          .init(report.stepColumn.text(ends.first), ends.first),
          .init(report.stepColumn.text(ends.last), ends.last),
          .init("\(time.count)", key: Double(time.count)),
        ])
    }
    return .figure(
      Figure(
        chart,
        howToRead: "A shorter bar is faster. The whisker is the 95 % interval of the mean; whether "
          + "two cells differ is decided step by step, not by whether whiskers overlap.",
        table: DataTable(
          [
            .text("cell"), .number("mean (\(unit.name))"), .number("lower"), .number("upper"),
            .number("steps"),
          ], rows: rows)))
  }

  private func barTitle(_ report: ReportContext) -> String {
    let winners = report.ranking.filter {
      report.result.verdict.winners.contains(report.cells[$0].name)
    }.map { report.labels[$0] }
    switch winners.count {
    case 0: return "Step time by cell"
    case 1: return "\(winners[0]) takes the least time"
    default: return "\(ReadableText.list(winners)) cannot be told apart"
    }
  }

  // MARK: - Distributions

  /// At most this many panels of distributions; the others are in the table above.
  private static let panelLimit = 6

  private func distributions(_ report: ReportContext) -> [Block] {
    let groups = report.byPlacement.map { group in
      (group.placement, group.cells.filter { report.cells[$0].stepSeconds.count > 1 })
    }.filter { !$0.1.isEmpty }.prefix(Self.panelLimit)
    guard !groups.isEmpty else { return [] }
    let unit = report.timeUnit
    let samples = groups.flatMap(\.1).flatMap { report.cells[$0].stepSeconds }.filter(\.isFinite)
    guard let low = samples.min(), let high = samples.max(), low < high else { return [] }
    let axis = Axis(
      "step time", unit: unit.name, domain: (low * unit.factor)...(high * unit.factor))
    let panels = groups.map { placement, cells in
      SmallMultiples.Panel(
        placement,
        chart: DistributionChart(
          title: placement, summary: "Distribution of step times.", axis: axis,
          series: cells.prefix(ChartStyle.seriesLimit).map { series($0, report) }))
    }
    let title = distributionTitle(groups.flatMap(\.1), report)
    let summary = "Share of steps at or below each time, a panel for each placement."
    let cells = groups.flatMap(\.1)
    return [
      .figure(
        Figure(
          SmallMultiples(title: title, summary: summary, panels: panels, columns: 2),
          narrow: SmallMultiples(title: title, summary: summary, panels: panels, columns: 1),
          howToRead: "Each line climbs from 0 to 100 % of the steps. Further left is faster, "
            + "steeper is steadier; the top of a line is its slowest steps. At most 120 quantiles "
            + "are drawn of each.",
          table: quantiles(cells, report)))
    ]
  }

  private func series(_ cell: Int, _ report: ReportContext) -> DistributionChart.Series {
    let sample = SortedSample(report.cells[cell].stepSeconds.filter(\.isFinite))
    return DistributionChart.Series(
      report.colour(cell).name, index: report.colour(cell).index,
      points: sample.distributionPoints(limit: 120).map {
        ($0.value * report.timeUnit.factor, $0.share)
      })
  }

  private func distributionTitle(_ cells: [Int], _ report: ReportContext) -> String {
    let spreads = cells.compactMap { position -> (Int, Double)? in
      let time = report.cells[position].stepTime
      guard let p50 = time.p50Seconds, let p95 = time.p95Seconds, p50 > 0 else { return nil }
      return (position, p95 / p50)
    }
    guard let widest = spreads.max(by: { $0.1 < $1.1 }),
      let steadiest = spreads.min(by: { $0.1 < $1.1 }), widest.0 != steadiest.0
    else { return "How step times spread" }
    return "p95 is \(report.decimal(steadiest.1))× the median for \(report.labels[steadiest.0]) "
      + "and \(report.decimal(widest.1))× for \(report.labels[widest.0])"
  }

  private func quantiles(_ cells: [Int], _ report: ReportContext) -> DataTable {
    let unit = report.timeUnit.name
    let rows = cells.map { position -> DataTable.Row in
      let time = report.cells[position].stepTime
      let values = [
        time.p50Seconds, time.p90Seconds, time.p95Seconds, time.p99Seconds, time.maxSeconds,
        time.standardDeviationSeconds,
      ]
      return report.row(position, values.map { .init(report.stepColumn.text($0), $0) })
    }
    return DataTable(
      [
        .text("cell"), .number("p50 (\(unit))"), .number("p90"), .number("p95"), .number("p99"),
        .number("largest"), .number("deviation"),
      ], rows: rows)
  }
}
