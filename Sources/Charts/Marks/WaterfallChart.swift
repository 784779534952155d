/// A whole put together from a first amount and what is added to it, each addition beginning where
/// the one before ended.
public struct WaterfallChart: Chart {
  /// An amount that begins at zero, or one that is added to those before.
  public struct Row: Sendable {
    public let name: String
    /// In the unit of the axis.
    public let value: Double
    /// Whether the bar begins at zero: the first amount, or a sum so far.
    public let isTotal: Bool
    public let series: Int
    /// A few words after the number.
    public let note: String?

    public init(
      _ name: String, value: Double, isTotal: Bool = false, series: Int = 0, note: String? = nil
    ) {
      self.name = name
      self.value = value
      self.isTotal = isTotal
      self.series = series
      self.note = note
    }
  }

  public let title: String
  public let summary: String
  let axis: Axis
  let rows: [Row]

  public init(title: String, summary: String, axis: Axis, rows: [Row]) {
    self.title = title
    self.summary = summary
    self.axis = Axis(axis.label, unit: axis.unit, domain: axis.domain)
    self.rows = rows
  }

  public func draw(width: Double) -> Drawing {
    let drawn = rows.filter { isDrawable($0.value) }
    guard !drawn.isEmpty else { return .empty(width: width) }
    let rowHeight = 26.0
    let texts = drawn.map(numberText)
    let numberRoom = min(width / 3, (texts.map(textWidth).max() ?? 0) + 10)
    let area = PlotArea(
      left: PlotArea.nameWidth(drawn.map(\.name), width: width), top: 4,
      right: width - numberRoom, bottom: Double(drawn.count) * rowHeight + 8)
    let spans = Self.spans(drawn)
    let scale = axis.scale(
      over: spans.flatMap { [$0.from, $0.to] }, from: area.left, to: area.right,
      includingZero: true)
    var elements = area.horizontalAxis(axis, scale)
    for (index, row) in drawn.enumerated() {
      let middle = area.top + (Double(index) + 0.5) * rowHeight + 2
      let (low, high) = (
        scale(min(spans[index].from, spans[index].to)),
        scale(max(spans[index].from, spans[index].to))
      )
      let bar = Element.rectangle(
        x: low, y: middle - 8, width: max(high - low, 1), height: 16,
        class: "bar " + ChartStyle.seriesClass(row.series) + (row.isTotal ? " soft" : ""))
      let tip = "\(shortened(row.name, to: 100)): \(axis.text(row.value))"
      elements.append(.group([area.rowName(row.name, middle: middle), bar], tip: tip))
      if index + 1 < drawn.count, !drawn[index + 1].isTotal {
        let x = scale(spans[index].to)
        elements.append(
          .line(from: (x, middle + 8), to: (x, middle + rowHeight - 8), class: "grid"))
      }
      elements.append(
        .text(
          fitted(texts[index], width: numberRoom), x: high + 6, y: middle + 4, class: "label number"
        ))
    }
    let zero = scale(0)
    elements.append(.line(from: (zero, area.top), to: (zero, area.bottom), class: "axis"))
    return Drawing(
      height: area.bottom + 42, elements: elements,
      notes: [skippedNote(rows.count - drawn.count, "bar")])
  }

  /// Where every bar begins and ends.
  static func spans(_ rows: [Row]) -> [(from: Double, to: Double)] {
    var reached = 0.0
    return rows.map { row in
      let from = row.isTotal ? 0 : reached
      reached = from + row.value
      return (from, reached)
    }
  }

  private func numberText(_ row: Row) -> String {
    (row.isTotal || row.value < 0 ? "" : "+") + axis.text(row.value)
      + (row.note.map { ", \($0)" } ?? "")
  }
}
