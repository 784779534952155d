/// Bars from zero, longest value longest bar, each with its number and its interval.
public struct BarChart: Chart {
  /// One bar.
  public struct Bar: Sendable {
    public let name: String
    /// In the unit of the axis.
    public let value: Double
    /// The interval to draw over the end of the bar.
    public let interval: ClosedRange<Double>?
    /// The number of its series: its colour throughout a report.
    public let series: Int
    /// A few words after the number, such as "tie with best".
    public let note: String?

    public init(
      _ name: String, value: Double, interval: ClosedRange<Double>? = nil, series: Int = 0,
      note: String? = nil
    ) {
      self.name = name
      self.value = value
      self.interval = interval
      self.series = series
      self.note = note
    }
  }

  public let title: String
  public let summary: String
  let axis: Axis
  let bars: [Bar]
  let marker: (value: Double, name: String)?

  /// Bars in the order given; `marker` is a named line across them, such as a threshold. A bar
  /// whose value is not finite keeps its row, without a mark.
  ///
  /// - Note: a logarithmic axis is drawn linear: a bar's length means nothing without its zero.
  public init(
    title: String, summary: String, axis: Axis, bars: [Bar],
    marker: (value: Double, name: String)? = nil
  ) {
    self.title = title
    self.summary = summary
    self.axis = Axis(axis.label, unit: axis.unit, domain: axis.domain)
    self.bars = bars
    self.marker = marker
  }

  public func draw(width: Double) -> Drawing {
    guard !bars.isEmpty else { return .empty(width: width) }
    let rowHeight = 26.0
    let ends = bars.map(numberText)
    let numberRoom = min(width / 3, (ends.map(textWidth).max() ?? 0) + 10)
    let area = PlotArea(
      left: PlotArea.nameWidth(bars.map(\.name), width: width), top: marker == nil ? 4 : 22,
      right: width - numberRoom,
      bottom: Double(bars.count) * rowHeight + (marker == nil ? 8 : 26))
    let scale = axis.scale(over: reached, from: area.left, to: area.right, includingZero: true)
    var elements = area.horizontalAxis(axis, scale)
    let middles = bars.indices.map { area.top + (Double($0) + 0.5) * rowHeight + 2 }
    elements += zip(bars, middles).map { mark($0, area, scale, middle: $1) }
    elements.append(.line(from: (scale(0), area.top), to: (scale(0), area.bottom), class: "axis"))
    if let marker, isDrawable(marker.value) {
      elements += area.marker(at: scale(marker.value), marker.name)
    }
    // Numbers last: their rim keeps them readable where the marker passes.
    elements += bars.indices.map { row in
      let number = Element.text(
        fitted(ends[row], width: numberRoom), x: end(bars[row], scale) + 6, y: middles[row] + 4,
        class: "label number")
      return .group([number], series: bars[row].name)
    }
    let skipped = bars.count { !isDrawable($0.value) }
    return Drawing(
      height: area.bottom + 42, elements: elements, notes: [skippedNote(skipped, "bar")])
  }

  /// Every number that must lie on the axis.
  private var reached: [Double] {
    bars.flatMap { [$0.value, $0.interval?.lowerBound, $0.interval?.upperBound].compactMap { $0 } }
      + [marker?.value].compactMap { $0 }
  }

  private func mark(
    _ bar: Bar, _ area: PlotArea, _ scale: Scale, middle: Double
  ) -> Element {
    var children = [area.rowName(bar.name, middle: middle)]
    if isDrawable(bar.value) {
      let (zero, tip) = (scale(0), scale(bar.value))
      children.append(
        .rectangle(
          x: min(zero, tip), y: middle - 8, width: abs(tip - zero), height: 16,
          class: "bar " + ChartStyle.seriesClass(bar.series)))
    }
    if let interval = drawableInterval(bar) {
      children += whisker(scale(interval.lowerBound), scale(interval.upperBound), middle)
    }
    return .group(children, tip: tip(bar), series: bar.name)
  }

  private func drawableInterval(_ bar: Bar) -> ClosedRange<Double>? {
    bar.interval.flatMap { isDrawable($0.lowerBound) && isDrawable($0.upperBound) ? $0 : nil }
  }

  /// The rightmost pixel of a bar and its whisker.
  private func end(_ bar: Bar, _ scale: Scale) -> Double {
    let reached = [0, bar.value, drawableInterval(bar)?.upperBound ?? 0].filter(isDrawable)
    return reached.map { scale($0) }.max() ?? scale(0)
  }

  private func whisker(_ low: Double, _ high: Double, _ middle: Double) -> [Element] {
    [
      .line(from: (low, middle), to: (high, middle), class: "whisker"),
      .line(from: (low, middle - 4), to: (low, middle + 4), class: "whisker"),
      .line(from: (high, middle - 4), to: (high, middle + 4), class: "whisker"),
    ]
  }

  private func numberText(_ bar: Bar) -> String {
    axis.text(bar.value) + (bar.note.map { ", \($0)" } ?? "")
  }

  private func tip(_ bar: Bar) -> String {
    let range = bar.interval.map {
      ", between \(axis.text($0.lowerBound)) and \(axis.text($0.upperBound))"
    }
    return "\(shortened(bar.name, to: 100)): \(axis.text(bar.value))\(range ?? "")"
  }
}
