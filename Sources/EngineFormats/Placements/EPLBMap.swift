public import Domain

/// The three maps that DeepSeek's `rebalance_experts` returns, as JSON; rows are MoE layers from 0.
public enum EPLBMap: PlacementFormat {
  public static let name = "eplb"
  public static let summary =
    "JSON with physical_to_logical_map, logical_to_physical_map and expert_count"

  public static func write(_ placement: ExpertPlacement) throws(FormatFault) -> WrittenMap {
    try requireFullSlots(placement)
    var copies: [[[Int]]] = []
    for layer in placement.layers {
      var row = [[Int]](repeating: [], count: placement.experts)
      for (slot, expert) in layer.slots.enumerated() { row[Int(expert)].append(slot) }
      copies.append(row)
    }
    let most = copies.joined().map(\.count).max() ?? 1
    let padded = copies.map { layer in
      layer.map { $0 + Array(repeating: -1, count: most - $0.count) }
    }
    let logical = padded.map { "[" + $0.map(JSONText.row).joined(separator: ", ") + "]" }
    let text = """
      {"physical_to_logical_map": \(JSONText.rows(placement.layers.map(\.slots))),
      "logical_to_physical_map": \(JSONText.lines(logical)),
      "expert_count": \(JSONText.rows(copies.map { $0.map(\.count) }))}

      """
    var map = WrittenMap(text: text)
    map.notes += LayerOrder.note(placement, rows: "rows")
    return map
  }

  public static func read(
    _ source: SourceFile, _ reading: MapReading
  ) throws(FormatFault) -> ExpertPlacement {
    let tree = try source.json()
    let rows = try source.integerRows(
      tree["physical_to_logical_map"], at: "physical_to_logical_map")
    let result = try placement(
      rows: rows, layers: rows.indices.map { $0 + reading.firstLayer }, ranks: reading.ranks,
      source: source)
    try checkCounts(tree, of: result, source)
    try checkCopies(tree, of: rows, source)
    return result
  }

  /// Refuses a file whose `expert_count` speaks of another map.
  private static func checkCounts(
    _ tree: JSONTree, of placement: ExpertPlacement, _ source: SourceFile
  ) throws(FormatFault) {
    guard let stated = tree["expert_count"] else { return }
    let counts = try source.integerRows(stated, at: "expert_count")
    let held = placement.layers.indices.map { placement.holders(layerAt: $0).map(\.count) }
    if counts != held {
      throw source.malformed(
        "expert_count does not count the copies in physical_to_logical_map",
        fix: "write the maps of one run together")
    }
  }

  /// Refuses a file whose `logical_to_physical_map` names slots that hold another expert.
  private static func checkCopies(
    _ tree: JSONTree, of rows: [[Int]], _ source: SourceFile
  ) throws(FormatFault) {
    guard let stated = tree["logical_to_physical_map"] else { return }
    let layers = stated.elements ?? []
    guard layers.count == rows.count else {
      throw source.malformed(
        "logical_to_physical_map has \(layers.count) layers and physical_to_logical_map \(rows.count)",
        fix: "write the maps of one run together")
    }
    for (layer, row) in rows.enumerated() {
      let place = "logical_to_physical_map[\(layer)]"
      for (expert, slots) in try source.integerRows(layers[layer], at: place).enumerated() {
        for slot in slots where slot != -1 {
          guard row.indices.contains(slot), row[slot] == expert else {
            throw source.malformed(
              "\(place)[\(expert)] names slot \(slot), which does not hold expert \(expert)",
              fix: "write the maps of one run together")
          }
        }
      }
    }
  }
}

/// What is said where rows count MoE layers and the placement numbers layers otherwise.
enum LayerOrder {
  static func note(_ placement: ExpertPlacement, rows: String) -> [String] {
    let numbers = placement.layers.map(\.layer)
    guard let first = numbers.first, numbers != Array(numbers.indices) else { return [] }
    return ["\(rows) count the placement's layers from 0: row 0 is layer \(first) of the model"]
  }
}
