internal import Charts
internal import Results

/// What limits each cell?
struct TimeSection: ReportSection {
  let id = "time"
  let heading = "Where time goes"
  let question = "What limits each?"

  func content(of report: ReportContext) -> SectionContent {
    let cells = report.ranking.filter { position in
      let cell = report.cells[position]
      return cell.stepTime.meanSeconds != nil && cell.timeShares.values.contains { $0 > 0 }
    }
    guard !cells.isEmpty else {
      return .missing(
        "No cell ran a step, so there is no critical path to take apart.",
        command: report.command("compare"))
    }
    var blocks: [Block] = [figure(cells, report)]
    if let overlap = overlap(cells, report) { blocks.append(overlap) }
    blocks += roofline(cells, report)
    return SectionContent(finding(cells, report), blocks)
  }

  private func finding(_ cells: [Int], _ report: ReportContext) -> String {
    report.focus.filter(cells.contains).map { position in
      let parts = Self.seconds(position, report)
      let total = parts.reduce(0, +)
      guard total > 0, let top = parts.indices.max(by: { parts[$0] < parts[$1] }) else {
        return "\(report.labels[position]) takes no time."
      }
      return "\(report.labels[position]) spends \(report.percent(parts[top] / total)) of its step "
        + "on \(TimePart.all[top].name)."
    }.joined(separator: " ")
  }

  /// Mean seconds a step on the critical path, by part.
  private static func seconds(_ cell: Int, _ report: ReportContext) -> [Double] {
    let mean = report.cells[cell].stepTime.meanSeconds ?? 0
    return TimePart.amounts(report.cells[cell].timeShares).map { $0 * mean }
  }

  private func figure(_ cells: [Int], _ report: ReportContext) -> Block {
    let unit = report.timeUnit
    let chart = StackedBarChart(
      title: title(cells, report),
      summary: "The critical path of every cell, by what its time was spent on.",
      axis: Axis("time on the critical path, per step", unit: unit.name),
      parts: TimePart.all.enumerated().map { .init($1.name, series: $0) },
      rows: cells.map { position in
        .init(
          report.labels[position],
          values: Self.seconds(position, report).map { $0 * unit.factor })
      })
    let rows = cells.map { position -> DataTable.Row in
      let parts = Self.seconds(position, report)
      let column = NumberColumn(parts + [parts.reduce(0, +)], factor: unit.factor)
      return report.row(
        position,
        (parts + [parts.reduce(0, +)]).map { .init(column.text($0), $0) })
    }
    return .figure(
      Figure(
        chart,
        howToRead:
          "Each bar is the mean step, cut by what the chain of operations that decided its "
          + "end was doing. Work hidden behind that chain is not in the bar. Waiting is time in "
          + "which the chain stood still.",
        table: DataTable(
          [.text("cell")] + TimePart.all.map { .number("\($0.name) (\(unit.name))") }
            + [.number("total")], rows: rows)))
  }

  /// The part that differs most between the baseline and the best.
  private func title(_ cells: [Int], _ report: ReportContext) -> String {
    guard let best = report.best, let baseline = report.baseline, best != baseline,
      cells.contains(best), cells.contains(baseline)
    else { return "Time on the critical path by cell" }
    let (ours, theirs) = (Self.seconds(best, report), Self.seconds(baseline, report))
    let part = ours.indices.max { abs(ours[$0] - theirs[$0]) < abs(ours[$1] - theirs[$1]) } ?? 0
    let change = ours[part] - theirs[part]
    return "\(report.labels[best]) spends \(report.seconds(abs(change))) "
      + "\(change < 0 ? "less" : "more") on \(TimePart.all[part].name) than "
      + "\(report.labels[baseline])"
  }

  // MARK: - Overlap and roofline

  private func overlap(_ cells: [Int], _ report: ReportContext) -> Block? {
    let known = cells.filter { report.cells[$0].overlap != nil }
    guard !known.isEmpty else { return nil }
    let unit = report.timeUnit
    let parts = known.map { position -> (exposed: Double, hidden: Double) in
      let overlap = report.cells[position].overlap
      let exposed = overlap?.exposedSeconds ?? 0
      return (exposed, max(0, (overlap?.communicationSeconds ?? 0) - exposed))
    }
    let hidden = parts.map(\.hidden).reduce(0, +)
    let total = parts.map { $0.hidden + $0.exposed }.reduce(0, +)
    let chart = StackedBarChart(
      title: "\(report.percent(total > 0 ? hidden / total : 0)) of communication is hidden behind "
        + "computing",
      summary: "Exposed and overlapped communication of every cell.",
      axis: Axis("communication per step", unit: unit.name),
      parts: [.init("exposed", series: 5), .init("overlapped", series: 5, isSoft: true)],
      rows: zip(known, parts).map { position, part in
        .init(
          report.labels[position], values: [part.exposed * unit.factor, part.hidden * unit.factor])
      })
    let rows = zip(known, parts).map { position, part in
      report.row(
        position,
        [
          .init(report.seconds(part.exposed), part.exposed),
          .init(report.seconds(part.hidden), part.hidden),
        ])
    }
    return .figure(
      Figure(
        chart,
        howToRead: "The solid part holds up the step; the soft part runs while ranks compute.",
        table: DataTable([.text("cell"), .number("exposed"), .number("overlapped")], rows: rows)))
  }

  private func roofline(_ cells: [Int], _ report: ReportContext) -> [Block] {
    let known = cells.filter { (report.cells[$0].rooflineSeconds ?? 0) > 0 }
    guard !known.isEmpty else { return [] }
    let rows = known.map { position -> DataTable.Row in
      let roofline = report.cells[position].rooflineSeconds ?? 0
      let factor = (report.cells[position].stepTime.meanSeconds ?? 0) / roofline
      return report.row(
        position,
        [
          .init(report.seconds(roofline), roofline), .init(report.decimal(factor) + "×", factor),
        ])
    }
    return [
      .paragraph(
        "Distance to the roofline: the least time a step could take at the machine's peak rates, "
          + "had all ranks equal work, and how many times longer the step takes."),
      .table(
        DataTable([.text("cell"), .number("roofline"), .number("step over roofline")], rows: rows)),
    ]
  }
}
