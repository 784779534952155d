/// A comma-separated table with a header, kept as text with line numbers for messages.
public struct CSVTable: Hashable, Sendable {
  /// The file as it was named, with its folder where one was given.
  public let file: String
  public let header: [String]
  public let rows: [[String]]
  /// Line of every row, from 1.
  public let lines: [Int]
  private let positions: [String: Int]

  /// Reads `text`; quoted cells may hold commas and doubled quotes, but no line breaks.
  ///
  /// - Throws: a fault at the first line whose number of cells differs from the header's.
  /// - Complexity: O(text).
  public init(file: String, text: String) throws(TableFault) {
    var records = CSVTable.records(text)
    guard let first = records.first, first.cells.count > 1 || first.cells.first?.isEmpty == false
    else {
      throw TableFault(
        file: file, message: "the table is empty", fix: "give it a header and at least one row")
    }
    records.removeFirst()
    let names = first.cells.map { CSVTable.trimmed($0) }
    var positions: [String: Int] = [:]
    for (index, name) in names.enumerated() {
      guard positions.updateValue(index, forKey: name) == nil else {
        throw TableFault(
          file: file, line: first.line, column: name, message: "the column appears twice",
          fix: "remove or rename one of them")
      }
    }
    for record in records where record.cells.count != names.count {
      throw TableFault(
        file: file, line: record.line,
        message: "the line has \(record.cells.count) cells, the header \(names.count)",
        fix: "add or remove cells; quote those that hold commas")
    }
    self.file = file
    self.header = names
    self.positions = positions
    self.rows = records.map(\.cells)
    self.lines = records.map(\.line)
  }

  /// The file's name without its folder, by which cost files know the table.
  public var name: String {
    file.split { $0 == "/" || $0 == "\\" }.last.map(String.init) ?? file
  }

  /// Whether the table has all of `columns`.
  public func has(_ columns: [String]) -> Bool { columns.allSatisfy { positions[$0] != nil } }

  /// The text of a cell, empty where the column is absent.
  public func text(_ row: Int, _ column: String) -> String {
    guard let index = positions[column] else { return "" }
    return CSVTable.trimmed(rows[row][index])
  }

  /// A whole number that is at least `minimum`.
  public func integer(_ row: Int, _ column: String, atLeast minimum: Int = 0) throws(TableFault)
    -> Int
  {
    let text = text(row, column)
    let value = Int(text) ?? Double(text).flatMap { Int(exactly: $0) }
    guard let value else { throw fault(row, column, "«\(text)» is not a whole number") }
    guard value >= minimum, value <= 1 << 40 else {
      throw fault(row, column, "\(value) is outside \(minimum) … 2^40")
    }
    return value
  }

  /// A finite positive number, or nil for an empty cell.
  public func measurement(_ row: Int, _ column: String) throws(TableFault) -> Double? {
    let text = text(row, column)
    guard !text.isEmpty else { return nil }
    guard let value = Double(text), value.isFinite else {
      throw fault(row, column, "«\(text)» is not a number")
    }
    guard value >= 0 else { throw fault(row, column, "\(text) is negative") }
    return value
  }

  func fault(_ row: Int, _ column: String, _ message: String) -> TableFault {
    TableFault(
      file: file, line: lines[row], column: column, message: message,
      fix: "correct the cell or delete the row")
  }

  // MARK: - Reading

  private static func records(_ text: String) -> [(line: Int, cells: [String])] {
    var result: [(line: Int, cells: [String])] = []
    var number = 0
    for line in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      number += 1
      let bytes = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
      if bytes.allSatisfy({ $0 == UInt8(ascii: " ") }) { continue }
      result.append((number, cells(bytes)))
    }
    return result
  }

  private static func cells(_ line: Substring.UTF8View) -> [String] {
    let quote = UInt8(ascii: "\"")
    guard line.contains(quote) else {
      return line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map {
        String(Substring($0))
      }
    }
    var result: [String] = []
    var cell: [UInt8] = []
    var inside = false
    for byte in line {
      switch byte {
      case quote: inside.toggle()
      case UInt8(ascii: ",") where !inside:
        result.append(String(decoding: cell, as: UTF8.self))
        cell = []
      default: cell.append(byte)
      }
    }
    result.append(String(decoding: cell, as: UTF8.self))
    return result
  }

  private static func trimmed(_ text: String) -> String {
    guard text.utf8.first == 32 || text.utf8.last == 32 else { return text }
    var view = Substring(text)
    while view.first == " " { view.removeFirst() }
    while view.last == " " { view.removeLast() }
    return String(view)
  }
}
