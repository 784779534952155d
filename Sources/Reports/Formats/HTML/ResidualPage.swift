internal import Charts

/// Residuals of measured tables as one page that needs nothing but a browser.
public enum ResidualPage {
  /// The comparisons of one table.
  public struct Table: Sendable {
    public var name: String
    /// Rows and errors in a line.
    public var summary: String
    public var groups: [String]
    public var points: [Point]

    public init(name: String, summary: String, groups: [String], points: [Point]) {
      self.name = name
      self.summary = summary
      self.groups = groups
      self.points = points
    }
  }

  /// One comparison.
  public struct Point: Sendable {
    /// The measured cell, in its column's unit.
    public var measured: Double
    /// Predicted over measured, less one.
    public var error: Double
    /// Index into the table's groups.
    public var group: Int

    public init(measured: Double, error: Double, group: Int) {
      self.measured = measured
      self.error = error
      self.group = group
    }
  }

  /// Points a chart holds; beyond it every n-th is drawn.
  private static let mostPoints = 1500
  /// Errors beyond are drawn at the edge.
  private static let edge = 1.0

  /// The page as text; equal tables give equal bytes.
  public static func html(_ tables: [Table]) -> String {
    var page = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
    page += "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
    page += "style-src 'unsafe-inline'; img-src data:\">"
    page += "<title>Residuals</title><style>\(ChartStyle.css)\(PageStyle.css)</style></head>"
    page += "<body><main><h1>Predicted against measured</h1>"
    page += "<p>Every comparison of a measured table: its cell and predicted / measured − 1.</p>"
    for (index, table) in tables.enumerated() { page += section(table, index) }
    return page + "</main></body></html>\n"
  }

  private static func section(_ table: Table, _ index: Int) -> String {
    let step = max(1, (table.points.count + mostPoints - 1) / mostPoints)
    let shown = stride(from: 0, to: table.points.count, by: step).map { table.points[$0] }
    let points = shown.map { point in
      ScatterChart.Point(
        table.groups.indices.contains(point.group) ? table.groups[point.group] : "",
        x: point.measured, y: 100 * min(max(point.error, -edge), edge), series: point.group)
    }
    let chart = ScatterChart(
      title: table.name, summary: table.summary,
      horizontal: Axis("measured cell", unit: "us or GB/s", isLogarithmic: true),
      vertical: Axis("error", unit: "%", domain: -100...100), points: points)
    var text = "<section><h2>\(escaped(table.name))</h2><p>\(escaped(table.summary))</p>"
    text += chart.svg(id: "residuals\(index)")
    if step > 1 { text += "<p>One of \(step) comparisons is drawn.</p>" }
    return text + "</section>"
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }
}
