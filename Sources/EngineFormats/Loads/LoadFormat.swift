/// What a record of loads leaves unsaid and its importer must be told.
public struct LoadReading: Hashable, Sendable {
  /// The number of the model's first MoE layer, where a form counts MoE layers from 0.
  public var firstLayer: Int
  /// Experts of a layer, where a form names only those that were used.
  public var experts: Int?

  public init(firstLayer: Int = 0, experts: Int? = nil) {
    self.firstLayer = firstLayer
    self.experts = experts
  }
}

/// A file form in which an engine records how many tokens each expert received.
///
/// A new form is one file that conforms and one line in ``EngineFormats/loads``.
public protocol LoadFormat: Sendable {
  /// The kind that `shunt import` takes.
  static var name: String { get }
  /// The form in one line, for help.
  static var summary: String { get }
  /// The loads that a file or folder of the form holds.
  ///
  /// - Throws: ``FormatFault`` for a damaged file, and for loads that no table can hold.
  static func read(path: String, _ reading: LoadReading) throws(FormatFault) -> RecordedLoads
}

/// Token copies by step, layer and expert, as an engine recorded them under one workload.
public struct RecordedLoads: Hashable, Sendable {
  /// What was recorded, from the file's name; the rows' key in a table.
  public var workload: String
  /// Numbers of the layers that received tokens.
  public var layers: [Int]
  public var experts: Int
  /// Numbers of the steps, ascending; nil where the record is one sum.
  public var steps: [Int]?
  /// Copies, `[steps][layers][experts]`; one step where ``steps`` is nil.
  public var counts: [[[Int]]]
  /// What was left out or changed on the way, as sentences.
  public var notes: [String] = []
}

extension RecordedLoads {
  /// Loads from a tensor of which all layers without any token are dense, and are left out.
  ///
  /// A step in which only some of the other layers received tokens has no place in a table of
  /// windows; it is left out and noted.
  ///
  /// - Parameters:
  ///   - tensor: `[steps][layers][experts]`, at least one of each.
  ///   - numbers: the layers' numbers.
  /// - Throws: ``FormatFault`` if nothing is left, or a count is negative or above 2⁵³.
  init(
    tensor: [[[Int]]], steps: [Int]?, layers numbers: [Int], of source: SourceFile
  ) throws(FormatFault) {
    try Self.checkCounts(tensor, source)
    let used = numbers.indices.filter { layer in
      tensor.contains { step in step[layer].contains { $0 > 0 } }
    }
    guard let first = used.first else {
      throw FormatFault(
        .cannotHold, file: source.name, "no expert received any token",
        fix: "record while requests are being served")
    }
    let complete = tensor.indices.filter { step in
      used.allSatisfy { layer in tensor[step][layer].contains { $0 > 0 } }
    }
    guard !complete.isEmpty else {
      throw FormatFault(
        .cannotHold, file: source.name, "in every step some layer received no tokens",
        fix: "record whole forward passes")
    }
    workload = source.stem
    layers = used.map { numbers[$0] }
    experts = tensor[0][first].count
    counts = complete.map { step in used.map { tensor[step][$0] } }
    self.steps = steps.map { steps in complete.map { steps[$0] } }
    if complete.count < tensor.count {
      notes.append(
        """
        \(source.name): \(tensor.count - complete.count) of \(tensor.count) steps are left out, \
        since some layer has no tokens in them
        """)
    }
    if used.count < numbers.count {
      let dropped = numbers.count - used.count
      notes.append(
        """
        \(source.name): \(dropped) layer\(dropped == 1 ? "" : "s") without any token \
        \(dropped == 1 ? "is" : "are") left out
        """)
    }
  }

  private static func checkCounts(
    _ tensor: [[[Int]]], _ source: SourceFile
  ) throws(FormatFault) {
    for (step, rows) in tensor.enumerated() {
      for (layer, row) in rows.enumerated() {
        var total = 0
        for count in row where total >= 0 {
          total = count < 0 || count > 1 << 53 - total ? -1 : total + count
        }
        guard total >= 0 else {
          throw source.malformed(
            "step \(step), layer \(layer) has a negative count, or counts above 2^53 in all",
            fix: "counts are token copies, each at least 0")
        }
      }
    }
  }
}
