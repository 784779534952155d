public import Domain
private import Yams

/// TensorRT-LLM's load balancer YAML: slots of every MoE layer, by the layer's number in the model.
///
/// Every `num_slots` / ranks consecutive slots are one rank; `layer_updates_per_iter: 0` keeps the
/// placement as it is.
public enum TensorRTMap: PlacementFormat {
  public static let name = "tensorrt-llm"
  public static let summary = "YAML for moe_config.load_balancer: initial_global_assignments"

  public static func write(_ placement: ExpertPlacement) throws(FormatFault) -> WrittenMap {
    try requireFullSlots(placement)
    let lines = placement.layers.map { "  \($0.layer): \(JSONText.row($0.slots))" }
    return WrittenMap(
      text: """
        num_slots: \(placement.ranks * placement.slotsPerRank)
        initial_global_assignments:
        \(lines.joined(separator: "\n"))
        layer_updates_per_iter: 0

        """)
  }

  public static func read(
    _ source: SourceFile, _ reading: MapReading
  ) throws(FormatFault) -> ExpertPlacement {
    let root = try document(source)
    let slots = root["num_slots"]?.int
    if let stated = root["num_slots"], slots == nil {
      throw fault(at: stated, source, "num_slots is no whole number")
    }
    guard let mapping = root["initial_global_assignments"]?.mapping, !mapping.isEmpty else {
      throw source.malformed(
        "'initial_global_assignments' is missing or has no layers",
        fix: "a placement can only be read where the file says one")
    }
    var layers: [(number: Int, slots: [Int])] = []
    for (key, value) in mapping {
      guard let number = key.int, number >= 0 else {
        throw fault(at: key, source, "a layer's number should stand here")
      }
      guard number >= reading.firstLayer else { continue }
      let row = try self.row(value, source)
      guard row.count == slots ?? row.count, row.count == layers.first?.slots.count ?? row.count
      else {
        throw fault(
          at: value, source, "layer \(number) has \(row.count) slots, not as many as the others say"
        )
      }
      layers.append((number, row))
    }
    layers.sort { $0.number < $1.number }
    return try placement(
      rows: layers.map(\.slots), layers: layers.map(\.number), ranks: reading.ranks,
      source: source)
  }

  /// The document's root, without anchors: lists of numbers need none, and they can be endless.
  private static func document(_ source: SourceFile) throws(FormatFault) -> Node {
    let fix = "write the file again; it may have been cut off"
    guard !source.bytes.contains(where: { $0 == UInt8(ascii: "&") || $0 == UInt8(ascii: "*") })
    else {
      throw source.malformed("the file uses anchors or aliases", fix: "write the lists out")
    }
    do {
      let text = String(decoding: source.bytes, as: UTF8.self)
      if let node = try Yams.compose(yaml: text), node.mapping != nil { return node }
    } catch let error as YamlError {
      var line: Int?
      var problem = "the file is no YAML"
      if case .duplicatedKeysInMapping(let keys, let context) = error {
        (line, problem) = (context.mark.line, "key '\(keys.first ?? "")' stands twice")
      }
      if case .scanner(_, let said, let mark, _) = error { (line, problem) = (mark.line, said) }
      if case .parser(_, let said, let mark, _) = error { (line, problem) = (mark.line, said) }
      throw FormatFault(.malformed, file: source.name, line: line, problem, fix: fix)
    } catch {
      throw source.malformed("the file is no YAML", fix: fix)
    }
    throw source.malformed("the file is no mapping", fix: fix)
  }

  private static func row(_ value: Node, _ source: SourceFile) throws(FormatFault) -> [Int] {
    guard let list = value.sequence, !list.isEmpty else {
      throw fault(at: value, source, "a list of expert numbers should stand here")
    }
    var result: [Int] = []
    for element in list {
      guard let expert = element.int else {
        throw fault(at: element, source, "an expert's number should stand here")
      }
      result.append(expert)
    }
    return result
  }

  private static func fault(at node: Node, _ source: SourceFile, _ message: String) -> FormatFault {
    FormatFault(
      .malformed, file: source.name, line: node.mark?.line, column: node.mark?.column, message,
      fix: "give each layer a list of num_slots expert numbers")
  }
}
