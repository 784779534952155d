/// The colours and text of every chart, as a style sheet that follows light, dark and print.
///
/// Seven series colours after M. Okabe and K. Ito, *Color universal design* (2008), which
/// colour-blind readers can tell apart, darkened or lightened to at least 3 : 1 against the page;
/// each with the text colour that reads best on it. Heat has nine steps of one hue, from the page
/// towards the ink in both modes.
public enum ChartStyle {
  /// The number of series that can be told apart in one chart; more belong in small multiples.
  public static let seriesLimit = 7
  static let heatSteps = 9

  /// The class of the series that the caller numbers `index`: the same number is the same colour in
  /// every chart of a report. Numbers beyond the limit begin again.
  static func seriesClass(_ index: Int) -> String {
    "series-\(((index % seriesLimit) + seriesLimit) % seriesLimit)"
  }

  /// The style sheet; a page needs it once. Its custom properties (`--chart-series-0` …) are on
  /// `:root`, so that legends and tables outside of charts can use them; a page whose background is
  /// neither white nor near black sets `--chart-page` to it.
  public static let css: String = {
    let rules = [
      ".chart{max-width:100%;height:auto;font:12px system-ui,sans-serif;"
        + "font-variant-numeric:tabular-nums;overflow:visible}",
      ".chart text{fill:var(--chart-ink)}",
      ".chart .muted-text,.chart .tick{fill:var(--chart-muted)}",
      ".chart .end{text-anchor:end}.chart .middle{text-anchor:middle}",
      ".chart .strong{font-weight:600}",
      // Numbers may stand on grid lines; a rim in the page's colour keeps them readable.
      ".chart .number{paint-order:stroke;stroke:var(--chart-page);stroke-width:4px;"
        + "stroke-linejoin:round}",
      ".chart .bar,.chart .segment,.chart .cell,.chart .span{shape-rendering:crispEdges}",
      ".chart .axis{stroke:var(--chart-muted)}.chart .grid{stroke:var(--chart-grid)}",
      ".chart .whisker{stroke:var(--chart-ink);stroke-width:1.5;fill:none}",
      ".chart .limit{stroke:var(--chart-ink);stroke-width:1.5;stroke-dasharray:5 3}",
      ".chart .empty{fill:none;stroke:var(--chart-grid)}",
      ".chart .line{fill:none;stroke-width:2;stroke-linejoin:round}",
      ".chart .band{opacity:.2}.chart .soft{opacity:.45}",
      ".chart .critical{stroke:var(--chart-ink);stroke-width:2}",
      ".chart .frontier{fill:none;stroke:var(--chart-muted);stroke-width:1.5;"
        + "stroke-dasharray:4 3}",
    ]
    let series = (0..<seriesLimit).map { index in
      ".chart .series-\(index){fill:var(--chart-series-\(index))}"
        + ".chart .line.series-\(index){fill:none;stroke:var(--chart-series-\(index))}"
        + ".chart text.on-series-\(index){fill:var(--chart-on-\(index))}"
    }
    let heat = (0..<heatSteps).map { ".chart .heat-\($0){fill:var(--chart-heat-\($0))}" }
    return [
      ":root{" + light + "}", "@media(prefers-color-scheme:dark){:root{" + dark + "}}",
      "@media print{:root{" + light + "}}",
    ].joined() + (rules + series + heat).joined()
  }()

  private static let light = properties(
    page: "#ffffff", ink: "#1f2328", muted: "#59636e", grid: "#d8dee4",
    series: ["#0072b2", "#c77c00", "#009e73", "#a84a80", "#3a9bd6", "#d55e00", "#6e7781"],
    onSeries: ["#fff", "#000", "#000", "#fff", "#000", "#000", "#fff"],
    heat: [
      "#f3f6fa", "#dce8f3", "#bfd7ea", "#9bc1df", "#70a6d1", "#4588bd", "#236aa4", "#0c4c84",
      "#062f59",
    ])

  private static let dark = properties(
    page: "#0d1117", ink: "#e6edf3", muted: "#9aa5b1", grid: "#32383f",
    series: ["#4da3e0", "#e69f00", "#2fbf8f", "#e39ac6", "#8fd0f5", "#ff8a47", "#a0a8b0"],
    onSeries: Array(repeating: "#000", count: seriesLimit),
    heat: [
      "#161d26", "#17293d", "#183755", "#1a486f", "#205d8e", "#3178ad", "#5398ca", "#85bbe2",
      "#c4e0f5",
    ])

  private static func properties(
    page: String, ink: String, muted: String, grid: String, series: [String], onSeries: [String],
    heat: [String]
  ) -> String {
    let base =
      "--chart-page:\(page);--chart-ink:\(ink);--chart-muted:\(muted);--chart-grid:\(grid);"
    let numbered = [("series", series), ("on", onSeries), ("heat", heat)].flatMap { name, colours in
      colours.enumerated().map { "--chart-\(name)-\($0):\($1);" }
    }
    return base + numbered.joined()
  }
}
