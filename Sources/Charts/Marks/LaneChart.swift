/// What every lane does when: spans of time in rows, with the critical path outlined.
public struct LaneChart: Chart {
  /// Something that a lane does.
  public struct Span: Sendable {
    public let name: String
    /// In the unit of the time axis.
    public let start: Double
    public let end: Double
    /// The number of its colour, one for each kind of work.
    public let series: Int
    public let isCritical: Bool

    public init(
      _ name: String, start: Double, end: Double, series: Int, isCritical: Bool = false
    ) {
      self.name = name
      self.start = start
      self.end = end
      self.series = series
      self.isCritical = isCritical
    }
  }

  /// One row of spans, in any order.
  public struct Lane: Sendable {
    public let name: String
    public let spans: [Span]

    public init(_ name: String, spans: [Span]) {
      self.name = name
      self.spans = spans
    }
  }

  /// How many spans are drawn one by one; above, neighbours closer than a pixel become one.
  static let drawnSpans = 3000

  public let title: String
  public let summary: String
  let axis: Axis
  let kinds: [(name: String, series: Int)]
  let lanes: [Lane]

  /// - Parameter kinds: the kinds of work with their colours, for the key above the lanes.
  public init(
    title: String, summary: String, axis: Axis, kinds: [(name: String, series: Int)],
    lanes: [Lane]
  ) {
    self.title = title
    self.summary = summary
    self.axis = Axis(axis.label, unit: axis.unit, domain: axis.domain)
    self.kinds = kinds
    self.lanes = lanes
  }

  public func draw(width: Double) -> Drawing {
    guard !lanes.isEmpty else { return .empty(width: width) }
    let all = lanes.flatMap(\.spans)
    let drawn = all.filter(isPlaced)
    let laneHeight = lanes.count > 32 ? 14.0 : 20.0
    let key = legend(
      kinds.map { ($0.name, ChartStyle.seriesClass($0.series)) }, left: 0, width: width, top: 0)
    let area = PlotArea(
      left: PlotArea.nameWidth(lanes.map(\.name), width: width), top: key.height + 4,
      right: width - 12, bottom: key.height + 6 + Double(lanes.count) * laneHeight)
    let scale = axis.scale(
      over: drawn.flatMap { [$0.start, $0.end] }, from: area.left, to: area.right)
    var elements = key.elements + area.horizontalAxis(axis, scale)
    let isThinned = drawn.count > Self.drawnSpans
    for (row, lane) in lanes.enumerated() {
      let middle = area.top + (Double(row) + 0.5) * laneHeight + 1
      let spans = lane.spans.filter(isPlaced).sorted { ($0.start, $0.end) < ($1.start, $1.end) }
      elements.append(area.rowName(lane.name, middle: middle))
      elements += (isThinned ? thinned(spans, scale) : spans).map {
        mark($0, lane, scale, middle: middle, height: laneHeight - 5)
      }
    }
    return Drawing(
      height: area.bottom + 42, elements: elements,
      notes: [
        isThinned ? "Neighbouring spans of one kind closer than a pixel are drawn as one." : nil,
        skippedNote(all.count - drawn.count, "span"),
      ])
  }

  private func isPlaced(_ span: Span) -> Bool {
    isDrawable(span.start) && isDrawable(span.end) && span.start <= span.end
  }

  /// Joins spans of one kind that lie closer than a pixel.
  private func thinned(_ spans: [Span], _ scale: Scale) -> [Span] {
    var result: [Span] = []
    for span in spans {
      if let last = result.last, last.series == span.series, last.isCritical == span.isCritical,
        scale(span.start) - scale(last.end) < 1
      {
        result[result.count - 1] = Span(
          last.name, start: last.start, end: max(last.end, span.end), series: last.series,
          isCritical: last.isCritical)
      } else {
        result.append(span)
      }
    }
    return result
  }

  private func mark(
    _ span: Span, _ lane: Lane, _ scale: Scale, middle: Double, height: Double
  ) -> Element {
    let (start, end) = (scale(span.start), scale(span.end))
    var element = Element.rectangle(
      x: start, y: middle - height / 2, width: max(0.5, end - start), height: height,
      class: "span " + ChartStyle.seriesClass(span.series) + (span.isCritical ? " critical" : ""))
    let place = "\(axis.text(span.start)) to \(axis.text(span.end))"
    let names = "\(shortened(lane.name, to: 80)), \(shortened(span.name, to: 80))"
    element.attributes.append(("data-tip", "\(names): \(place)"))
    return element
  }
}
