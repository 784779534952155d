/// What is wrong with a measured table, where, and how to mend it.
public struct TableFault: Error, Hashable, Sendable {
  public var file: String
  /// Line of the file from 1, or 0 for the file as a whole.
  public var line: Int
  /// Name of the column, empty where the whole line is meant.
  public var column: String
  public var message: String
  public var fix: String

  public init(file: String, line: Int = 0, column: String = "", message: String, fix: String) {
    self.file = file
    self.line = line
    self.column = column
    self.message = message
    self.fix = fix
  }

  /// One line in the form `file:line: column «name»: message (fix)`.
  public var description: String {
    let place = line > 0 ? "\(file):\(line)" : file
    let cell = column.isEmpty ? "" : "column «\(column)»: "
    return "\(place): \(cell)\(message) (\(fix))"
  }
}
