public import Domain
public import WholeModel

/// One measured configuration of a serving engine.
public struct ServingRow: Hashable, Sendable {
  public var line: Int
  /// What the engine's constants are fitted to: its name, and how load was offered.
  public var engine: String
  /// Whether all requests were sent at once, rather than a batch kept full.
  public var atOnce: Bool
  /// The engine's version with the model: what was tuned, or ran speculatively, in that release.
  public var release: String
  public var model: MoEModel
  /// The catalogue's id of the accelerator.
  public var system: String
  public var denseFormat: NumericFormat
  /// How keys and values are stored.
  public var cacheFormat: NumericFormat
  public var division: ModelDivision
  public var path: TokenPath
  /// Sequences of one attention group.
  public var batch: Int
  public var input: Int
  public var output: Int
  /// Measured milliseconds to the first token and between tokens.
  public var firstTokenMilliseconds: Double
  public var tokenMilliseconds: Double
  /// Measured milliseconds from the first request to the last token, where requests are sent at once.
  public var wholeMilliseconds: Double?

  /// Whether requests wait for each other.
  ///
  /// Then the batch asked for did not run, or prompts took most of the time; that is a matter of the
  /// scheduler, which these estimates leave out. In a full batch the first token takes longer than
  /// half of all others then. Requests sent at once always wait for each other's prompts, and the
  /// estimate counts that; but all of them end together, near the end of the whole, unless some had
  /// to wait for the end of others.
  public var queues: Bool {
    let decoding = tokenMilliseconds * Double(output)
    guard atOnce else { return firstTokenMilliseconds > 0.5 * decoding }
    guard let wholeMilliseconds else { return false }
    return firstTokenMilliseconds + decoding < 0.8 * wholeMilliseconds
  }

  /// What stays together when rows are split: a model on a machine under one division.
  public var configuration: String {
    "\(engine) | \(model.name) \(model.weightFormat.rawValue) | \(system) | tp \(division.tensor)"
      + " dp \(division.data) ep \(division.expert) \(path.rawValue)"
  }

  /// What configurations are ranked within.
  public var family: String { "\(engine) | \(model.name) | \(system)" }
}

/// A table of serving measurements: `silicon_moe_aggregated` or `gb200_nvl72_*_serving`.
public struct ServingTable: Sendable {
  public let csv: CSVTable
  public let rows: [ServingRow]
  public let refused: [RefusedRow]
}
