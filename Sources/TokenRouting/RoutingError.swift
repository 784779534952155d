/// Why a routing file or a routing choice cannot be used: where, what, and how to mend it.
public struct RoutingError: Error, Hashable, Sendable {
  /// What kind of fault it is.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// The file is missing or cannot be read.
    case unreadable
    /// The file has no rows.
    case empty
    /// A column that the format needs is not there, or stands twice.
    case badHeader
    /// A row has more or fewer fields than the header.
    case raggedRow
    /// A field is not the whole number (or hexadecimal text) it should be.
    case badValue
    /// The file is about another model: experts, choices or layers do not fit.
    case modelMismatch
    /// A workload, domain or layer that the file does not have.
    case unknownSelection
    /// Loads that no routing can have, such as a layer without any.
    case impossibleLoads
    /// An option, or a combination of sizes, that a generator cannot follow.
    case badOption
  }

  public let kind: Kind
  /// The file as it was named; absent where no file is involved.
  public let file: String?
  /// The line, from one.
  public let line: Int?
  /// The character where the faulty field begins, from one.
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

extension RoutingError: CustomStringConvertible {
  /// Place, message and remedy, as `loads.csv:4:12: …; …`.
  public var description: String {
    let place = [file, line.map(String.init), column.map(String.init)].compactMap(\.self)
    let prefix = place.isEmpty ? "" : place.joined(separator: ":") + ": "
    return prefix + message + "; " + fix
  }
}
