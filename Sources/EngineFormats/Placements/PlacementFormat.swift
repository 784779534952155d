public import Domain

/// What a map leaves unsaid and its importer must be told.
public struct MapReading: Hashable, Sendable {
  /// Ranks of the expert-parallel group; needed where the map is a row of slots.
  public var ranks: Int?
  /// The number of the model's first MoE layer: dense layers come before it.
  public var firstLayer: Int

  public init(ranks: Int? = nil, firstLayer: Int = 0) {
    self.ranks = ranks
    self.firstLayer = firstLayer
  }
}

/// A placement as another tool's text, and what was added or left out on the way.
public struct WrittenMap: Hashable, Sendable {
  public var text: String
  /// Sentences for the person who exports.
  public var notes: [String] = []
}

/// A file form in which an engine loads a placement.
///
/// A new form is one file that conforms and one line in ``EngineFormats/placements``.
public protocol PlacementFormat: Sendable {
  /// The kind that `shunt export` and `shunt import --placement` take.
  static var name: String { get }
  /// The form in one line, for help.
  static var summary: String { get }
  /// The placement as the form's text.
  ///
  /// - Throws: ``FormatFault`` of kind `cannotHold`.
  static func write(_ placement: ExpertPlacement) throws(FormatFault) -> WrittenMap
  /// The placement that a file of the form holds.
  ///
  /// - Throws: ``FormatFault`` for a damaged file, or a map that breaks a rule of placements.
  static func read(
    _ source: SourceFile, _ reading: MapReading
  ) throws(FormatFault) -> ExpertPlacement
}

extension PlacementFormat {
  /// Refuses a placement with an empty slot, or without layers.
  static func requireFullSlots(_ placement: ExpertPlacement) throws(FormatFault) {
    guard !placement.layers.isEmpty else {
      throw FormatFault(
        .cannotHold, "the placement has no layers", fix: "plan it for at least one layer")
    }
    for layer in placement.layers {
      guard let slot = layer.slots.firstIndex(where: { $0 < 0 }) else { continue }
      throw FormatFault(
        .cannotHold,
        """
        layer \(layer.layer): slot \(slot % placement.slotsPerRank) of rank \
        \(slot / placement.slotsPerRank) is empty, which '\(name)' cannot express
        """,
        fix: """
          plan with redundant experts that fill all \(placement.ranks) × \
          \(placement.slotsPerRank) slots, or with another method
          """)
    }
  }

  /// A placement from rows of slots, `[layers][slots]`, which belong to the layers `numbers`.
  ///
  /// Every expert has a slot, so the number of experts is the largest id and one.
  static func placement(
    rows: [[Int]], layers numbers: [Int], ranks: Int?, source: SourceFile
  ) throws(FormatFault) -> ExpertPlacement {
    let slots = rows.first?.count ?? 0
    guard let ranks else {
      throw source.malformed(
        "a '\(name)' map has \(slots) slots a layer and does not say on how many ranks",
        fix: "add --ranks N")
    }
    guard ranks > 0, slots > 0, slots % ranks == 0 else {
      throw source.malformed(
        "\(slots) slots a layer do not divide over \(ranks) ranks",
        fix: "give --ranks the size of the expert-parallel group")
    }
    let experts = try expertCount(rows, layers: numbers, source)
    let layers = zip(numbers, rows).map { number, row in
      ExpertPlacement.Layer(layer: number, slots: row.map { Int32(truncatingIfNeeded: $0) })
    }
    do throws(PlacementFault) {
      return try ExpertPlacement(
        experts: experts, ranks: ranks, slotsPerRank: slots / ranks, layers: layers)
    } catch {
      throw source.malformed(
        error.message, fix: "every expert needs a slot, and no rank may hold one twice")
    }
  }

  private static func expertCount(
    _ rows: [[Int]], layers: [Int], _ source: SourceFile
  ) throws(FormatFault) -> Int {
    var experts = 0
    for (number, row) in zip(layers, rows) {
      for (slot, expert) in row.enumerated() {
        // Each expert has a slot, so ids stay below the number of slots.
        guard expert >= 0, expert < row.count else {
          throw source.malformed(
            "layer \(number), slot \(slot) holds \(expert), which is no expert of \(row.count) slots",
            fix: "ids run from 0 without gaps, and every expert needs a slot")
        }
        experts = max(experts, expert + 1)
      }
    }
    return experts
  }
}
