/// A table of numbers as colours, such as load per rank and time, or bytes from rank to rank.
public struct HeatMap: Chart {
  /// How many cells carry a tooltip each; larger tables are drawn in runs of one colour.
  static let tippedCells = 1600
  /// How many rows and columns are drawn; above, each cell is the largest of a block.
  static let drawnSide = 128

  public let title: String
  public let summary: String
  let rowAxis: String
  let columnAxis: String
  let measure: Axis
  let rows: [String]
  let columns: [String]
  let values: [[Double]]

  /// - Parameters:
  ///   - rowAxis: what a row is, such as "source rank"; `columnAxis` likewise.
  ///   - measure: what a cell measures, its unit, and whether colours follow its logarithm.
  ///   - values: a row of values for each of `rows`, one for each of `columns`; one that is not
  ///     finite leaves its cell empty, with a note.
  /// - Precondition: the shape of `values` is rows × columns.
  public init(
    title: String, summary: String, rowAxis: String, columnAxis: String, measure: Axis,
    rows: [String], columns: [String], values: [[Double]]
  ) {
    precondition(
      values.count == rows.count && values.allSatisfy { $0.count == columns.count },
      "A heat map has one value for each row and column.")
    self.title = title
    self.summary = summary
    self.rowAxis = rowAxis
    self.columnAxis = columnAxis
    self.measure = measure
    self.rows = rows
    self.columns = columns
    self.values = values
  }

  public func draw(width: Double) -> Drawing {
    guard !rows.isEmpty, !columns.isEmpty else { return .empty(width: width) }
    let block = (
      rows: (rows.count + Self.drawnSide - 1) / Self.drawnSide,
      columns: (columns.count + Self.drawnSide - 1) / Self.drawnSide
    )
    let cells = blocks(block.rows, block.columns)
    let left = PlotArea.nameWidth(rows, width: width)
    let cellWidth = min(40, (width - left) / Double(cells[0].count))
    let cellHeight = max(3, min(24, min(cellWidth, 480 / Double(cells.count))))
    let area = PlotArea(
      left: left, top: 44, right: left + cellWidth * Double(cells[0].count),
      bottom: 44 + cellHeight * Double(cells.count))
    let scale = measure.scale(over: cells.flatMap { $0 }, from: 0, to: Double(ChartStyle.heatSteps))
    var elements = key(scale, width: width)
    for (row, line) in cells.enumerated() {
      let top = area.top + Double(row) * cellHeight
      elements +=
        values.count * columns.count <= Self.tippedCells
        ? tipped(line, row, scale, area, top: top, size: (cellWidth, cellHeight))
        : runs(line, scale, area, top: top, size: (cellWidth, cellHeight))
    }
    elements += names(area, block: block, size: (cellWidth, cellHeight))
    let skipped = values.reduce(0) { $0 + $1.count { !measure.places($0) } }
    let blocked =
      block == (1, 1)
      ? nil : "Each cell is the largest of \(block.rows) × \(block.columns) values."
    return Drawing(
      height: area.bottom + 42, elements: elements,
      notes: [blocked, skipped == 0 ? nil : "Values not on this scale, drawn empty: \(skipped)."])
  }

  /// The largest drawable value of every block of rows × columns; NaN where there is none.
  private func blocks(_ height: Int, _ breadth: Int) -> [[Double]] {
    guard height > 1 || breadth > 1 else { return values }
    return stride(from: 0, to: rows.count, by: height).map { row in
      stride(from: 0, to: columns.count, by: breadth).map { column in
        values[row..<min(row + height, rows.count)].lazy
          .flatMap { $0[column..<min(column + breadth, columns.count)] }
          .filter(measure.places).max() ?? .nan
      }
    }
  }

  private func className(_ value: Double, _ scale: Scale) -> String {
    guard measure.places(value) else { return "empty" }
    return "heat-\(min(ChartStyle.heatSteps - 1, Int(scale(value))))"
  }

  private func tipped(
    _ line: [Double], _ row: Int, _ scale: Scale, _ area: PlotArea, top: Double,
    size: (width: Double, height: Double)
  ) -> [Element] {
    line.enumerated().map { column, value in
      var cell = Element.rectangle(
        x: area.left + Double(column) * size.width, y: top, width: size.width, height: size.height,
        class: "cell " + className(value, scale))
      let place = "\(shortened(rows[row], to: 80)), \(shortened(columns[column], to: 80))"
      cell.attributes.append(("data-tip", "\(place): \(measure.text(value))"))
      return cell
    }
  }

  private func runs(
    _ line: [Double], _ scale: Scale, _ area: PlotArea, top: Double,
    size: (width: Double, height: Double)
  ) -> [Element] {
    var elements: [Element] = []
    var start = 0
    for column in 1...line.count {
      let name = className(line[start], scale)
      if column < line.count && className(line[column], scale) == name { continue }
      elements.append(
        .rectangle(
          x: area.left + Double(start) * size.width, y: top,
          width: Double(column - start) * size.width, height: size.height, class: "cell " + name))
      start = column
    }
    return elements
  }

  /// Names of as many rows and columns as there is room for, and what they are.
  private func names(
    _ area: PlotArea, block: (rows: Int, columns: Int), size: (width: Double, height: Double)
  ) -> [Element] {
    let everyRow = max(1, Int((14 / size.height).rounded(.up))) * block.rows
    let widest = columns.prefix(500).map(textWidth).max() ?? 0
    let everyColumn = max(1, Int(((min(80, widest) + 8) / size.width).rounded(.up))) * block.columns
    let left = stride(from: 0, to: rows.count, by: everyRow).map { row in
      area.rowName(
        rows[row], middle: area.top + (Double(row / block.rows) + 0.5) * size.height,
        class: "label tick end")
    }
    let below = stride(from: 0, to: columns.count, by: everyColumn).map { column in
      Element.text(
        fitted(columns[column], width: 80),
        x: area.left + (Double(column / block.columns) + 0.5) * size.width, y: area.bottom + 15,
        class: "label tick middle")
    }
    return left + below + [
      .text(rowAxis, x: 0, y: area.top - 8, class: "label muted-text"),
      .text(
        columnAxis, x: (area.left + area.right) / 2, y: area.bottom + 33,
        class: "label muted-text middle"),
    ]
  }

  /// The nine colours with the values at both ends.
  private func key(_ scale: Scale, width: Double) -> [Element] {
    let low = measure.text(scale.low)
    let title = measure.title + ":  " + low
    let start = textWidth(title) + 8
    let boxes = (0..<ChartStyle.heatSteps).map { step in
      Element.rectangle(
        x: start + Double(step) * 16, y: 2, width: 16, height: 12, class: "heat-\(step)")
    }
    let high = Element.text(
      measure.text(scale.high), x: start + 16 * Double(ChartStyle.heatSteps) + 6, y: 12)
    return [.text(title, x: 0, y: 12)] + boxes + [high]
  }
}
