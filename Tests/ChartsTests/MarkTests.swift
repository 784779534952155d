import Testing

@testable import Charts

@Suite("Marks match their data")
struct MarkTests {
  static let axis = Axis("step time", unit: "ms")

  @Test func theWidestBarIsTheSlowest() throws {
    let values = [25.6, 41.8, 26.0, 29.4]
    let chart = BarChart(
      title: "t", summary: "s", axis: Self.axis,
      bars: values.enumerated().map { .init("cell \($0)", value: $1, series: $0) })
    let bars = try ParsedChart(chart).marks("bar")
    let widths = bars.map { $0.number("width") }
    #expect(bars.count == 4)
    #expect(widths.max() == widths[1])
    // All bars start at zero, so widths are in proportion.
    #expect(Set(bars.map { $0.number("x") }).count == 1)
    for (width, value) in zip(widths, values) {
      #expect(abs(width / widths[1] - value / 41.8) < 0.001)
    }
  }

  @Test func barsCarryNumberIntervalAndNote() throws {
    let chart = BarChart(
      title: "t", summary: "s", axis: Self.axis,
      bars: [
        .init("llep", value: 25.6, interval: 24.9...26.3, series: 2, note: "tie with best"),
        .init("ep", value: -3, series: 1),
      ], marker: (30, "threshold"))
    let parsed = try ParsedChart(chart)
    #expect(parsed.texts.contains("25.6 ms, tie with best"))
    #expect(parsed.texts.contains("threshold"))
    #expect(parsed.tips.first == "llep: 25.6 ms, between 24.9 ms and 26.3 ms")
    let bar = parsed.marks("bar")[0]
    #expect(bar.classes.contains("series-2"))
    // The whisker ends at the interval: 1.4 wide where the bar is 25.6.
    let whisker = parsed.marks("whisker")[0]
    let length = whisker.number("x2") - whisker.number("x1")
    #expect(abs(length / bar.number("width") - 1.4 / 25.6) < 0.001)
    // The negative bar ends where the positive one starts.
    let negative = parsed.marks("bar")[1]
    #expect(abs(negative.number("x") + negative.number("width") - bar.number("x")) < 0.02)
  }

  @Test func stackedSegmentsFollowEachOtherAndSumUp() throws {
    let chart = StackedBarChart(
      title: "t", summary: "s", axis: Self.axis,
      parts: [.init("compute", series: 0), .init("dispatch", series: 1), .init("wait", series: 2)],
      rows: [.init("ep", values: [6, 3, 1], limit: 16), .init("llep", values: [5, 0, 2])])
    let parsed = try ParsedChart(chart)
    let segments = parsed.marks("segment")
    #expect(segments.count == 5, "a part of zero has no mark")
    for (left, right) in [(0, 1), (1, 2), (3, 4)] {
      let end = segments[left].number("x") + segments[left].number("width")
      #expect(abs(end - segments[right].number("x")) < 0.02)
    }
    #expect(abs(segments[0].number("width") / segments[1].number("width") - 2) < 0.01)
    #expect(parsed.texts.contains("10.0 ms") && parsed.texts.contains("7.00 ms"))
    let limit = try #require(parsed.marks("limit").first)
    let perUnit = segments[0].number("width") / 6
    #expect(abs((limit.number("x1") - segments[0].number("x")) / perUnit - 16) < 0.02)
  }

  @Test func heatIsDarkerWhereMoreIs() throws {
    let chart = HeatMap(
      title: "t", summary: "s", rowAxis: "rank", columnAxis: "layer", measure: Axis("load"),
      rows: ["r0", "r1"], columns: ["a", "b"], values: [[0, 50], [100, .nan]])
    let parsed = try ParsedChart(chart)
    let cells = parsed.marks("cell")
    #expect(cells.count == 4)
    #expect(cells[0].classes.contains("heat-0") && cells[2].classes.contains("heat-8"))
    #expect(cells[1].classes.contains("heat-4") && cells[3].classes.contains("empty"))
    #expect(cells[2].attributes["data-tip"] == "r1, a: 100")
    #expect(parsed.texts.contains("Values not on this scale, drawn empty: 1."))
  }

  @Test func largeHeatMapsStaySmallAndSayHow() throws {
    let side = 256
    var values = (0..<side).map { row in (0..<side).map { Double((row + $0) % 7) } }
    values[200][100] = 1000
    let names = (0..<side).map { "r\($0)" }
    let chart = HeatMap(
      title: "t", summary: "s", rowAxis: "from", columnAxis: "to", measure: Axis("bytes"),
      rows: names, columns: names, values: values)
    let svg = chart.svg(id: "x")
    #expect(svg.utf8.count < 300_000)
    let parsed = try ParsedChart(svg: svg)
    #expect(parsed.texts.contains("Each cell is the largest of 2 × 2 values."))
    // The one large value survives.
    #expect(parsed.marks("cell").count { $0.classes.contains("heat-8") } == 1)
  }

  @Test func linesPassThroughTheirPoints() throws {
    let chart = LineChart(
      title: "t", summary: "s", horizontal: Axis("batch", isLogarithmic: true), vertical: Self.axis,
      series: [
        .init(
          "ep", index: 0,
          points: [
            .init(x: 1, y: 0, interval: 0...1), .init(x: 10, y: 5, interval: 4...6),
            .init(x: 100, y: 10, interval: 9...11),
          ]), .init("llep", index: 1, points: [.init(x: 1, y: 2), .init(x: 100, y: 10)]),
      ], markers: [.init(x: 10, name: "crossing")])
    let parsed = try ParsedChart(chart)
    let dots = parsed.marks("dot")
    #expect(dots.count == 5)
    // Equal factors are equal distances, and y falls as values rise.
    let x = dots.prefix(3).map { $0.number("cx") }
    #expect(abs((x[1] - x[0]) - (x[2] - x[1])) < 0.02)
    let y = dots.prefix(3).map { $0.number("cy") }
    #expect(abs((y[0] - y[1]) - (y[1] - y[2])) < 0.02 && y[0] > y[1])
    #expect(parsed.marks("band").count == 1)
    #expect(abs((parsed.marks("limit").first?.number("x1") ?? 0) - x[1]) < 0.02)
    #expect(parsed.texts.contains("batch, log scale"))
    // Both lines end at one place; their names do not.
    let names = parsed.elements.filter { $0.text == "ep" || $0.text == "llep" }
    #expect(abs(names[0].number("y") - names[1].number("y")) >= 13.9)
  }

  @Test func distributionsStep() throws {
    let chart = DistributionChart(
      title: "t", summary: "s", axis: Self.axis,
      series: [.init("ep", index: 3, points: [(1, 0.25), (2, 0.5), (3, 1)])])
    let parsed = try ParsedChart(chart)
    let line = try #require(parsed.marks("line").first { $0.classes.contains("series-3") })
    // A foot, three points and three corners between them.
    #expect(line.attributes["d"]?.split { $0 == "M" || $0 == "L" }.count == 7)
    #expect(parsed.texts.contains("values at or below (%)"))
    let tail = DistributionChart(
      title: "t", summary: "s", axis: Self.axis,
      series: [.init("ep", index: 0, points: [(1, 0.25), (2, 0.95), (3, 1)])], tail: 0.9)
    #expect(try ParsedChart(tail).marks("line")[0].attributes["d"]?.contains("L") == true)
  }

  @Test func scatterDrawsTheFrontier() throws {
    let chart = ScatterChart(
      title: "t", summary: "s", horizontal: Axis("memory", unit: "GiB"), vertical: Self.axis,
      points: [
        .init("a", x: 3, y: 1, isOnFrontier: true), .init("b", x: 1, y: 4, isOnFrontier: true),
        .init("c", x: 3, y: 4, series: 1),
      ])
    let parsed = try ParsedChart(chart)
    #expect(parsed.marks("dot").count == 3 && parsed.marks("frontier").count == 1)
    #expect(parsed.tips.contains("c: 3.00 GiB, 4.00 ms"))
  }

  @Test func spansLieWhereTheirTimesAre() throws {
    let chart = LaneChart(
      title: "t", summary: "s", axis: Axis("time", unit: "ms"), kinds: [("compute", 0)],
      lanes: [
        .init(
          "rank 0",
          spans: [
            .init("gemm", start: 5, end: 10, series: 0, isCritical: true),
            .init("send", start: 0, end: 5, series: 1),
          ]), .init("rank 1", spans: []),
      ])
    let parsed = try ParsedChart(chart)
    let spans = parsed.marks("span")
    #expect(spans.map { $0.attributes["data-tip"] ?? "" }.first?.hasPrefix("rank 0, send") == true)
    #expect(abs(spans[0].number("x") + spans[0].number("width") - spans[1].number("x")) < 0.02)
    #expect(spans[1].classes.contains("critical") && !spans[0].classes.contains("critical"))
    #expect(parsed.texts.contains("rank 1"))
  }

  @Test func manySpansAreThinnedVisibly() throws {
    let spans = (0..<20_000).map {
      LaneChart.Span("s", start: Double($0), end: Double($0) + 0.9, series: 0)
    }
    let chart = LaneChart(
      title: "t", summary: "s", axis: Axis("time"), kinds: [], lanes: [.init("l", spans: spans)])
    let parsed = try ParsedChart(chart)
    #expect(parsed.marks("span").count < 1000)
    #expect(parsed.marks("note").count == 1)
  }

  @Test func panelsDoNotOverlap() throws {
    let panels = (0..<5).map { index in
      SmallMultiples.Panel(
        "panel \(index)",
        chart: BarChart(
          title: "t", summary: "s", axis: Self.axis, bars: [.init("b", value: Double(index + 1))]))
    }
    let parsed = try ParsedChart(
      SmallMultiples(title: "t", summary: "s", panels: panels, columns: 2))
    let corners = parsed.marks("panel").map { [$0.offset.x, $0.offset.y] }
    #expect(Set(corners).count == 5)
    #expect(parsed.marks("bar").count == 5)
    #expect(parsed.texts.contains("panel 4"))
  }
}
