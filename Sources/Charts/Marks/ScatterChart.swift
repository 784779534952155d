/// Points over two measures, with the frontier of those that nothing beats in both.
public struct ScatterChart: Chart {
  /// One point.
  public struct Point: Sendable {
    public let name: String
    public let x: Double
    public let y: Double
    /// The number of its colour.
    public let series: Int
    /// Whether it lies on the frontier (the Pareto set).
    public let isOnFrontier: Bool

    public init(_ name: String, x: Double, y: Double, series: Int = 0, isOnFrontier: Bool = false) {
      self.name = name
      self.x = x
      self.y = y
      self.series = series
      self.isOnFrontier = isOnFrontier
    }
  }

  public let title: String
  public let summary: String
  let horizontal: Axis
  let vertical: Axis
  let points: [Point]

  /// Points that have no place on the axes are left out, with a note. Names stand beside points
  /// where they fit; every point tells its name when pointed at.
  public init(
    title: String, summary: String, horizontal: Axis, vertical: Axis, points: [Point]
  ) {
    self.title = title
    self.summary = summary
    self.horizontal = horizontal
    self.vertical = vertical
    self.points = points
  }

  public func draw(width: Double) -> Drawing {
    let drawn = points.filter { horizontal.places($0.x) && vertical.places($0.y) }
    let note = skippedNote(points.count - drawn.count, "point")
    guard !drawn.isEmpty else {
      var drawing = Drawing.empty(width: width)
      drawing.notes = [note].compactMap { $0 }
      return drawing
    }
    let height = max(240, min(380, width * 0.5))
    let y = vertical.scale(over: drawn.map(\.y), from: height - 46, to: 30)
    let area = PlotArea(
      left: (y.ticks.map { textWidth(y.text($0)) }.max() ?? 0) + 10, top: 30, right: width - 10,
      bottom: height - 46)
    let x = horizontal.scale(over: drawn.map(\.x), from: area.left, to: area.right)
    let elements =
      area.verticalAxis(vertical, y) + area.horizontalAxis(horizontal, x)
      + frontier(drawn, x, y) + marks(drawn, x, y, area)
    return Drawing(height: height, elements: elements, notes: [note])
  }

  private func frontier(_ drawn: [Point], _ x: Scale, _ y: Scale) -> [Element] {
    let members = drawn.filter(\.isOnFrontier).sorted { ($0.x, $0.y) < ($1.x, $1.y) }
    guard members.count > 1 else { return [] }
    return [.path(members.map { (x($0.x), y($0.y)) }, class: "frontier")]
  }

  /// The points, each with its name beside it unless that would cover another name or point.
  private func marks(_ drawn: [Point], _ x: Scale, _ y: Scale, _ area: PlotArea) -> [Element] {
    var taken: [(left: Double, right: Double, y: Double)] = []
    return drawn.map { point in
      let (px, py) = (x(point.x), y(point.y))
      var children = [
        Element.circle(
          x: px, y: py, radius: point.isOnFrontier ? 6 : 4,
          class: "dot " + ChartStyle.seriesClass(point.series))
      ]
      let name = fitted(point.name, width: 160)
      let isRight = px + textWidth(name) + 12 < area.right
      let span = isRight ? (px, px + textWidth(name) + 10) : (px - textWidth(name) - 10, px)
      let isFree = !taken.contains {
        abs($0.y - py) < 13 && $0.left < span.1 && $0.right > span.0
      }
      let isClear = !drawn.contains {
        abs(y($0.y) - py) < 10 && x($0.x) != px && x($0.x) > span.0 && x($0.x) < span.1
      }
      if isFree && isClear {
        taken.append((span.0, span.1, py))
        children.append(
          .text(
            name, x: px + (isRight ? 9 : -9), y: py + 4,
            class: isRight ? "label number" : "label number end"))
      }
      let place = "\(horizontal.text(point.x)), \(vertical.text(point.y))"
      return .group(
        children, tip: "\(shortened(point.name, to: 100)): \(place)", series: point.name)
    }
  }
}
