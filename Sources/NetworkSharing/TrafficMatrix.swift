/// Why a traffic matrix could not be read, with the place in the file.
public enum TrafficError: Error, Hashable, Sendable {
  /// A file without numbers.
  case empty
  /// A field that is not a number.
  case notANumber(line: Int, column: Int, text: String)
  /// A number that no amount of bytes can be: negative, infinite, not a number or beyond 10³⁰.
  case badBytes(line: Int, column: Int, text: String)
  /// A row that is longer or shorter than the first.
  case ragged(line: Int, column: Int, expected: Int, found: Int)
  /// As many rows as `rows` for rows of `columns` numbers.
  case notSquare(line: Int, rows: Int, columns: Int)
  /// A matrix for another number of ranks than the cluster has.
  case wrongSize(matrix: Int, cluster: Int)

  /// One sentence that says what is wrong and how to mend it.
  public var message: String {
    switch self {
    case .empty:
      "the traffic matrix is empty; write one row a rank, bytes separated by commas"
    case .notANumber(_, _, let text):
      "'\(text)' is not a number of bytes"
    case .badBytes(_, _, let text):
      "'\(text)' cannot be sent; give a finite number of bytes that is not negative"
    case .ragged(_, _, let expected, let found):
      "this row has \(found) numbers and the first has \(expected); give every rank one in each row"
    case .notSquare(_, let rows, let columns):
      "\(rows) rows of \(columns) numbers; a traffic matrix has as many rows as columns"
    case .wrongSize(let matrix, let cluster):
      "the matrix is for \(matrix) ranks and the cluster has \(cluster)"
    }
  }

  /// The line of the file, from 1, where there is one.
  public var line: Int? { place?.line }

  /// The character in that line, from 1, where there is one.
  public var column: Int? { place?.column }

  private var place: (line: Int, column: Int)? {
    switch self {
    case .empty, .wrongSize: nil
    case .notANumber(let line, let column, _), .badBytes(let line, let column, _): (line, column)
    case .ragged(let line, let column, _, _): (line, column)
    case .notSquare(let line, _, _): (line, 1)
    }
  }
}

/// Bytes from every rank to every rank.
public struct TrafficMatrix: Hashable, Sendable {
  /// How many ranks there are.
  public let ranks: Int
  /// Bytes by source, then destination: `bytes[source * ranks + destination]`.
  public let bytes: [Double]

  /// - Precondition: `bytes` has `ranks` × `ranks` numbers.
  public init(ranks: Int, bytes: [Double]) {
    precondition(bytes.count == ranks * ranks, "a traffic matrix is square")
    self.ranks = ranks
    self.bytes = bytes
  }

  /// What `source` sends to `destination`.
  public subscript(source: Int, destination: Int) -> Double { bytes[source * ranks + destination] }

  /// Reads a matrix: rows of numbers separated by commas, bytes from row to column, no header.
  ///
  /// Blanks around numbers and empty lines at the end do no harm.
  ///
  /// - Throws: ``TrafficError`` with line and column.
  public static func read(csv text: String) throws(TrafficError) -> TrafficMatrix {
    try read(csv: Array(text.utf8))
  }

  /// Reads a matrix from the bytes of a file.
  public static func read(csv bytes: [UInt8]) throws(TrafficError) -> TrafficMatrix {
    var reader = TrafficReader(text: bytes)
    return try reader.read()
  }
}
