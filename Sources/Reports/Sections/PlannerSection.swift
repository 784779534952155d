internal import Charts
internal import Results

/// Is the plan good, and was the solver needed?
struct PlannerSection: ReportSection {
  let id = "planner"
  let heading = "Planner"
  let question = "Is the plan good, and was the solver needed?"

  func content(of report: ReportContext) -> SectionContent {
    let placements = report.result.placements
    guard placements.contains(where: { $0.objective != nil }) else {
      return .missing(
        "No placement of this result was planned from loads, so none has a certificate.",
        command: report.command("plan", "--output placement.json"))
    }
    var blocks: [Block] = [objectives(report)]
    blocks += placements.compactMap { progress($0, report) }
    return SectionContent(finding(report), blocks)
  }

  private func finding(_ report: ReportContext) -> String {
    let planned = report.result.placements.filter { $0.objective != nil }
    let proven = planned.filter { $0.status == "optimal" }
    let name = { (placement: PlacementResult) in ReadableText.line(placement.label, limit: 60) }
    guard let best = planned.min(by: { ($0.objective ?? 0) < ($1.objective ?? 0) }) else {
      return ""
    }
    let optimum = proven.first { $0.objective == best.objective }
    let others = planned.filter { $0.label != best.label }
    var text =
      optimum.map { "\(name($0)) is proven optimal for the loads it was planned on" }
      ?? "\(name(best)) has the smallest objective"
    if optimum == nil, let gap = best.gap {
      text += ", at most \(report.percent(gap)) above the bound"
    }
    if let next = others.min(by: { ($0.objective ?? 0) < ($1.objective ?? 0) }),
      let objective = next.objective, let least = best.objective, least > 0
    {
      let excess = objective / least - 1
      text +=
        excess < 1e-9
        ? "; \(name(next)) reaches the same"
        : "; \(name(next)) is \(report.percent(excess)) above it"
    }
    return text + "."
  }

  private func objectives(_ report: ReportContext) -> Block {
    let planned = report.result.placements.filter { $0.objective != nil }
    let chart = BarChart(
      title: title(planned, report), summary: "Objective of every placement.",
      axis: Axis("busiest rank's tokens, summed over layers"),
      bars: planned.enumerated().map { index, placement in
        BarChart.Bar(
          ReadableText.line(placement.label, limit: 60), value: placement.objective ?? .nan,
          series: ChartStyle.seriesLimit - 1, note: ReadableText.line(placement.status, limit: 20))
      })
    let rows = report.result.placements.map { placement in
      DataTable.Row([
        .init(ReadableText.line(placement.label, limit: 60)),
        .init(ReadableText.line(placement.method, limit: 40)),
        .init(ReadableText.line(placement.status, limit: 20)),
        .init(report.number(placement.objective), placement.objective),
        .init(report.number(placement.lowerBound), placement.lowerBound),
        .init(report.percent(placement.gap), placement.gap),
        .init(
          placement.searchNodes.map(String.init) ?? "–", placement.searchNodes.map(Double.init)),
        .init(placement.isVerified.map { $0 ? "passed" : "failed" } ?? "–"),
      ])
    }
    return .figure(
      Figure(
        chart,
        howToRead:
          "A shorter bar is better. The objective is what planning minimises, on the loads "
          + "it was given; whether that shortens steps is what Ranking shows.",
        table: DataTable(
          [
            .text("placement"), .text("method"), .text("status"), .number("objective"),
            .number("bound"), .number("gap"), .number("nodes"), .text("independent check"),
          ], rows: rows)))
  }

  private func title(_ planned: [PlacementResult], _ report: ReportContext) -> String {
    func key(_ placement: PlacementResult) -> Double { placement.objective ?? .infinity }
    guard let least = planned.min(by: { key($0) < key($1) }),
      let most = planned.max(by: { key($0) < key($1) }), key(least) < key(most)
    else { return "All placements reach the same objective" }
    return "Busiest ranks carry \(report.number(least.objective)) tokens under "
      + "\(ReadableText.line(least.label, limit: 60)) and \(report.number(most.objective)) under "
      + ReadableText.line(most.label, limit: 60)
  }

  private func progress(_ placement: PlacementResult, _ report: ReportContext) -> Block? {
    guard let incumbents = placement.incumbents, incumbents.count > 1 else { return nil }
    let name = ReadableText.line(placement.label, limit: 60)
    let bounds = incumbents.filter { $0.lowerBound != nil }
    var series = [
      LineChart.Series(
        "objective", index: 0, points: incumbents.map { .init(x: $0.work, y: $0.objective) })
    ]
    if bounds.count > 1 {
      series.append(
        LineChart.Series(
          "bound", index: 1, points: bounds.map { .init(x: $0.work, y: $0.lowerBound ?? .nan) }))
    }
    let first = incumbents[0].objective
    let last = incumbents[incumbents.count - 1].objective
    let chart = LineChart(
      title: "\(name): searching improved the first plan by "
        + report.percent(first > 0 ? (first - last) / first : 0),
      summary: "Objective of the plans found on the way.", horizontal: Axis("search steps"),
      vertical: Axis("objective"), series: series, interpolation: .step)
    let rows = incumbents.map { entry in
      DataTable.Row([
        .init(report.number(entry.work), entry.work),
        .init(report.number(entry.objective), entry.objective),
        .init(report.number(entry.lowerBound), entry.lowerBound),
      ])
    }
    return .figure(
      Figure(
        chart,
        howToRead: "The upper line is the best plan known, the lower one what no plan can beat; "
          + "where they meet, the plan is proven optimal.",
        table: DataTable(
          [.number("search steps"), .number("objective"), .number("bound")], rows: rows)))
  }
}
