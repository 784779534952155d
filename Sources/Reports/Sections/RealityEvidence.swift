internal import Charts
internal import Results

/// What an execution adds to the section on reality: every step predicted and measured, where the
/// time went, how the run was made, and where the model is furthest off.
struct RealityEvidence {
  let report: ReportContext
  /// Positions of the cells that were measured.
  let cells: [Int]

  var blocks: [Block] {
    [scatter, kinds].compactMap { $0 } + [run, reason].compactMap { $0.map(Block.paragraph) }
  }

  // MARK: - Step by step

  private var scatter: Block? {
    let unit = report.timeUnit
    var points: [ScatterChart.Point] = []
    var rows: [DataTable.Row] = []
    for position in cells {
      let cell = report.cells[position]
      let measured = cell.measured?.stepSeconds ?? []
      for (step, pair) in zip(cell.stepSeconds, measured).enumerated() {
        points.append(
          .init(
            "\(report.labels[position]), step \(step)", x: pair.1 * unit.factor,
            y: pair.0 * unit.factor, series: report.colour(position).index))
        rows.append(
          report.row(
            position,
            [
              .init("\(step)", key: Double(step)), .init(report.seconds(pair.0), key: pair.0),
              .init(report.seconds(pair.1), key: pair.1),
              ratio(pair.0, pair.1),
            ]))
      }
    }
    guard !points.isEmpty else { return nil }
    let values = points.flatMap { [$0.x, $0.y] }
    let domain = (values.min() ?? 0) * 0.95...(values.max() ?? 1) * 1.05
    let chart = ScatterChart(
      title: "Every step, predicted over measured",
      summary: "A dot is one step of one cell; on the diagonal prediction and measurement agree.",
      horizontal: Axis("measured", unit: unit.name, domain: domain),
      vertical: Axis("predicted", unit: unit.name, domain: domain), points: points)
    return .figure(
      Figure(
        chart,
        howToRead: "Both axes have the same scale, so agreement is the diagonal; dots below it are "
          + "steps that took longer than predicted.",
        table: DataTable(
          [
            .text("cell"), .number("step"), .number("predicted"), .number("measured"),
            .number("predicted / measured"),
          ], rows: rows)))
  }

  // MARK: - Kind by kind

  private var kinds: Block? {
    var rows: [DataTable.Row] = []
    for position in cells {
      let seconds = report.cells[position].measured?.secondsByKind ?? [:]
      for (kind, value) in seconds.sorted(by: { $0.key < $1.key }) {
        rows.append(
          report.row(
            position,
            [
              .init(TimePart.words(kind)),
              .init(report.seconds(value.predicted), key: value.predicted),
              .init(report.seconds(value.measured), key: value.measured),
              ratio(value.predicted, value.measured),
            ]))
      }
    }
    guard !rows.isEmpty else { return nil }
    return .table(
      DataTable(
        [
          .text("cell"), .text("kind of operation"), .number("predicted, all ranks"),
          .number("measured, all ranks"), .number("predicted / measured"),
        ], rows: rows))
  }

  private func ratio(_ predicted: Double, _ measured: Double) -> DataTable.Cell {
    let ratio = measured > 0 ? predicted / measured : .nan
    return .init(NumberText.fixed(ratio, decimals: 2), key: ratio)
  }

  // MARK: - In words

  /// How the plans were carried out.
  private var run: String? {
    guard let execution = report.result.execution else { return nil }
    let timing =
      execution.timing == "virtual"
      ? "each rank's work was measured alone and the durations were composed on the simulator's clock"
      : "ranks ran side by side and the wall clock was read"
    let scaling =
      execution.scaling.isEmpty
      ? "nothing was made smaller"
      : "made smaller: \(ReadableText.line(execution.scaling.joined(separator: "; "), limit: 600))"
    return "Carried out on \(ReadableText.line(execution.processor, limit: 80)) "
      + "(\(execution.transport), \(execution.timing) timing: \(timing)); "
      + "\(execution.repetitions) repetitions, which differ by \(report.percent(execution.noise)); "
      + "\(scaling). Results of \(execution.checkedTokens) tokens differ from a plain computation by "
      + "\(NumberText.significant(execution.largestError)) of the largest value at most (rounding may "
      + "come to \(NumberText.significant(execution.tolerance))). \(comparison(execution))Of \(execution.comparedPairs) pairs "
      + "of cells that measurement tells apart, \(execution.rankedAsMeasured) were predicted in that "
      + "order."
  }

  private func comparison(_ execution: ExecutionResult) -> String {
    guard let runs = execution.comparedRuns, runs > 0, let distance = execution.largestDistance
    else { return "" }
    return
      "Outputs and gradients of \(runs) runs are those of another cell for the same tokens, to "
      + "\(NumberText.significant(distance)). "
  }

  /// Where the model is furthest off, and what is likely to be behind it.
  private var reason: String? {
    var worst: (kind: String, gap: Double, ratio: Double)?
    var total = 0.0
    for position in cells {
      let seconds = report.cells[position].measured?.secondsByKind ?? [:]
      for (kind, value) in seconds.sorted(by: { $0.key < $1.key }) where value.measured > 0 {
        total += value.measured
        let gap = abs(value.predicted - value.measured)
        if gap > worst?.gap ?? -1 { worst = (kind, gap, value.predicted / value.measured) }
      }
    }
    guard let worst, total > 0 else { return nil }
    let direction = worst.ratio < 1 ? "short" : "long"
    return "The model is furthest off in \(TimePart.words(worst.kind)), which it predicts too "
      + "\(direction) (\(NumberText.fixed(worst.ratio, decimals: 2)) of the measured time). "
      + Self.likelyCause(of: worst.kind)
  }

  private static func likelyCause(of kind: String) -> String {
    switch kind {
    case "expertCompute":
      "Products are timed alone when the machine is measured; in a step their rows and weights come "
        + "from caches in another state, and small batches between two measured sizes fall between "
        + "kernels of the library."
    case "dispatch", "combine":
      "Rows are copied in short runs whose source may still be in a cache or not; measured copies know "
        + "one state only."
    case "weights":
      "Copies of weights are larger than the caches and share the memory's bandwidth with whatever "
        + "else the machine does."
    case "routing":
      "The gate's operations are short, so that the cost of starting them weighs."
    default:
      "Operations of this kind are few or short, and their share of the step is small."
    }
  }
}
