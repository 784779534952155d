/// A table in comma-separated text: a header that names columns, and rows as wide as it.
public struct DelimitedTable: Sendable {
  /// Column names, in order.
  public let header: [DelimitedText.Field]
  public let rows: [[DelimitedText.Field]]
  private let positions: [String: Int]

  /// Reads a table.
  ///
  /// - Throws: ``DelimitedText/Fault`` for text without a header, a column named twice, a row
  ///   shorter or longer than the header, or what ``DelimitedText/rows(_:separator:)`` refuses.
  public init(_ text: String, separator: Character = ",") throws(DelimitedText.Fault) {
    let all = try DelimitedText.rows(text, separator: separator)
    guard let header = all.first else {
      throw DelimitedText.Fault(line: 1, column: 1, message: "the table has no header line")
    }
    var positions: [String: Int] = [:]
    for (position, field) in header.enumerated() {
      guard positions.updateValue(position, forKey: field.text) == nil else {
        throw DelimitedText.Fault(
          line: field.line, column: field.column, message: "column '\(field.text)' stands twice")
      }
    }
    for row in all.dropFirst() where row.count != header.count {
      let fields = row.count == 1 ? "1 field" : "\(row.count) fields"
      throw DelimitedText.Fault(
        line: row.first?.line ?? 1, column: 1,
        message: "the row has \(fields) where the header has \(header.count)")
    }
    self.header = header
    self.positions = positions
    rows = Array(all.dropFirst())
  }

  /// The position of the column called `name`.
  public func column(_ name: String) -> Int? { positions[name] }

  /// The field of `row` in the column called `name`; nil where the table has no such column.
  public func field(_ name: String, in row: [DelimitedText.Field]) -> DelimitedText.Field? {
    positions[name].map { row[$0] }
  }
}
