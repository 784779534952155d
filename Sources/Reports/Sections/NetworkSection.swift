internal import Charts
internal import Results

/// Which wire is full?
struct NetworkSection: ReportSection {
  let id = "network"
  let heading = "Network"
  let question = "Which wire is full?"

  func content(of report: ReportContext) -> SectionContent {
    guard !report.cells.isEmpty else {
      return .missing("No cell was run, so no byte moved.", command: report.command("compare"))
    }
    var blocks = [bytes(report)]
    blocks += links(report)
    blocks += matrices(report)
    return SectionContent(finding(report), blocks)
  }

  private func finding(_ report: ReportContext) -> String {
    let amounts = report.focus.map {
      "\(report.traffic(report.interNodeBytes($0))) under \(report.labels[$0])"
    }
    let moved = "Between nodes, a step moves " + ReadableText.list(amounts) + "."
    guard let best = report.best, let link = report.cells[best].busiestLinks.first else {
      return moved
    }
    return moved + " The busiest link of \(report.labels[best]), "
      + "\(ReadableText.line(link.link, limit: 60)), is used \(report.percent(link.utilization)) "
      + "of the time."
  }

  private static func amounts(_ bytes: BytesResult) -> [Double] {
    [
      bytes.dispatchIntraNode, bytes.combineIntraNode, bytes.dispatchInterNode,
      bytes.combineInterNode, bytes.weights,
    ]
  }

  private func bytes(_ report: ReportContext) -> Block {
    let totals = report.cells.map { Self.amounts($0.bytes).filter(\.isFinite).reduce(0, +) }
    let unit = DisplayUnit.traffic(largestBytes: totals.max() ?? 0)
    let chart = StackedBarChart(
      title: title(report), summary: "Bytes of every cell per step, inside and between nodes.",
      axis: Axis("moved per step", unit: unit.name),
      parts: [
        .init("dispatch inside nodes", series: 0, isSoft: true),
        .init("combine inside nodes", series: 2, isSoft: true),
        .init("dispatch between nodes", series: 0), .init("combine between nodes", series: 2),
        .init("weights", series: 1),
      ],
      rows: report.ranking.map { position in
        .init(
          report.labels[position],
          values: Self.amounts(report.cells[position].bytes).map { $0 * unit.factor })
      })
    let rows = report.ranking.map { position -> DataTable.Row in
      let cell = report.cells[position]
      let transfers = cell.weightTransfersPerLayer
      return report.row(
        position,
        Self.amounts(cell.bytes).map { .init(report.traffic($0), $0) }
          + [.init(report.number(transfers), transfers)])
    }
    return .figure(
      Figure(
        chart,
        howToRead:
          "Soft colours stay inside a node, solid ones cross between nodes, where links are "
          + "slower.",
        table: DataTable(
          [
            .text("cell"), .number("dispatch inside"), .number("combine inside"),
            .number("dispatch between"), .number("combine between"), .number("weights"),
            .number("weight transfers a layer"),
          ], rows: rows)))
  }

  private func title(_ report: ReportContext) -> String {
    let order = report.cells.indices.sorted {
      (report.interNodeBytes($0), $0) < (report.interNodeBytes($1), $1)
    }
    guard let least = order.first, let most = order.last, report.interNodeBytes(most) > 0 else {
      return "Nothing crosses between nodes"
    }
    let low = report.interNodeBytes(least)
    let high = report.interNodeBytes(most)
    return low > 0.995 * high
      ? "Every cell moves \(report.traffic(high)) between nodes"
      : "\(report.labels[least]) moves least between nodes, \(report.traffic(low)); "
        + "\(report.labels[most]) most, \(report.traffic(high))"
  }

  // MARK: - Links

  private func links(_ report: ReportContext) -> [Block] {
    let focus = report.focus.filter { !report.cells[$0].busiestLinks.isEmpty }
    guard !focus.isEmpty else {
      return [
        .paragraph("No link carried anything, or the network was not simulated link by link.")
      ]
    }
    return focus.map { position in
      let links = report.cells[position].busiestLinks
      let top = links[0]
      let chart = BarChart(
        title: "\(report.labels[position]): \(ReadableText.line(top.link, limit: 40)) is busy "
          + "\(report.percent(top.utilization)) of the step",
        summary: "The busiest links.", axis: Axis("of its capacity over the step", unit: "%"),
        bars: links.map {
          .init(
            ReadableText.line($0.link, limit: 40), value: $0.utilization * 100,
            series: report.colour(position).index)
        })
      let rows = links.map { link in
        DataTable.Row([
          .init(ReadableText.line(link.link, limit: 60)),
          .init(report.percent(link.utilization), link.utilization),
          .init(report.traffic(link.bytes), link.bytes),
        ])
      }
      return .figure(
        Figure(
          chart,
          howToRead:
            "Bytes carried over what the link could carry in the whole step. A link can be "
            + "full during a dispatch and still be low here: steps also compute.",
          table: DataTable(
            [.text("link"), .number("used"), .number("bytes a step")], rows: rows)))
    }
  }

  // MARK: - Rank to rank

  private func matrices(_ report: ReportContext) -> [Block] {
    report.focus.compactMap { position in
      guard let traffic = report.cells[position].rankTraffic else { return nil }
      let names = traffic.bytes.indices.map(String.init)
      let matrix = FoldedMatrix(
        traffic.bytes, rowNames: names, columnNames: names, rowLimit: 20, columnLimit: 20,
        fold: .sum)
      guard let matrix else { return nil }
      let unit = DisplayUnit.traffic(largestBytes: matrix.peak.value)
      let chart = HeatMap(
        title: "\(report.labels[position]): most goes from rank \(matrix.peak.row) to "
          + "\(matrix.peak.column), \(report.traffic(matrix.peak.value)) a step",
        summary: "Bytes from rank to rank.", rowAxis: "source rank", columnAxis: "destination rank",
        measure: Axis("per step", unit: unit.name), rows: matrix.rowNames,
        columns: matrix.columnNames, values: matrix.values.map { $0.map { $0 * unit.factor } })
      return .figure(
        Figure(
          chart,
          howToRead:
            "Darker is more. A dark column is a rank that receives from all: a hot expert; "
            + "blocks along the diagonal stay inside nodes. \(matrix.note)",
          table: matrix.table(report, corner: "from \\ to (\(unit.name))", factor: unit.factor)))
    }
  }
}
