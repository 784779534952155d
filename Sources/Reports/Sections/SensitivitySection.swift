internal import Charts
internal import Results

/// What if my load differs?
struct SensitivitySection: ReportSection {
  let id = "sensitivity"
  let heading = "When the answer changes"
  let question = "What if my load differs?"

  func content(of report: ReportContext) -> SectionContent {
    let known = (report.result.sensitivity ?? []).filter { !$0.points.isEmpty }
    guard !known.isEmpty else {
      return .missing(
        "Only the scenario itself was run, so this report cannot say where another choice wins.",
        command: report.command("compare", "--sensitivity --output report.html"))
    }
    return SectionContent(finding(known, report), known.map { figure($0, report) })
  }

  private func finding(_ known: [SensitivityResult], _ report: ReportContext) -> String {
    let crossings = known.flatMap { entry in
      entry.crossings.map { crossing in
        "from \(report.label(of: crossing.before)) to \(report.label(of: crossing.after)) at "
          + Self.value(crossing.value, entry)
      }
    }
    let names = known.map { ReadableText.line($0.parameter, limit: 40) }
    return crossings.isEmpty
      ? "The fastest cell stays the same over every range tried (\(ReadableText.list(names)))."
      : "The fastest cell changes " + ReadableText.list(crossings, limit: 3) + "."
  }

  private static func value(_ value: Double, _ entry: SensitivityResult) -> String {
    let unit = ReadableText.line(entry.unit, limit: 20)
    let name = ReadableText.line(entry.parameter, limit: 40)
    return "\(name) \(NumberText.significant(value))" + (unit.isEmpty ? "" : " \(unit)")
  }

  private func figure(_ entry: SensitivityResult, _ report: ReportContext) -> Block {
    var names: [String] = []
    for point in entry.points where !names.contains(point.cell) { names.append(point.cell) }
    let drawn = chosen(names, entry, report)
    let series = drawn.enumerated().map { order, name -> LineChart.Series in
      let points = entry.points.filter { $0.cell == name }.sorted { $0.value < $1.value }
      return LineChart.Series(
        report.label(of: name), index: colour(order, drawn, report),
        points: points.map {
          .init(
            x: $0.value, y: $0.speedup, interval: report.interval($0.confidence95, factor: 1))
        })
    }
    var markers = entry.crossings.map {
      LineChart.Marker(x: $0.value, name: "\(report.label(of: $0.after)) from here")
    }
    if let own = entry.scenarioValue { markers.append(.init(x: own, name: "this scenario")) }
    let chart = LineChart(
      title: title(entry, report), summary: "Speed-up over \(entry.parameter).",
      horizontal: Axis(
        ReadableText.line(entry.parameter, limit: 60),
        unit: ReadableText.line(entry.unit, limit: 20),
        isLogarithmic: entry.isLogarithmic),
      vertical: Axis("speed-up against the baseline", unit: "×"), series: series, markers: markers)
    let cut =
      drawn.count < names.count ? " \(drawn.count) of \(names.count) cells are drawn." : ""
    return .figure(
      Figure(
        chart,
        howToRead: "Higher is faster; the band is the 95 % interval. Where bands overlap, either "
          + "choice will do. Values at which a placement cannot be made are left out.\(cut)",
        table: table(entry, report)))
  }

  /// The cells worth a line: those that are the fastest somewhere, then the ranking.
  private func chosen(_ names: [String], _ entry: SensitivityResult, _ report: ReportContext)
    -> [String]
  {
    let values = Set(entry.points.map(\.value)).sorted()
    let winners = values.compactMap { value in
      entry.points.filter { $0.value == value }.max { $0.speedup < $1.speedup }?.cell
    }
    let ranked = report.ranking.map { report.cells[$0].name }.filter(names.contains)
    var seen: Set<String> = []
    return (winners + ranked + names).filter { seen.insert($0).inserted }
      .prefix(ChartStyle.seriesLimit).map { $0 }
  }

  private func colour(_ order: Int, _ names: [String], _ report: ReportContext) -> Int {
    let wanted = names.map { report.index(of: $0).map { report.colour($0).index } }
    guard let own = wanted[order] else { return order }
    let earlier = wanted[..<order].compactMap { $0 }
    guard earlier.contains(own) else { return own }
    let free = (0..<ChartStyle.seriesLimit).filter { !wanted.contains($0) }
    let rank = wanted[..<order].indices.count { index in
      wanted[index].map { wanted[..<index].contains($0) } ?? false
    }
    return free.isEmpty ? order : free[rank % free.count]
  }

  private func title(_ entry: SensitivityResult, _ report: ReportContext) -> String {
    let name = ReadableText.line(entry.parameter, limit: 40)
    guard let first = entry.crossings.first else { return "No change of the answer over \(name)" }
    return "\(report.label(of: first.after)) takes over from \(report.label(of: first.before)) at "
      + Self.value(first.value, entry)
  }

  private func table(_ entry: SensitivityResult, _ report: ReportContext) -> DataTable {
    let rows = entry.points.map { point -> DataTable.Row in
      let ends = point.confidence95 ?? []
      return DataTable.Row(
        [
          .init(report.label(of: point.cell)),
          .init(report.number(point.value), point.value),
          .init(report.seconds(point.meanSeconds), point.meanSeconds),
          .init(report.decimal(point.speedup) + "×", point.speedup),
          .init(report.decimal(ends.first), ends.first),
          .init(report.decimal(ends.last), ends.last),
        ], strategy: report.index(of: point.cell).map(report.colour))
    }
    return DataTable(
      [
        .text("cell"), .number(ReadableText.line(entry.parameter, limit: 40)),
        .number("step time"), .number("speed-up"), .number("lower"), .number("upper"),
      ], rows: rows)
  }
}
