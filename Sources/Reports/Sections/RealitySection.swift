internal import Charts
internal import Results

/// May I believe this?
struct RealitySection: ReportSection {
  let id = "reality"
  let heading = "Model against reality"
  let question = "May I believe this?"

  func content(of report: ReportContext) -> SectionContent {
    let cells = report.cells.indices.filter { report.cells[$0].predictionError != nil }
    let origins = origins(report)
    guard !cells.isEmpty else {
      return SectionContent(
        "No measured run belongs to this result; its times rest on the cost model alone.",
        [
          .paragraph(origins),
          .command(
            "To run the same plans on this machine's processors and fill this section",
            "shunt execute SCENARIO.yaml"),
          .command(
            "To hold the cost model against measured tables", "shunt calibrate check TABLE.csv"),
        ])
    }
    let evidence = RealityEvidence(report: report, cells: cells).blocks
    return SectionContent(
      finding(cells, report),
      [figure(cells, report)] + evidence + [.paragraph(origins)])
  }

  /// Where constants come from, in a sentence.
  private func origins(_ report: ReportContext) -> String {
    let assumptions = report.result.assumptions
    let count = { (origin: String) in assumptions.count { $0.origin == origin } }
    return
      "Of \(ReadableText.count(assumptions.count, "input")), \(count("measured")) are measured, "
      + "\(count("fitted")) fitted to measurements, \(count("catalog")) from data sheets in the "
      + "catalogue; the others are the scenario's own or defaults."
  }

  private func finding(_ cells: [Int], _ report: ReportContext) -> String {
    let errors = cells.compactMap { report.cells[$0].predictionError }
    let worst = errors.map(\.median).max() ?? 0
    let worstP90 = errors.map(\.p90).max() ?? 0
    return "The median step is predicted within \(report.percent(worst)) of its measurement in "
      + "every cell, nine in ten within \(report.percent(worstP90))."
  }

  private func figure(_ cells: [Int], _ report: ReportContext) -> Block {
    let bars = cells.map { position -> BarChart.Bar in
      let error = report.cells[position].predictionError
      return BarChart.Bar(
        report.labels[position], value: (error?.median ?? .nan) * 100,
        series: report.colour(position).index,
        note: error.map { "p90 \(report.percent($0.p90))" })
    }
    let rows = cells.flatMap { position -> [DataTable.Row] in
      let cell = report.cells[position]
      let kinds = (cell.predictionErrorByKind ?? [:]).sorted { $0.key < $1.key }
      let all = cell.predictionError.map { [("step", $0)] } ?? []
      return (all + kinds.map { (TimePart.words($0.key), $0.value) }).map { name, error in
        let isStep = name == "step"
        let (predicted, measured) = (
          isStep ? cell.stepTime.meanSeconds : nil,
          isStep ? cell.measured?.stepTime.meanSeconds : nil
        )
        return report.row(
          position,
          [
            .init(name), .init(report.seconds(predicted), predicted),
            .init(report.seconds(measured), measured),
            .init(report.percent(error.median), error.median),
            .init(report.percent(error.p90), error.p90),
          ])
      }
    }
    let chart = BarChart(
      title:
        "Prediction error of step times: \(report.percent(bars.map(\.value).max().map { $0 / 100 })) at most",
      summary: "Median relative error of every cell.", axis: Axis("median error", unit: "%"),
      bars: bars)
    return .figure(
      Figure(
        chart,
        howToRead: "|predicted − measured| / measured over steps, the median of them; p90 is what "
          + "nine in ten stay below.",
        table: DataTable(
          [
            .text("cell"), .text("what"), .number("predicted mean"), .number("measured mean"),
            .number("median error"), .number("p90 error"),
          ], rows: rows)))
  }
}
