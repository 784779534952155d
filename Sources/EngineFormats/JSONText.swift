/// Numbers as JSON, one row a line so that a difference between two files can be read.
enum JSONText {
  /// `[1, 2]`
  static func row<Number: BinaryInteger>(_ values: [Number]) -> String {
    "[" + values.map { String($0) }.joined(separator: ", ") + "]"
  }

  /// A list of ``row(_:)``.
  static func rows<Number: BinaryInteger>(_ rows: [[Number]]) -> String {
    lines(rows.map { row($0) })
  }

  /// A list of values that are JSON already, each in its own line.
  static func lines(_ values: [String]) -> String {
    "[\n" + values.map { "  " + $0 }.joined(separator: ",\n") + "\n]"
  }
}
