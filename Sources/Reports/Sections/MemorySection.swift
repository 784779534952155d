internal import Charts
internal import Results

/// Does it fit, and when does it not?
struct MemorySection: ReportSection {
  let id = "memory"
  let heading = "Memory"
  let question = "Does it fit, and when does it not?"

  /// In the order of a bar; categories that are not named here follow by name.
  private static let order = [
    "weights", "replicas", "gradients", "optimizer", "keyValueCache", "buffers", "activations",
    "workspace",
  ]

  func content(of report: ReportContext) -> SectionContent {
    let cells = report.ranking.filter { report.cells[$0].peakMemoryBytes.max > 0 }
    guard !cells.isEmpty else {
      return .missing(
        "The result counts no memory.", command: report.command("compare"))
    }
    var blocks = failures(report)
    blocks.append(fullest(cells, report))
    blocks += byRank(cells, report)
    return SectionContent(finding(cells, report), blocks)
  }

  private func finding(_ cells: [Int], _ report: ReportContext) -> String {
    let failed = report.cells.indices.filter { report.cells[$0].outOfMemory }
    if !failed.isEmpty {
      let names = ReadableText.list(failed.map { report.labels[$0] })
      return
        "\(failed.count) of \(ReadableText.count(report.cells.count, "cell")) \(failed.count == 1 ? "runs" : "run") "
        + "out of memory: "
        + names + "."
    }
    let tightest = cells.max { share($0, report) < share($1, report) } ?? cells[0]
    return "Every cell fits; the tightest is \(report.labels[tightest]) with "
      + "\(report.memoryOfCapacity(tightest)) (\(report.percent(share(tightest, report))))."
  }

  private func share(_ cell: Int, _ report: ReportContext) -> Double {
    let peak = report.cells[cell].peakMemoryBytes
    return peak.capacityBytes > 0 ? Double(peak.max) / Double(peak.capacityBytes) : 0
  }

  private func failures(_ report: ReportContext) -> [Block] {
    report.cells.indices.compactMap { position in
      guard let detail = report.cells[position].outOfMemoryDetail else { return nil }
      return .warning(
        "\(report.labels[position]) ran out of memory in step \(detail.step), rank \(detail.rank), "
          + "\(report.seconds(detail.timeSeconds)) into the step: "
          + "\(ReadableText.line(detail.operation, limit: 80)) asked for "
          + "\(report.memory(Double(detail.requestedBytes))) of "
          + "\(TimePart.words(detail.category)), which makes "
          + "\(report.memory(Double(detail.neededBytes))). Its times are what the step would take "
          + "with more memory.")
    }
  }

  private func categories(_ cells: [Int], _ report: ReportContext) -> [String] {
    var names = Set<String>()
    for cell in cells {
      names.formUnion(report.cells[cell].peakMemoryBytes.byCategory.filter { $0.value > 0 }.keys)
    }
    let strangers = names.subtracting(Self.order).sorted()
    return Self.order.filter(names.contains) + strangers
  }

  private func fullest(_ cells: [Int], _ report: ReportContext) -> Block {
    let names = categories(cells, report)
    let largest =
      cells.map { cell in
        let peak = report.cells[cell].peakMemoryBytes
        return Double(max(peak.max, peak.capacityBytes))
      }.max() ?? 0
    let unit = DisplayUnit.memory(largestBytes: largest)
    func values(_ cell: Int) -> [Double] {
      let peak = report.cells[cell].peakMemoryBytes
      return names.map { Double(peak.byCategory[$0] ?? 0) }
    }
    let chart = StackedBarChart(
      title: headroomTitle(cells, report),
      summary: "What the fullest rank of every cell holds at its peak.",
      axis: Axis("held by the fullest rank", unit: unit.name),
      parts: names.enumerated().map { .init(TimePart.words($1), series: $0) },
      rows: cells.map { cell in
        let capacity = report.cells[cell].peakMemoryBytes.capacityBytes
        return .init(
          report.labels[cell], values: values(cell).map { $0 * unit.factor },
          limit: capacity > 0 ? Double(capacity) * unit.factor : nil)
      })
    let rows = cells.map { cell -> DataTable.Row in
      let peak = report.cells[cell].peakMemoryBytes
      let headroom = Double(peak.capacityBytes) - Double(peak.max)
      let cells = values(cell).map { DataTable.Cell(report.memory($0), $0) }
      return report.row(
        cell,
        cells + [
          .init(report.memoryOfCapacity(cell), Double(peak.max)),
          .init(headroom < 0 ? "none" : report.memory(headroom), headroom),
          .init(report.cells[cell].outOfMemory ? "out of memory" : "", isMark: true),
        ])
    }
    return .figure(
      Figure(
        chart,
        howToRead: "Each bar is the rank that held most, at the moment it held most; the dashed "
          + "line is what an accelerator has.",
        table: DataTable(
          [.text("cell")] + names.map { .number(TimePart.words($0)) }
            + [.number("peak"), .number("headroom"), .text("")], rows: rows)))
  }

  private func headroomTitle(_ cells: [Int], _ report: ReportContext) -> String {
    guard let best = report.best, cells.contains(best) else { return "Memory at its peak" }
    let peak = report.cells[best].peakMemoryBytes
    guard peak.capacityBytes > 0 else {
      return "\(report.labels[best]) holds \(report.memory(Double(peak.max))) at its peak"
    }
    let headroom = Double(peak.capacityBytes) - Double(peak.max)
    return headroom < 0
      ? "\(report.labels[best]) lacks \(report.memory(-headroom))"
      : "\(report.labels[best]) leaves \(report.memory(headroom)) free on its fullest rank"
  }

  // MARK: - Rank by rank

  private func byRank(_ cells: [Int], _ report: ReportContext) -> [Block] {
    let shown = report.focus.filter {
      cells.contains($0) && report.cells[$0].peakMemoryBytes.perRank.count > 1
    }
    guard let first = shown.first else { return [] }
    let unit = DisplayUnit.memory(
      largestBytes: Double(shown.map { report.cells[$0].peakMemoryBytes.max }.max() ?? 0))
    let peaks = report.cells[first].peakMemoryBytes.perRank
    let fullest = peaks.indices.max { peaks[$0] < peaks[$1] } ?? 0
    let chart = LineChart(
      title: "Rank \(fullest) is the fullest under \(report.labels[first])",
      summary: "Peak memory of every rank.",
      horizontal: Axis("rank", domain: 0...Double(peaks.count - 1)),
      vertical: Axis("peak memory", unit: unit.name),
      series: shown.map { cell in
        LineChart.Series(
          report.labels[cell], index: Self.lineColour(cell, shown, report),
          points: report.cells[cell].peakMemoryBytes.perRank.enumerated().map {
            .init(x: Double($0), y: Double($1) * unit.factor)
          })
      }, showsPoints: peaks.count <= 64)
    let rows = peaks.indices.map { rank in
      DataTable.Row(
        [.init("\(rank)", key: Double(rank))]
          + shown.map { cell -> DataTable.Cell in
            let perRank = report.cells[cell].peakMemoryBytes.perRank
            let bytes = rank < perRank.count ? Double(perRank[rank]) : nil
            return .init(bytes.map(report.memory) ?? "–", bytes)
          } + categoryCells(first, rank, report))
    }
    return [
      .figure(
        Figure(
          chart,
          howToRead: "Ranks that stand out hold hot experts or copies of them. The axis does not "
            + "start at zero.",
          table: DataTable(
            [.number("rank")] + shown.map { .number(report.labels[$0]) }
              + categoryNames(first, report).map { .number(TimePart.words($0)) }, rows: rows)))
    ]
  }

  /// Two cells of one strategy on one chart need two colours.
  private static func lineColour(_ cell: Int, _ shown: [Int], _ report: ReportContext) -> Int {
    let colour = report.colour(cell).index
    let isTaken = shown.prefix { $0 != cell }.contains { report.colour($0).index == colour }
    return isTaken ? ChartStyle.seriesLimit - 1 : colour
  }

  private func categoryNames(_ cell: Int, _ report: ReportContext) -> [String] {
    guard let table = report.cells[cell].memoryByRank else { return [] }
    return Self.order.filter { table[$0] != nil }
      + table.keys.filter { !Self.order.contains($0) }.sorted()
  }

  private func categoryCells(_ cell: Int, _ rank: Int, _ report: ReportContext) -> [DataTable.Cell]
  {
    categoryNames(cell, report).map { name in
      let ranks = report.cells[cell].memoryByRank?[name] ?? []
      let bytes = rank < ranks.count ? Double(ranks[rank]) : nil
      return .init(bytes.map(report.memory) ?? "–", bytes)
    }
  }
}
