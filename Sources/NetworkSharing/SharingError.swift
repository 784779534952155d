/// Why bandwidth could not be shared: which number was given, where, and what it may be.
public enum SharingError: Error, Hashable, Sendable {
  /// A link whose capacity is not a positive, finite number of bytes a second.
  case badCapacity(link: String, bytesPerSecond: Double)
  /// A path that names a link which is not in the table.
  case unknownLink(path: Int, link: Int)
  /// A flow that follows a path which was not added.
  case unknownPath(flow: Int, path: Int)
  /// A flow whose bytes are negative, infinite or not a number.
  case badBytes(flow: Int, bytes: Double)
  /// A flow that starts before zero, or at no finite instant.
  case badStart(flow: Int, seconds: Double)
  /// A tolerance outside 0 to 1.
  case badTolerance(Double)
  /// A cluster that cannot be cabled; the text says why and how to mend it.
  case badShape(String)

  /// One sentence that says what is wrong and how to mend it.
  public var message: String {
    switch self {
    case .badCapacity(let link, let value):
      "\(link) has a capacity of \(value) bytes/s; give every link a positive, finite bandwidth"
    case .unknownLink(let path, let link):
      "path \(path) uses link \(link), which the link table does not have"
    case .unknownPath(let flow, let path):
      "flow \(flow) follows path \(path), which the path table does not have"
    case .badBytes(let flow, let bytes):
      "flow \(flow) carries \(bytes) bytes; give a finite number that is not negative"
    case .badStart(let flow, let seconds):
      "flow \(flow) starts at \(seconds) s; give a finite instant that is not negative"
    case .badTolerance(let tolerance):
      "a tolerance of \(tolerance) is outside 0 to 1; write 0 for exact results or, say, 0.01"
    case .badShape(let reason):
      reason
    }
  }
}
