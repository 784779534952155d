internal import Charts
internal import Results

/// The sections of a sweep's report, free of any format.
struct SweepSections: Sendable {
  struct Section: Sendable {
    let id: String
    let heading: String
    let question: String
    let content: SectionContent
  }

  let sweep: SweepContext

  /// Lines and panels that a reader can tell apart.
  private static let panelLimit = 6

  var all: [Section] {
    [
      Section(
        id: "verdict", heading: "Verdict", question: "Which value do I take?",
        content: SectionContent(headline, warnings)),
      Section(
        id: "curves", heading: "Curves", question: "How does the step time change?",
        content: curves),
      Section(
        id: "pareto", heading: "Pareto set", question: "What cannot be improved for nothing?",
        content: pareto),
      Section(
        id: "points", heading: "All points", question: "What was measured where?",
        content: SectionContent(pointsFinding, [.table(table)])),
      Section(
        id: "assumptions", heading: "Reproduction", question: "How do I redo it?",
        content: reproduction),
    ]
  }

  /// The fastest point, and the one that a change of the winner makes interesting.
  var headline: String {
    let measured = sweep.result.points.compactMap {
      point -> (SweepResult.Point, SweepResult.Cell)? in
      guard let best = point.best, let cell = point.cells.first(where: { $0.cell == best })
      else { return nil }
      return (point, cell)
    }
    let fastest = measured.min { ($0.1.meanSeconds ?? .infinity) < ($1.1.meanSeconds ?? .infinity) }
    guard let fastest else { return "No point could be run with a cell that fits into memory." }
    let text =
      "\(sweep.label(fastest.1.cell)) at \(sweep.name(fastest.0)) has the smallest mean step time, "
      + "\(sweep.seconds(fastest.1.meanSeconds))."
    var changes: [String] = []
    for (before, after) in zip(measured, measured.dropFirst())
    where !after.0.winners.contains(before.1.cell) && !before.0.winners.contains(after.1.cell) {
      changes.append("\(sweep.label(after.1.cell)) at \(sweep.name(after.0))")
    }
    guard sweep.result.axes.count == 1, !changes.isEmpty else { return text }
    return text + " The fastest cell changes: \(ReadableText.list(changes, limit: 3)) takes over."
  }

  private var warnings: [Block] {
    sweep.result.warnings.prefix(20).map { .warning(ReadableText.line($0, limit: 400)) }
  }

  // MARK: - Curves

  private var curves: SectionContent {
    guard let axis = sweep.mainAxis, let numbers = sweep.numbers(axis) else {
      return SectionContent(
        "The values swept are words, so there is no curve; the table has every point.")
    }
    let groups = sweep.groups(along: axis).prefix(Self.panelLimit)
    let ratio = (numbers.values.max() ?? 1) / max(1e-300, numbers.values.min() ?? 1)
    let isLogarithmic = numbers.values.allSatisfy { $0 > 0 } && ratio >= 8
    let horizontal = Axis(
      sweep.shortPath(axis), unit: numbers.unit, isLogarithmic: isLogarithmic)
    let title = curveTitle(axis)
    let panels = groups.map { group in
      SmallMultiples.Panel(
        group.name, chart: lines(group.points, axis, horizontal, title: group.name))
    }
    let chart: any Chart =
      panels.count == 1
      ? lines(groups[0].points, axis, horizontal, title: title)
      : SmallMultiples(title: title, summary: "One panel a combination.", panels: panels)
    let cut =
      sweep.groups(along: axis).count > groups.count
      ? " The first \(groups.count) combinations are drawn; the table has all." : ""
    return SectionContent(
      title,
      [
        .figure(
          Figure(
            chart,
            howToRead:
              "Lower is faster; the band is the 95 % interval of the mean. A gap is a point "
              + "that could not be run or does not fit into memory.\(cut)",
            table: table))
      ])
  }

  private func curveTitle(_ axis: Int) -> String {
    let points = sweep.groups(along: axis).first?.points ?? []
    let times = points.compactMap { point -> (String, Double)? in
      guard let best = point.best,
        let seconds = point.cells.first(where: { $0.cell == best })?.meanSeconds
      else { return nil }
      return (ReadableText.line(point.values[axis], limit: 40), seconds)
    }
    guard let first = times.first, let last = times.last, times.count > 1 else {
      return "Step time over \(sweep.shortPath(axis))"
    }
    return "The best step time goes from \(sweep.seconds(first.1)) at \(first.0) to "
      + "\(sweep.seconds(last.1)) at \(last.0)"
  }

  private func lines(
    _ points: [SweepResult.Point], _ axis: Int, _ horizontal: Axis, title: String
  ) -> LineChart {
    let factor = sweep.timeUnit.factor
    let series = sweep.cells.prefix(ChartStyle.seriesLimit).map { name in
      let drawn = points.compactMap { point -> LineChart.Point? in
        guard let x = SweepContext.number(point.values[axis])?.value,
          let cell = point.cells.first(where: { $0.cell == name }), !cell.outOfMemory,
          let mean = cell.meanSeconds
        else { return nil }
        let ends = cell.meanConfidence95Seconds ?? []
        let isInterval = ends.count == 2 && ends[0] <= ends[1]
        return LineChart.Point(
          x: x, y: mean * factor,
          interval: isInterval ? (ends[0] * factor)...(ends[1] * factor) : nil)
      }
      return LineChart.Series(
        sweep.label(name), index: sweep.series(name), points: drawn.sorted { $0.x < $1.x })
    }
    return LineChart(
      title: title, summary: "Mean step time of every cell.", horizontal: horizontal,
      vertical: Axis("step time", unit: sweep.timeUnit.name), series: series)
  }

  // MARK: - Pareto set

  private var pareto: SectionContent {
    let isMemory = sweep.result.objective == .memory
    let largest = sweep.result.points.flatMap(\.cells).map { Double($0.peakMemoryBytes) }.max() ?? 0
    let unit = DisplayUnit.memory(largestBytes: largest)
    var points: [ScatterChart.Point] = []
    var members: [DataTable.Row] = []
    for point in sweep.result.points {
      let values = point.values.joined(separator: ", ")
      for cell in point.cells where !cell.outOfMemory {
        guard let seconds = cell.meanSeconds else { continue }
        let cost =
          isMemory ? Double(cell.peakMemoryBytes) * unit.factor : cell.tokensPerSecondPerRank ?? 0
        points.append(
          .init(
            "\(sweep.label(cell.cell)) at \(ReadableText.line(values, limit: 80))",
            x: seconds * sweep.timeUnit.factor,
            y: cost, series: sweep.series(cell.cell), isOnFrontier: cell.isPareto))
        if cell.isPareto { members.append(row(point, cell)) }
      }
    }
    guard !points.isEmpty else { return SectionContent("No cell of any point fits into memory.") }
    let other = isMemory ? "peak memory" : "tokens a second and rank"
    let title =
      "\(ReadableText.count(members.count, "choice")) of \(points.count) cannot be improved in step "
      + "time without losing in \(other)"
    let chart = ScatterChart(
      title: title, summary: "Every cell at every point.",
      horizontal: Axis("step time", unit: sweep.timeUnit.name),
      vertical: Axis(other, unit: isMemory ? unit.name : ""), points: points)
    let better = isMemory ? "lower" : "higher"
    return SectionContent(
      title,
      [
        .figure(
          Figure(
            chart,
            howToRead:
              "A dot is one cell at one point; further left is faster, \(better) is better. "
              + "Large dots are the Pareto set: no other dot is better in one and not worse in the "
              + "other.",
            table: DataTable(columns, rows: members)))
      ])
  }

  // MARK: - Table

  private var columns: [DataTable.Column] {
    sweep.result.axes.indices.map { axis in
      sweep.numbers(axis) == nil ? .text(sweep.shortPath(axis)) : .number(sweep.shortPath(axis))
    } + [
      .text("cell"), .number("step time"), .number("p99"), .number("speed-up"),
      .number("tokens/s"), .number("peak memory"), .number("imbalance"), .text(""),
    ]
  }

  private func row(_ point: SweepResult.Point, _ cell: SweepResult.Cell) -> DataTable.Row {
    var marks: [String] = []
    if cell.outOfMemory { marks.append("out of memory") }
    if point.winners.contains(cell.cell) {
      marks.append(point.best == cell.cell ? "fastest" : "tie with best")
    }
    if cell.isPareto { marks.append("Pareto") }
    let values = point.values.map { value in
      DataTable.Cell(ReadableText.line(value, limit: 40), key: SweepContext.number(value)?.value)
    }
    let speedup = cell.speedup.mean.map { NumberText.fixed($0, decimals: 3) + "×" } ?? "–"
    let rate = cell.tokensPerSecond.map { NumberText.significant($0) } ?? "–"
    return DataTable.Row(
      values + [
        .init(sweep.label(cell.cell)), .init(sweep.seconds(cell.meanSeconds), cell.meanSeconds),
        .init(sweep.seconds(cell.p99Seconds), cell.p99Seconds),
        .init(speedup, cell.speedup.mean), .init(rate, cell.tokensPerSecond),
        .init(sweep.memory(cell.peakMemoryBytes), Double(cell.peakMemoryBytes)),
        .init(NumberText.fixed(cell.tokenImbalance, decimals: 2), cell.tokenImbalance),
        DataTable.Cell(marks.joined(separator: ", "), isMark: true),
      ], isEmphasised: cell.isPareto)
  }

  /// Every cell of every point, and the points that could not be run.
  var table: DataTable {
    let rows = sweep.result.points.flatMap { point -> [DataTable.Row] in
      guard let failure = point.failure else { return point.cells.map { row(point, $0) } }
      let values = point.values.map { DataTable.Cell(ReadableText.line($0, limit: 40)) }
      let rest = Array(repeating: DataTable.Cell("–"), count: 6)
      return [
        DataTable.Row(
          values + [.init(ReadableText.line(failure, limit: 120))] + rest + [
            DataTable.Cell("failed", isMark: true)
          ])
      ]
    }
    return DataTable(columns, rows: rows)
  }

  private var pointsFinding: String {
    let failed = sweep.result.points.count { $0.failure != nil }
    let axes = sweep.result.axes.indices.map(sweep.path)
    return "\(ReadableText.count(sweep.result.points.count, "point")) over "
      + "\(ReadableText.list(axes)), \(ReadableText.count(sweep.cells.count, "cell")) each"
      + (failed > 0 ? "; \(failed) could not be run." : ".")
  }

  private var reproduction: SectionContent {
    SectionContent(
      "Every point has the scenario's seed, so that points differ by their values alone.",
      [
        .command("To run it again", "shunt sweep SCENARIO.yaml --output sweep.html"),
        .source(
          title: "The scenario", text: ReadableText.of(sweep.result.scenarioText, limit: 50_000)),
      ])
  }
}
