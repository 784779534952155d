/// Why another tool's file cannot be read, or why a format cannot hold a placement.
public struct FormatFault: Error, Hashable, Sendable {
  /// What kind of fault it is.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// The file or folder is missing or cannot be opened.
    case unreadable
    /// The file is not what its kind says: damaged, cut short, or of other shapes.
    case malformed
    /// The content is sound, but the form it is wanted in cannot express it.
    case cannotHold
  }

  public let kind: Kind
  /// The file as it was named; absent where no file is involved.
  public let file: String?
  /// The line, from 1, where the fault has one.
  public let line: Int?
  /// The byte of its line where the fault begins, from 1.
  public let column: Int?
  /// What is wrong, as one sentence without a full stop.
  public let message: String
  /// How to mend it, as one sentence without a full stop.
  public let fix: String

  public init(
    _ kind: Kind, file: String? = nil, line: Int? = nil, column: Int? = nil, _ message: String,
    fix: String
  ) {
    self.kind = kind
    self.file = file
    self.line = line
    self.column = column
    self.message = message
    self.fix = fix
  }
}
