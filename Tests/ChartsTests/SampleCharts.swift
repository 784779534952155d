import Charts

/// One chart of every kind from the same few names and numbers, for what must hold for all.
enum SampleCharts {
  static let kinds = [
    "bars", "stacked", "heat", "lines", "distribution", "scatter", "lanes", "multiples",
  ]

  static func make(
    _ kind: String, names: [String], values: [Double], title: String = "A finding"
  ) -> any Chart {
    let axis = Axis(names.first ?? "step time", unit: "ms")
    let other = Axis("batch", unit: "tokens")
    let summary = "Summary of \(title)"
    let indexed = Array(zip(names, values).enumerated())
    switch kind {
    case "bars":
      return BarChart(
        title: title, summary: summary, axis: axis,
        bars: indexed.map { index, pair in
          .init(
            pair.0, value: pair.1,
            interval: pair.1.isFinite ? (pair.1 - 1)...(pair.1 + 1) : nil, series: index,
            note: pair.0)
        }, marker: (3, names.first ?? "limit"))
    case "stacked":
      return StackedBarChart(
        title: title, summary: summary, axis: axis,
        parts: indexed.map { .init($1.0, series: $0, isSoft: $0 == 1) },
        rows: names.map { .init($0, values: Array(values.prefix(names.count)), limit: 20) })
    case "heat":
      return HeatMap(
        title: title, summary: summary, rowAxis: names.first ?? "rank",
        columnAxis: names.last ?? "rank", measure: axis, rows: names, columns: names,
        values: names.map { _ in Array(values.prefix(names.count)) })
    case "lines":
      return LineChart(
        title: title, summary: summary, horizontal: other, vertical: axis,
        series: indexed.map { index, pair in
          .init(
            pair.0, index: index,
            points: [
              .init(x: 1, y: pair.1, interval: pair.1.isFinite ? (pair.1 - 1)...(pair.1 + 1) : nil),
              .init(x: 2, y: pair.1 * 1.5),
            ])
        }, markers: [.init(x: 1.5, name: names.first ?? "crossing")])
    case "distribution":
      return DistributionChart(
        title: title, summary: summary, axis: axis,
        series: indexed.map { index, pair in
          .init(pair.0, index: index, points: [(pair.1, 0.5), (pair.1 * 2, 1)])
        })
    case "scatter":
      return ScatterChart(
        title: title, summary: summary, horizontal: other, vertical: axis,
        points: indexed.map { index, pair in
          .init(pair.0, x: Double(index), y: pair.1, series: index, isOnFrontier: index < 2)
        })
    case "lanes":
      return LaneChart(
        title: title, summary: summary, axis: axis, kinds: indexed.map { ($1.0, $0) },
        lanes: indexed.map { index, pair in
          .init(
            pair.0,
            spans: [.init(pair.0, start: 0, end: pair.1, series: index, isCritical: index == 0)])
        })
    default:
      return SmallMultiples(
        title: title, summary: summary,
        panels: names.map { .init($0, chart: make("bars", names: names, values: values)) })
    }
  }
}
