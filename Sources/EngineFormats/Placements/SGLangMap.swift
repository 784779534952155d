public import Domain

/// SGLang's `--init-expert-location`: one row of slots for each layer of the model, dense ones too.
///
/// Slot *p* sits on GPU *p* / (slots / GPUs). Rows of dense layers are not used by the engine; like
/// its own default they hold the experts in order.
public enum SGLangMap: PlacementFormat {
  public static let name = "sglang"
  public static let summary = "JSON for --init-expert-location: physical_to_logical_map"

  public static func write(_ placement: ExpertPlacement) throws(FormatFault) -> WrittenMap {
    try requireFullSlots(placement)
    let numbers = placement.layers.map(\.layer)
    let first = numbers[0]
    guard first >= 0, first < 4096 else {
      throw FormatFault(
        .cannotHold, "layer \(first) is no layer of a model", fix: "number layers from 0")
    }
    for (index, number) in numbers.enumerated() where number != first + index {
      throw FormatFault(
        .cannotHold,
        """
        'sglang' has one row for every layer of the model, and the placement goes from layer \
        \(numbers[index - 1]) to layer \(number)
        """,
        fix: "plan all MoE layers, in order")
    }
    let slots = placement.ranks * placement.slotsPerRank
    let trivial = (0..<slots).map { Int32($0 % placement.experts) }
    let rows = Array(repeating: trivial, count: first) + placement.layers.map(\.slots)
    var map = WrittenMap(text: "{\"physical_to_logical_map\": \(JSONText.rows(rows))}\n")
    if first > 0 {
      map.notes.append(
        "rows 0 to \(first - 1), which the placement lacks, hold the experts in order")
    }
    return map
  }

  public static func read(
    _ source: SourceFile, _ reading: MapReading
  ) throws(FormatFault) -> ExpertPlacement {
    let rows = try source.integerRows(
      source.json()["physical_to_logical_map"], at: "physical_to_logical_map")
    guard rows.indices.contains(reading.firstLayer) else {
      throw source.malformed(
        "the map has \(rows.count) layers and none is number \(reading.firstLayer)",
        fix: "give --first-layer the number of the model's first MoE layer")
    }
    return try placement(
      rows: Array(rows[reading.firstLayer...]), layers: Array(reading.firstLayer..<rows.count),
      ranks: reading.ranks, source: source)
  }
}
