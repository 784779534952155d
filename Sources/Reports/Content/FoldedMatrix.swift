internal import Charts

/// A table of numbers folded to a size that a page can carry: neighbouring rows and columns become
/// one.
struct FoldedMatrix: Sendable {
  enum Fold: Sendable { case mean, sum }

  let rowNames: [String]
  let columnNames: [String]
  let values: [[Double]]
  /// What was folded; empty if nothing was.
  let note: String

  /// Nil where `values` is empty, ragged, or does not fit the names.
  ///
  /// - Complexity: O(values).
  init?(
    _ values: [[Double]], rowNames: [String], columnNames: [String], rowLimit: Int,
    columnLimit: Int, fold: Fold
  ) {
    guard !values.isEmpty, !columnNames.isEmpty, rowNames.count == values.count,
      values.allSatisfy({ $0.count == columnNames.count })
    else { return nil }
    let height = (values.count + rowLimit - 1) / rowLimit
    let width = (columnNames.count + columnLimit - 1) / columnLimit
    self.rowNames = Self.folded(rowNames, by: height)
    self.columnNames = Self.folded(columnNames, by: width)
    self.values = stride(from: 0, to: values.count, by: height).map { row in
      stride(from: 0, to: columnNames.count, by: width).map { column in
        let block = values[row..<min(row + height, values.count)].flatMap {
          $0[column..<min(column + width, columnNames.count)]
        }
        let sum = block.reduce(0, +)
        return fold == .sum ? sum : sum / Double(block.count)
      }
    }
    let word = fold == .sum ? "sum" : "mean"
    note =
      height == 1 && width == 1
      ? "" : "Each cell is the \(word) of \(height) × \(width) neighbours."
  }

  /// Names of the largest cell; the first among equals.
  var peak: (row: String, column: String, value: Double) {
    var best = (row: 0, column: 0, value: values[0][0])
    for (row, line) in values.enumerated() {
      for (column, value) in line.enumerated() where value > best.value {
        best = (row, column, value)
      }
    }
    return (rowNames[best.row], columnNames[best.column], best.value)
  }

  func table(_ report: ReportContext, corner: String, factor: Double = 1) -> DataTable {
    let column = NumberColumn(values.flatMap { $0 }.map { Optional($0) }, factor: factor)
    return DataTable(
      [.text(corner)] + columnNames.map { .number($0) },
      rows: zip(rowNames, values).map { name, line in
        DataTable.Row([DataTable.Cell(name)] + line.map { .init(column.text($0), $0) })
      })
  }

  private static func folded(_ names: [String], by size: Int) -> [String] {
    let names = names.map { ReadableText.line($0, limit: 24) }
    guard size > 1 else { return names }
    return stride(from: 0, to: names.count, by: size).map { start in
      let last = min(start + size, names.count) - 1
      return start == last ? names[start] : "\(names[start])–\(names[last])"
    }
  }
}
