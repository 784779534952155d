/// Charts of one kind side by side, for more series than one chart can tell apart.
///
/// Give every panel's axes the same `domain`, so that panels can be compared.
public struct SmallMultiples: Chart {
  /// One of the charts, under its own heading.
  public struct Panel: Sendable {
    public let heading: String
    public let chart: any Chart

    public init(_ heading: String, chart: any Chart) {
      self.heading = heading
      self.chart = chart
    }
  }

  public let title: String
  public let summary: String
  let panels: [Panel]
  let columns: Int

  /// - Precondition: `columns` is positive.
  public init(title: String, summary: String, panels: [Panel], columns: Int = 2) {
    precondition(columns >= 1, "Panels stand in at least one column.")
    self.title = title
    self.summary = summary
    self.panels = panels
    self.columns = columns
  }

  public func draw(width: Double) -> Drawing {
    guard !panels.isEmpty else { return .empty(width: width) }
    let gap = 24.0
    let columns = min(columns, panels.count)
    let panelWidth = (width - gap * Double(columns - 1)) / Double(columns)
    let drawn = panels.map { $0.chart.draw(width: panelWidth).withNotes(width: panelWidth) }
    var elements: [Element] = []
    var top = 0.0
    for row in stride(from: 0, to: panels.count, by: columns) {
      let members = row..<min(row + columns, panels.count)
      for (column, index) in members.enumerated() {
        let heading = Element.text(
          fitted(panels[index].heading, width: panelWidth), x: 0, y: 14, class: "label strong")
        elements.append(
          .group(
            [heading, .group(drawn[index].elements, moved: (0, 24))], class: "panel",
            moved: (Double(column) * (panelWidth + gap), top)))
      }
      top += (members.map { drawn[$0].height }.max() ?? 0) + 40
    }
    return Drawing(height: top - 12, elements: elements)
  }
}
