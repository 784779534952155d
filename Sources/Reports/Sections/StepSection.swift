internal import Charts
internal import Results

/// Why is this step slow?
struct StepSection: ReportSection {
  let id = "step"
  let heading = "One step, slowly"
  let question = "Why is this step slow?"

  /// Ranks that a page shows; Perfetto shows all.
  private static let rankLimit = 12
  /// Pieces of a critical path that a page lists.
  private static let pieceLimit = 24

  func content(of report: ReportContext) -> SectionContent {
    let shown = report.focus.filter { report.cells[$0].medianStep?.bars.isEmpty == false }
    let trace = Block.command(
      "Every operation of a step, in the Perfetto viewer (ui.perfetto.dev)",
      report.command("simulate", "--trace trace.json"))
    guard !shown.isEmpty else {
      return SectionContent("The result holds no step in detail.", [trace])
    }
    var blocks = TailFigures(report: report).blocks
    for position in shown {
      let cell = report.cells[position]
      // The slow step of the first is enough to see what makes steps slow.
      let slow = position == shown.first ? cell.slowStep : nil
      blocks += [(cell.medianStep, "median"), (slow, "p95")].compactMap { lanes, kind in
        lanes.flatMap { self.lanes($0, kind: kind, position, report) }
      }
      blocks += (cell.criticalPaths ?? []).map { path($0, position, report) }
    }
    blocks.append(trace)
    let sentences = [TailFigures(report: report).finding, finding(shown, report)]
    return SectionContent(sentences.compactMap { $0 }.joined(separator: " "), blocks)
  }

  private func finding(_ shown: [Int], _ report: ReportContext) -> String {
    shown.compactMap { position -> String? in
      guard let lanes = report.cells[position].medianStep, let last = Self.last(lanes) else {
        return nil
      }
      return "In the median step of \(report.labels[position]), layer \(lanes.layer) ends with "
        + "\(TimePart.words(last.kind)) on rank \(last.rank)."
    }.joined(separator: " ")
  }

  private static func last(_ lanes: StepLanes) -> StepLanes.Bar? {
    lanes.bars.max { ($0.endSeconds, -$0.startSeconds) < ($1.endSeconds, -$1.startSeconds) }
  }

  // MARK: - Lanes

  private func lanes(_ lanes: StepLanes, kind: String, _ cell: Int, _ report: ReportContext)
    -> Block?
  {
    let bars = lanes.bars.filter { $0.startSeconds.isFinite && $0.endSeconds.isFinite }
    guard let start = bars.map(\.startSeconds).min(), let end = bars.map(\.endSeconds).max() else {
      return nil
    }
    let ranks = Self.telling(bars)
    let unit = DisplayUnit.time(largestSeconds: end - start)
    let used = Set(bars.map { TimePart.index(of: $0.kind) }).sorted()
    let chart = LaneChart(
      title: title(lanes, bars, kind: kind, cell, report),
      summary: "What ranks do during layer \(lanes.layer) of step \(lanes.step).",
      axis: Axis("time since the layer began", unit: unit.name),
      kinds: used.map { (TimePart.all[$0].name, $0) },
      lanes: Self.rows(bars, ranks).map { row in
        .init(
          "rank \(row.rank) \(row.lane)",
          spans: row.bars.map { bar in
            .init(
              TimePart.words(bar.kind), start: (bar.startSeconds - start) * unit.factor,
              end: (bar.endSeconds - start) * unit.factor, series: TimePart.index(of: bar.kind))
          })
      })
    let all = Set(bars.map(\.rank)).count
    let cut =
      ranks.count < all ? " \(ranks.count) of \(all) ranks: the last and the first done." : ""
    return .figure(
      Figure(
        chart,
        howToRead: "A row is one lane of one rank, time runs to the right. Empty stretches are "
          + "waiting; the row that ends last decides the layer.\(cut)",
        table: table(bars, ranks, start: start, report)))
  }

  private func title(
    _ lanes: StepLanes, _ bars: [StepLanes.Bar], kind: String, _ cell: Int, _ report: ReportContext
  ) -> String {
    let compute = bars.filter { $0.kind == "expertCompute" }
    let slowest = compute.max {
      $0.endSeconds - $0.startSeconds < $1.endSeconds - $1.startSeconds
    }
    let step = "\(report.labels[cell]), \(kind) step (\(lanes.step)), layer \(lanes.layer)"
    guard let slowest else { return step }
    let time = report.seconds(slowest.endSeconds - slowest.startSeconds)
    return "\(step): the longest expert compute is rank \(slowest.rank)'s, \(time)"
  }

  /// The ranks that end last and, for comparison, first; in order of number.
  private static func telling(_ bars: [StepLanes.Bar]) -> [Int] {
    var ends: [Int: Double] = [:]
    for bar in bars where bar.kind == "expertCompute" {
      ends[bar.rank] = max(ends[bar.rank] ?? 0, bar.endSeconds)
    }
    let ranks = Set(bars.map(\.rank)).sorted()
    guard ranks.count > rankLimit else { return ranks }
    let order = ranks.sorted { (ends[$0] ?? 0, $1) > (ends[$1] ?? 0, $0) }
    let slow = order.prefix(rankLimit * 2 / 3)
    return (Array(slow) + order.suffix(rankLimit - slow.count)).sorted()
  }

  private static func rows(_ bars: [StepLanes.Bar], _ ranks: [Int])
    -> [(rank: Int, lane: String, bars: [StepLanes.Bar])]
  {
    ranks.flatMap { rank in
      let own = bars.filter { $0.rank == rank }
      var names: [String] = []
      for bar in own where !names.contains(bar.lane) { names.append(bar.lane) }
      let order = ["compute", "communication", "copy"]
      let known = order.filter(names.contains) + names.filter { !order.contains($0) }.sorted()
      return known.map { lane in
        (rank, ReadableText.line(lane, limit: 20), own.filter { $0.lane == lane })
      }
    }
  }

  private func table(
    _ bars: [StepLanes.Bar], _ ranks: [Int], start: Double, _ report: ReportContext
  ) -> DataTable {
    let shown = bars.filter { ranks.contains($0.rank) }
      .sorted { ($0.rank, $0.startSeconds, $0.lane) < ($1.rank, $1.startSeconds, $1.lane) }
    return DataTable(
      [
        .number("rank"), .text("lane"), .text("what"), .number("starts"), .number("ends"),
        .number("takes"),
      ],
      rows: shown.map { bar in
        let (from, to) = (bar.startSeconds - start, bar.endSeconds - start)
        return DataTable.Row([
          .init("\(bar.rank)", key: Double(bar.rank)),
          .init(ReadableText.line(bar.lane, limit: 20)),
          .init(TimePart.words(bar.kind)), .init(report.seconds(from), from),
          .init(report.seconds(to), to), .init(report.seconds(to - from), to - from),
        ])
      })
  }

  // MARK: - Critical path

  private func path(_ path: CriticalPathResult, _ cell: Int, _ report: ReportContext) -> Block {
    let longest = path.pieces.indices.sorted {
      (duration(path.pieces[$1]), $0) < (duration(path.pieces[$0]), $1)
    }
    let shown = longest.prefix(Self.pieceLimit).sorted()
    let rows = shown.map { index -> DataTable.Row in
      let piece = path.pieces[index]
      return DataTable.Row([
        .init(report.seconds(piece.startSeconds), piece.startSeconds),
        .init("\(piece.rank)", key: Double(piece.rank)), .init(TimePart.words(piece.kind)),
        .init(piece.layer >= 0 ? "\(piece.layer)" : "–", key: Double(piece.layer)),
        .init(report.seconds(duration(piece)), duration(piece)),
        .init(report.seconds(piece.slackSeconds), piece.slackSeconds),
      ])
    }
    return .table(
      DataTable(
        [
          .number("starts"), .number("rank"), .text("what"), .number("layer"), .number("takes"),
          .number("slack"),
        ], rows: rows,
        note: "Critical path of step \(path.step) under \(report.labels[cell]): its "
          + "\(rows.count) longest of \(path.pieces.count) pieces, in order of time. Slack is how "
          + "much shorter a piece could be before another chain decides the step."))
  }

  private func duration(_ piece: CriticalPieceResult) -> Double {
    piece.endSeconds - piece.startSeconds
  }
}
