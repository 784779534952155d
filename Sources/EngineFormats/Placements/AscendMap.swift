public import Domain

/// vllm-ascend's expert map: for every MoE layer, counted from 0, the experts of each device.
public enum AscendMap: PlacementFormat {
  public static let name = "vllm-ascend"
  public static let summary = "JSON for expert_map_path: device_expert of every layer and device"

  public static func write(_ placement: ExpertPlacement) throws(FormatFault) -> WrittenMap {
    try requireFullSlots(placement)
    let layers = placement.layers.enumerated().map { index, layer in
      let devices = (0..<placement.ranks).map { rank in
        let start = rank * placement.slotsPerRank
        let experts = JSONText.row(Array(layer.slots[start..<(start + placement.slotsPerRank)]))
        return "{\"device_id\": \(rank), \"device_expert\": \(experts)}"
      }
      return """
        {"layer_id": \(index), "device_count": \(placement.ranks), "device_list": \
        \(JSONText.lines(devices))}
        """
    }
    let text = """
      {"moe_layer_count": \(layers.count), "layer_list": \(JSONText.lines(layers))}

      """
    return WrittenMap(text: text, notes: LayerOrder.note(placement, rows: "layer_id values"))
  }

  public static func read(
    _ source: SourceFile, _ reading: MapReading
  ) throws(FormatFault) -> ExpertPlacement {
    let tree = try source.json()
    guard let layers = tree["layer_list"]?.elements, !layers.isEmpty else {
      throw source.malformed("'layer_list' is missing or empty", fix: "give one entry a layer")
    }
    let stated = try source.integer("moe_layer_count", of: tree, at: "", least: 1)
    guard stated == layers.count else {
      throw source.malformed(
        "moe_layer_count is \(stated) and layer_list has \(layers.count) entries",
        fix: "complete the file; it may have been cut off")
    }
    var rows: [[Int]?] = Array(repeating: nil, count: layers.count)
    var ranks: Int?
    for (index, layer) in layers.enumerated() {
      let place = "layer_list[\(index)]"
      let id = try source.integer("layer_id", of: layer, at: place, least: 0)
      guard rows.indices.contains(id), rows[id] == nil else {
        throw source.malformed(
          "\(place): layer_id \(id) stands twice or is not below \(layers.count)",
          fix: "layer_id counts MoE layers from 0")
      }
      let devices = try self.devices(of: layer, at: place, source)
      if let ranks, ranks != devices.count {
        throw source.malformed(
          "\(place) has \(devices.count) devices where the first layer has \(ranks)",
          fix: "give every layer the same devices")
      }
      ranks = devices.count
      rows[id] = devices.flatMap { $0 }
    }
    let complete = rows.compactMap { $0 }
    try checkWidths(complete, source)
    return try placement(
      rows: complete, layers: complete.indices.map { $0 + reading.firstLayer },
      ranks: ranks, source: source)
  }

  /// The experts of each device of a layer, by device.
  private static func devices(
    of layer: JSONTree, at place: String, _ source: SourceFile
  ) throws(FormatFault) -> [[Int]] {
    guard let list = layer["device_list"]?.elements, !list.isEmpty else {
      throw source.malformed(
        "\(place): 'device_list' is missing or empty", fix: "give one entry a device")
    }
    let stated = try source.integer("device_count", of: layer, at: place, least: 1)
    guard stated == list.count else {
      throw source.malformed(
        "\(place): device_count is \(stated) and device_list has \(list.count) entries",
        fix: "complete the file; it may have been cut off")
    }
    var devices: [[Int]?] = Array(repeating: nil, count: list.count)
    for (index, device) in list.enumerated() {
      let inner = "\(place).device_list[\(index)]"
      let id = try source.integer("device_id", of: device, at: inner, least: 0)
      guard devices.indices.contains(id), devices[id] == nil else {
        throw source.malformed(
          "\(inner): device_id \(id) stands twice or is not below \(list.count)",
          fix: "device_id counts devices from 0")
      }
      devices[id] = try source.integers(device["device_expert"] ?? .null, at: inner)
    }
    let complete = devices.compactMap { $0 }
    let width = complete[0].count
    if let other = complete.first(where: { $0.count != width }) {
      throw source.malformed(
        "\(place): one device has \(width) experts and another \(other.count)",
        fix: "give every device as many slots")
    }
    return complete
  }

  private static func checkWidths(_ rows: [[Int]], _ source: SourceFile) throws(FormatFault) {
    guard let odd = rows.firstIndex(where: { $0.count != rows[0].count }) else { return }
    throw source.malformed(
      "layer \(odd) has \(rows[odd].count) slots where layer 0 has \(rows[0].count)",
      fix: "give every layer as many slots")
  }
}
