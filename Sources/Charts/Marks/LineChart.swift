/// Lines over a number, each with a band for its interval and its name at its end.
public struct LineChart: Chart {
  /// One point of a line, perhaps with the interval around it.
  public struct Point: Sendable {
    public let x: Double
    public let y: Double
    public let interval: ClosedRange<Double>?

    public init(x: Double, y: Double, interval: ClosedRange<Double>? = nil) {
      self.x = x
      self.y = y
      self.interval = interval
    }
  }

  /// One line, its points in the order of x.
  public struct Series: Sendable {
    public let name: String
    /// The number of its colour.
    public let index: Int
    public let points: [Point]

    public init(_ name: String, index: Int, points: [Point]) {
      self.name = name
      self.index = index
      self.points = points
    }
  }

  /// Something worth a name at one x, such as where two lines cross.
  public struct Marker: Sendable {
    public let x: Double
    public let name: String

    public init(x: Double, name: String) {
      self.x = x
      self.name = name
    }
  }

  /// How a line goes from one point to the next.
  public enum Interpolation: Sendable {
    case straight
    /// Level until the next point: what a distribution does.
    case step
  }

  public let title: String
  public let summary: String
  let horizontal: Axis
  let vertical: Axis
  let series: [Series]
  let markers: [Marker]
  let interpolation: Interpolation
  let showsPoints: Bool

  /// Points with a number that is not finite (or not positive on a log axis) are left out, with a
  /// note.
  public init(
    title: String, summary: String, horizontal: Axis, vertical: Axis, series: [Series],
    markers: [Marker] = [], interpolation: Interpolation = .straight, showsPoints: Bool = true
  ) {
    self.title = title
    self.summary = summary
    self.horizontal = horizontal
    self.vertical = vertical
    self.series = series
    self.markers = markers
    self.interpolation = interpolation
    self.showsPoints = showsPoints
  }

  public func draw(width: Double) -> Drawing {
    let all = series.flatMap(\.points)
    let drawn = all.filter(isPlaced)
    guard !drawn.isEmpty else {
      var drawing = Drawing.empty(width: width)
      drawing.notes = [skippedNote(all.count, "point")].compactMap { $0 }
      return drawing
    }
    let names = series.map { fitted($0.name, width: width / 4) }
    let height = max(220, min(340, width * 0.45))
    let ends = drawn.flatMap { [$0.interval?.lowerBound, $0.interval?.upperBound] }.compactMap {
      $0
    }
    // Each marker has a line of its own above the plot, so that no name covers another.
    let placed = markers.filter { horizontal.places($0.x) }.sorted { $0.x > $1.x }
    let top = 30 + Double(placed.count) * PlotArea.markerHeight
    let y = vertical.scale(over: drawn.map(\.y) + ends, from: height - 46, to: top)
    let area = PlotArea(
      left: (y.ticks.map { textWidth(y.text($0)) }.max() ?? 0) + 10, top: top,
      right: width - (names.map(textWidth).max() ?? 0) - 12, bottom: height - 46)
    let x = horizontal.scale(
      over: drawn.map(\.x) + markers.map(\.x), from: area.left, to: area.right)
    var elements =
      area.verticalAxis(vertical, y, rise: top - 20) + area.horizontalAxis(horizontal, x)
    for (level, marker) in placed.enumerated() {
      elements += area.marker(at: x(marker.x), marker.name, level: level)
    }
    elements += series.map { mark($0, x, y) } + endLabels(names, x, y, area)
    return Drawing(
      height: height, elements: elements, notes: [skippedNote(all.count - drawn.count, "point")])
  }

  private func isPlaced(_ point: Point) -> Bool {
    horizontal.places(point.x) && vertical.places(point.y)
  }

  private func mark(_ series: Series, _ x: Scale, _ y: Scale) -> Element {
    let colour = ChartStyle.seriesClass(series.index)
    let points = series.points.filter(isPlaced)
    var children: [Element] = []
    let banded = points.compactMap { point -> (x: Double, low: Double, high: Double)? in
      guard let range = point.interval, vertical.places(range.lowerBound),
        vertical.places(range.upperBound)
      else { return nil }
      return (x(point.x), y(range.lowerBound), y(range.upperBound))
    }
    if banded.count > 1 {
      let edge = banded.map { ($0.x, $0.high) } + banded.reversed().map { ($0.x, $0.low) }
      children.append(.path(edge, closed: true, class: "band " + colour))
    }
    children.append(.path(places(points, x, y), class: "line " + colour))
    if showsPoints {
      children += points.map { point in
        var dot = Element.circle(x: x(point.x), y: y(point.y), radius: 3, class: "dot " + colour)
        dot.attributes.append(("data-tip", tip(series, point)))
        return dot
      }
    }
    return .group(
      children, tip: showsPoints ? nil : series.name, series: series.name)
  }

  private func places(_ points: [Point], _ x: Scale, _ y: Scale) -> [(x: Double, y: Double)] {
    var result: [(x: Double, y: Double)] = []
    for point in points {
      if interpolation == .step, let last = result.last { result.append((x(point.x), last.y)) }
      result.append((x(point.x), y(point.y)))
    }
    return result
  }

  private func tip(_ series: Series, _ point: Point) -> String {
    let range = point.interval.map {
      ", between \(vertical.text($0.lowerBound)) and \(vertical.text($0.upperBound))"
    }
    let place = "\(horizontal.label) \(horizontal.text(point.x))"
    return "\(shortened(series.name, to: 100)), \(place): \(vertical.text(point.y))\(range ?? "")"
  }

  /// Names at the lines' ends, pushed apart where lines end close together.
  private func endLabels(
    _ names: [String], _ x: Scale, _ y: Scale, _ area: PlotArea
  ) -> [Element] {
    let ends = series.indices.compactMap { index -> (index: Int, y: Double)? in
      series[index].points.last(where: isPlaced).map { (index, y($0.y)) }
    }.sorted { ($0.y, $0.index) < ($1.y, $1.index) }
    var labels = ends.map(\.y)
    for place in labels.indices.dropFirst() {
      labels[place] = max(labels[place], labels[place - 1] + 14)
    }
    let overflow = (labels.last ?? 0) - area.bottom
    if overflow > 0 {
      var ceiling = area.bottom
      for place in labels.indices.reversed() {
        labels[place] = min(labels[place], ceiling)
        ceiling = labels[place] - 14
      }
    }
    return zip(ends, labels).map { end, place in
      let entry = series[end.index]
      return .group(
        [
          .rectangle(
            x: area.right + 4, y: place - 4, width: 4, height: 8,
            class: ChartStyle.seriesClass(entry.index)),
          .text(names[end.index], x: area.right + 11, y: place + 4),
        ], series: entry.name)
    }
  }
}
