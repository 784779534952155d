internal import Charts
internal import Results

/// Who waits for whom?
struct BalanceSection: ReportSection {
  let id = "balance"
  let heading = "Balance"
  let question = "Who waits for whom?"

  func content(of report: ReportContext) -> SectionContent {
    let cells = report.ranking.filter { position in
      report.cells[position].rankCopies.contains { $0 > 0 }
    }
    guard !cells.isEmpty else {
      return .missing(
        "No rank computed a token, so there is no load to balance.",
        command: report.command("compare"))
    }
    var blocks = [loads(cells, report)]
    blocks += heat(cells, report)
    blocks.append(.table(table(cells, report)))
    return SectionContent(finding(cells, report), blocks)
  }

  private func finding(_ cells: [Int], _ report: ReportContext) -> String {
    let parts = report.focus.filter(cells.contains).map { position in
      let cell = report.cells[position]
      return "\(report.decimal(cell.tokenImbalance.mean))× the mean rank's tokens under "
        + report.labels[position]
    }
    return "The busiest rank of a layer computes " + parts.joined(separator: ", ") + "."
  }

  /// Loads over their mean, largest first.
  private static func sortedLoads(_ cell: CellResult) -> [Double] {
    let total = cell.rankCopies.reduce(0, +)
    guard total > 0 else { return [] }
    let mean = total / Double(cell.rankCopies.count)
    return cell.rankCopies.sorted(by: >).map { $0 / mean }
  }

  private func loads(_ cells: [Int], _ report: ReportContext) -> Block {
    let groups = report.byPlacement.map { ($0.placement, $0.cells.filter(cells.contains)) }
      .filter { !$0.1.isEmpty }.prefix(6)
    let shown = groups.flatMap(\.1)
    let highest = shown.compactMap { Self.sortedLoads(report.cells[$0]).first }.max() ?? 1
    let ranks = shown.map { report.cells[$0].rankCopies.count }.max() ?? 1
    let panels = groups.map { placement, cells in
      SmallMultiples.Panel(
        placement,
        chart: LineChart(
          title: placement, summary: "Load of ranks, busiest first.",
          horizontal: Axis("ranks, busiest first", domain: 1...Double(max(2, ranks))),
          vertical: Axis("load over mean", unit: "×", domain: 0...(highest * 1.05)),
          series: cells.prefix(ChartStyle.seriesLimit).map { line($0, report) },
          interpolation: .step, showsPoints: false))
    }
    let title = loadTitle(shown, report)
    let summary = "Mean load of every rank over the mean of all ranks, a panel for each placement."
    return .figure(
      Figure(
        SmallMultiples(title: title, summary: summary, panels: panels, columns: 2),
        narrow: SmallMultiples(title: title, summary: summary, panels: panels, columns: 1),
        howToRead:
          "Level at 1 is perfect balance. These are means over all layers and steps: a rank "
          + "that is busy in one layer and idle in the next looks level here, and still makes "
          + "others wait; the table's imbalance is per layer and step.",
        table: extremes(shown, report)))
  }

  private func line(_ cell: Int, _ report: ReportContext) -> LineChart.Series {
    LineChart.Series(
      report.colour(cell).name, index: report.colour(cell).index,
      points: Self.sortedLoads(report.cells[cell]).enumerated().map {
        .init(x: Double($0 + 1), y: $1)
      })
  }

  private func loadTitle(_ cells: [Int], _ report: ReportContext) -> String {
    let tops = cells.compactMap { position in
      Self.sortedLoads(report.cells[position]).first.map { (position, $0) }
    }
    guard let worst = tops.max(by: { $0.1 < $1.1 }) else { return "Load of every rank" }
    return "The busiest rank carries \(report.decimal(worst.1))× the mean load at worst, under "
      + report.labels[worst.0]
  }

  private func extremes(_ cells: [Int], _ report: ReportContext) -> DataTable {
    let rows = cells.map { position -> DataTable.Row in
      let copies = report.cells[position].rankCopies
      let busiest = copies.indices.max { copies[$0] < copies[$1] } ?? 0
      let idlest = copies.indices.min { copies[$0] < copies[$1] } ?? 0
      let mean = copies.reduce(0, +) / Double(max(1, copies.count))
      return report.row(
        position,
        [
          .init(report.number(mean), mean), .init("\(busiest)", key: Double(busiest)),
          .init(report.number(copies[busiest]), copies[busiest]),
          .init("\(idlest)", key: Double(idlest)),
          .init(report.number(copies[idlest]), copies[idlest]),
        ])
    }
    return DataTable(
      [
        .text("cell"), .number("mean copies of a rank"), .number("busiest rank"),
        .number("its copies"), .number("idlest rank"), .number("its copies"),
      ], rows: rows, note: "Token copies per layer and step.")
  }

  private func table(_ cells: [Int], _ report: ReportContext) -> DataTable {
    let rows = cells.map { position -> DataTable.Row in
      let cell = report.cells[position]
      let values = [
        cell.tokenImbalance.mean, cell.tokenImbalance.max, cell.expertComputeImbalance.mean,
        cell.expertComputeImbalance.max,
      ]
      return report.row(
        position,
        values.map { .init(report.decimal($0), $0) } + [
          .init(report.number(cell.droppedCopiesPerStep), cell.droppedCopiesPerStep)
        ])
    }
    return DataTable(
      [
        .text("cell"), .number("tokens, mean"), .number("tokens, largest"), .number("time, mean"),
        .number("time, largest"), .number("copies dropped a step"),
      ], rows: rows,
      note: "Imbalance: busiest rank over the mean rank, per layer and step; in token copies "
        + "computed and in the time the experts take.")
  }

  // MARK: - Over time or layers

  private func heat(_ cells: [Int], _ report: ReportContext) -> [Block] {
    report.focus.filter(cells.contains).compactMap { position in
      guard let heat = report.cells[position].loadHeat else { return nil }
      let matrix = FoldedMatrix(
        heat.copies, rowNames: heat.copies.indices.map { "\($0)" }, columnNames: heat.columns,
        rowLimit: 16, columnLimit: 24, fold: .mean)
      guard let matrix else { return nil }
      let kind = ReadableText.line(heat.columnKind, limit: 20)
      let peak = matrix.peak
      let chart = HeatMap(
        title: "\(report.labels[position]): rank \(peak.row) is busiest, in \(kind) \(peak.column)",
        summary: "Load of every rank over \(kind)s.", rowAxis: "rank", columnAxis: kind,
        measure: Axis("token copies"), rows: matrix.rowNames, columns: matrix.columnNames,
        values: matrix.values)
      return .figure(
        Figure(
          chart,
          howToRead: "Darker is busier. A dark row is a rank that is always busy, a dark column a "
            + "\(kind) that is hard for all; single dark cells are hot spots. \(matrix.note)",
          table: matrix.table(report, corner: "rank")))
    }
  }
}
