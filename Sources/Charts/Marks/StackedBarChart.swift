/// Bars made of parts that add up, such as where the time of a step goes or what fills a memory.
public struct StackedBarChart: Chart {
  /// What a part of every bar stands for.
  public struct Part: Sendable {
    public let name: String
    /// The number of its colour.
    public let series: Int
    /// Drawn softer: there, but hidden behind something else, such as overlapped communication.
    public let isSoft: Bool

    public init(_ name: String, series: Int, isSoft: Bool = false) {
      self.name = name
      self.series = series
      self.isSoft = isSoft
    }

    var className: String { ChartStyle.seriesClass(series) + (isSoft ? " soft" : "") }
  }

  /// One bar: a value per part, in the order of the parts.
  public struct Row: Sendable {
    public let name: String
    public let values: [Double]
    /// A line across the bar, such as a capacity.
    public let limit: Double?

    public init(_ name: String, values: [Double], limit: Double? = nil) {
      self.name = name
      self.values = values
      self.limit = limit
    }
  }

  public let title: String
  public let summary: String
  let axis: Axis
  let parts: [Part]
  let rows: [Row]

  /// - Precondition: every row has one value per part. Values that are negative or not finite are
  ///   left out, with a note.
  public init(title: String, summary: String, axis: Axis, parts: [Part], rows: [Row]) {
    precondition(
      rows.allSatisfy { $0.values.count == parts.count }, "A stacked bar has one value per part.")
    self.title = title
    self.summary = summary
    self.axis = Axis(axis.label, unit: axis.unit, domain: axis.domain)
    self.parts = parts
    self.rows = rows
  }

  public func draw(width: Double) -> Drawing {
    guard !rows.isEmpty, !parts.isEmpty else { return .empty(width: width) }
    let rowHeight = rows.count > 40 ? 16.0 : 26.0
    let totals = rows.map { $0.values.filter(isStackable).reduce(0, +) }
    let numberRoom = (totals.map { textWidth(axis.text($0)) }.max() ?? 0) + 10
    let key = legend(
      parts.map { ($0.name, $0.className) }, left: 0, width: width, top: 0)
    let area = PlotArea(
      left: PlotArea.nameWidth(rows.map(\.name), width: width), top: key.height + 4,
      right: width - numberRoom, bottom: key.height + 8 + Double(rows.count) * rowHeight)
    let reached = totals + rows.compactMap(\.limit)
    let scale = axis.scale(over: reached, from: area.left, to: area.right, includingZero: true)
    var elements = key.elements + area.horizontalAxis(axis, scale)
    for (index, row) in rows.enumerated() {
      let middle = area.top + (Double(index) + 0.5) * rowHeight + 2
      // The name and the sum belong to the row, so that they are hidden with its segments.
      let name = area.rowName(row.name, middle: middle)
      elements.append(.group([name], series: row.name))
      elements += segments(row, scale, middle: middle, height: rowHeight - 10)
      let sum = Element.text(
        axis.text(totals[index]), x: labelPlace(row, totals[index], scale), y: middle + 4,
        class: "label number")
      elements.append(.group([sum], series: row.name))
    }
    let zero = scale(0)
    elements.append(.line(from: (zero, area.top), to: (zero, area.bottom), class: "axis"))
    let skipped = rows.reduce(0) { $0 + $1.values.count { !isStackable($0) } }
    return Drawing(
      height: area.bottom + 42, elements: elements,
      notes: [
        skipped == 0 ? nil : "Values that are negative or not finite are not drawn: \(skipped)."
      ])
  }

  private func isStackable(_ value: Double) -> Bool { isDrawable(value) && value >= 0 }

  /// Right of the bar, and of its limit where the text would cross that.
  private func labelPlace(_ row: Row, _ total: Double, _ scale: Scale) -> Double {
    let end = scale(total)
    guard let limit = row.limit, isDrawable(limit) else { return end + 6 }
    let line = scale(limit)
    return line >= end - 2 && line <= end + textWidth(axis.text(total)) + 8 ? line + 6 : end + 6
  }

  private func segments(_ row: Row, _ scale: Scale, middle: Double, height: Double) -> [Element] {
    var reached = 0.0
    var elements: [Element] = []
    for (part, value) in zip(parts, row.values) where isStackable(value) && value > 0 {
      let (start, end) = (scale(reached), scale(reached + value))
      reached += value
      var children = [
        Element.rectangle(
          x: start, y: middle - height / 2, width: end - start, height: height,
          class: "segment " + part.className)
      ]
      let text = NumberText.significant(value)
      if !part.isSoft && height >= 14 && textWidth(text) + 6 < end - start {
        children.append(
          .text(
            text, x: (start + end) / 2, y: middle + 4,
            class: "label middle on-" + ChartStyle.seriesClass(part.series)))
      }
      let tip =
        "\(shortened(row.name, to: 100)), \(shortened(part.name, to: 100)): \(axis.text(value))"
      elements.append(.group(children, tip: tip, series: row.name))
    }
    if let limit = row.limit, isDrawable(limit) {
      let x = scale(limit)
      elements.append(
        .line(
          from: (x, middle - height / 2 - 3), to: (x, middle + height / 2 + 3), class: "limit"))
    }
    return elements
  }
}
