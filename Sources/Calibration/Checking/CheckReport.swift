/// Error figures over a number of comparisons.
public struct ErrorFigures: Hashable, Sendable, Codable {
  public var rows: Int
  public var comparisons: Int
  /// Median of |predicted / measured − 1|.
  public var medianRelativeError: Double
  public var p90RelativeError: Double
  /// Median of predicted / measured − 1.
  public var medianSignedError: Double

  init(_ judged: [JudgedCell]) {
    rows = Set(judged.map(\.row)).count
    comparisons = judged.count
    let errors = judged.map { abs($0.signedError) }
    medianRelativeError = Quantile.of(errors, 0.5)
    p90RelativeError = Quantile.of(errors, 0.9)
    medianSignedError = Quantile.of(judged.map(\.signedError), 0.5)
  }
}

/// The error of rows that share a key.
public struct GroupFigures: Hashable, Sendable, Codable {
  public var key: [String: String]
  public var rows: Int
  public var medianRelativeError: Double
  public var p90RelativeError: Double
  public var medianSignedError: Double
  /// `fitted`, `extrapolated from …` or `assumed`.
  public var constants: String
}

/// What `calibrate check` says of one table.
public struct TableCheck: Hashable, Sendable, Codable {
  public var file: String
  public var kind: String
  /// Rows predicted.
  public var rows: Int
  /// Rows refused.
  public var skipped: Int
  public var medianRelativeError: Double
  public var p90RelativeError: Double
  public var medianSignedError: Double
  /// The same over the rows the costs were fitted to, where the cost file knows them.
  public var fitted: ErrorFigures?
  /// The same over the rows kept out of the fit.
  public var heldOut: ErrorFigures?
  public var groups: [GroupFigures]
  public var refused: [RefusedRow]
}

/// What `calibrate check` prints with `--format json`.
public struct CheckReport: Hashable, Sendable, Codable {
  public var schemaVersion: Int
  public var tables: [TableCheck]
}

/// One comparison, judged.
public struct JudgedCell: Hashable, Sendable {
  public var row: Int
  public var column: String
  public var measured: Double
  /// The predicted cell in the column's own unit.
  public var predicted: Double
  /// Whether the fit did not see the row; nil where the cost file has no split for the table.
  public var heldOut: Bool?
  public var origin: String
  public var group: [GroupLabel]
  /// Predicted over measured seconds, less one.
  public var signedError: Double
}
