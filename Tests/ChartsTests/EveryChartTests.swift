import Charts
import Testing

@Suite("What holds for every chart")
struct EveryChartTests {
  static let names = ["ep", "llep", "fssdp"]
  static let values = [4.0, 2.5, 7.25]
  static let hostile = [
    "<script>alert(1)</script>", "\" onload=\"x", "&amp;'</svg>", "\u{0}\u{1}\u{FFFE}\n]]>",
    "👩‍👩‍👧‍👦 بسم 名前", String(repeating: "ab<&\"'", count: 1700),
  ]

  @Test(arguments: SampleCharts.kinds, [360.0, 720, 1280])
  func isWellFormedAndAccessible(kind: String, width: Double) throws {
    let chart = SampleCharts.make(kind, names: Self.names, values: Self.values)
    let parsed = try ParsedChart(chart, id: kind, width: width)
    let root = try #require(parsed.elements.first)
    #expect(root.name == "svg")
    #expect(root.attributes["role"] == "img")
    #expect(root.attributes["aria-labelledby"] == "chart-\(kind)-title chart-\(kind)-desc")
    #expect(parsed.elements[1].name == "title" && parsed.elements[1].text == "A finding")
    #expect(parsed.text(of: "desc") == "Summary of A finding")
    #expect(root.attributes["viewBox"]?.hasPrefix("0 0 \(Int(width)) ") == true)
  }

  @Test(arguments: SampleCharts.kinds, [360.0, 720])
  func marksStayInsideTheDrawing(kind: String, width: Double) throws {
    let chart = SampleCharts.make(kind, names: Self.names, values: Self.values)
    let parsed = try ParsedChart(chart, width: width)
    let height = try #require(parsed.elements.first).number("height")
    for mark in parsed.elements where mark.name == "rect" {
      let left = mark.number("x") + mark.offset.x
      let top = mark.number("y") + mark.offset.y
      #expect(left >= -0.01 && left + mark.number("width") <= width + 0.01, "\(mark)")
      #expect(top >= -0.01 && top + mark.number("height") <= height + 0.01, "\(mark)")
    }
  }

  @Test(arguments: SampleCharts.kinds)
  func hostileNamesStayText(kind: String) throws {
    let values = (1...Self.hostile.count).map(Double.init)
    for title in Self.hostile {
      let chart = SampleCharts.make(kind, names: Self.hostile, values: values, title: title)
      let parsed = try ParsedChart(chart, id: title)
      let known: Set = [
        "svg", "title", "desc", "g", "rect", "line", "path", "circle", "text",
      ]
      #expect(parsed.elements.allSatisfy { known.contains($0.name) })
      #expect(!parsed.elements.contains { $0.attributes.keys.contains { $0.hasPrefix("on") } })
      #expect(chart.svg(id: title).utf8.count < 200_000)
    }
  }

  @Test(arguments: SampleCharts.kinds)
  func nothingToDrawSaysSo(kind: String) throws {
    let parsed = try ParsedChart(SampleCharts.make(kind, names: [], values: []))
    #expect(parsed.texts.contains("No data"))
  }

  @Test(
    arguments: SampleCharts.kinds.filter { $0 != "multiples" },
    [Double.nan, .infinity, -.infinity, 1e300])
  func whatIsNotFiniteIsLeftOutVisibly(kind: String, bad: Double) throws {
    let chart = SampleCharts.make(kind, names: Self.names, values: [4, bad, 7])
    let svg = chart.svg(id: "x")
    let parsed = try ParsedChart(svg: svg)
    #expect(parsed.marks("note").contains { $0.text.contains("not") }, "\(parsed.texts)")
    for element in parsed.elements {
      for value in element.attributes.values where element.name != "g" {
        #expect(value != "nan" && value != "inf")
      }
    }
  }

  @Test(arguments: SampleCharts.kinds)
  func onlyBadValuesDoNotTrap(kind: String) throws {
    _ = try ParsedChart(SampleCharts.make(kind, names: Self.names, values: [.nan, .nan, .nan]))
    _ = try ParsedChart(SampleCharts.make(kind, names: Self.names, values: [0, 0, 0]))
    _ = try ParsedChart(SampleCharts.make(kind, names: Self.names, values: [1e-90, 1e99, 5]))
    _ = try ParsedChart(SampleCharts.make(kind, names: ["only"], values: [1e-90]))
  }

  @Test(arguments: SampleCharts.kinds)
  func theSameDataIsTheSameBytes(kind: String) {
    let make = { SampleCharts.make(kind, names: Self.names, values: Self.values).svg(id: "x") }
    #expect(make() == make())
  }

  @Test func aFileOfItsOwnCarriesItsStyle() throws {
    let chart = SampleCharts.make("bars", names: Self.names, values: Self.values)
    let parsed = try ParsedChart(svg: chart.svg(id: "x", embedsStyle: true))
    #expect(parsed.text(of: "style") == ChartStyle.css)
    #expect(ChartStyle.css.contains("prefers-color-scheme:dark"))
    #expect(ChartStyle.css.contains("@media print"))
  }

  @Test func idsAreFitForHTML() throws {
    let parsed = try ParsedChart(
      SampleCharts.make("bars", names: Self.names, values: Self.values), id: "a b\"<é>")
    #expect(parsed.elements[0].attributes["id"] == "chart-a-b----")
  }
}
