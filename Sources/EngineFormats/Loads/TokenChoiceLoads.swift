/// Text traces of chosen experts, as patches of vLLM and others write them, added up.
///
/// Either JSON objects, one a line, with `layer` and `topk_ids`, or CSV of a layer and the chosen
/// ids with blanks between them. A header line that names columns is passed over.
public enum TokenChoiceLoads: LoadFormat {
  public static let name = "vllm"
  public static let summary = "text lines of layer and topk_ids, JSONL or CSV, added up"

  public static func read(
    path: String, _ reading: LoadReading
  ) throws(FormatFault) -> RecordedLoads {
    let source = try SourceFile(path: path)
    var choices = Choices(experts: reading.experts)
    var number = 0
    for line in source.bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    {
      number += 1
      let text = line.filter { $0 != 0x0D }
      guard let first = text.first(where: { $0 != 0x20 && $0 != 0x09 }) else { continue }
      let place = Place(source: source, line: number)
      if first == UInt8(ascii: "{") {
        try choices.addObject(text, place)
      } else {
        try choices.addFields(String(decoding: text, as: UTF8.self), place)
      }
    }
    return try choices.loads(of: source)
  }
}

/// A line of a trace.
private struct Place {
  let source: SourceFile
  let line: Int

  func fault(_ message: String, fix: String) -> FormatFault {
    FormatFault(.malformed, file: source.name, line: line, message, fix: fix)
  }
}

/// How often each expert of each layer was chosen.
private struct Choices {
  /// Above every layer and expert of any model, so that a damaged number cannot fill memory.
  static let largest = 65_536

  let experts: Int?
  private var counts: [Int: [Int]] = [:]

  init(experts: Int?) {
    self.experts = experts
  }

  mutating func addObject(_ text: [UInt8], _ place: Place) throws(FormatFault) {
    let tree: JSONTree
    do throws(FormatFault) {
      tree = try JSONReader.read(text, file: place.source.name)
    } catch {
      throw FormatFault(
        .malformed, file: place.source.name, line: place.line, column: error.column, error.message,
        fix: error.fix)
    }
    guard case .number(let value)? = tree["layer"], let layer = value.whole,
      case .numbers(let ids)? = tree["topk_ids"]
    else {
      throw place.fault(
        "the object has no 'layer' and list 'topk_ids'",
        fix: "each line needs {\"layer\": 3, \"topk_ids\": [1, 2]}")
    }
    try add(ids.map(\.whole), layer: layer, place)
  }

  mutating func addFields(_ text: String, _ place: Place) throws(FormatFault) {
    let fields = text.split(separator: ",", maxSplits: 1).map { field in
      field.filter { $0 != "\"" && $0 != "[" && $0 != "]" }
    }
    if place.line == 1, fields.first.map({ $0.contains(where: \.isLetter) }) == true { return }
    guard fields.count == 2, let layer = Int(fields[0].filter { $0 != " " }) else {
      throw place.fault(
        "the line is not a layer and its experts", fix: "write 3,\"17 4 250 9\"")
    }
    let ids = fields[1].split { $0 == " " || $0 == "," || $0 == "\t" }
    try add(ids.map { Int($0) }, layer: layer, place)
  }

  /// Adds one token's choice; -1 is an unused place.
  private mutating func add(
    _ ids: [Int?], layer: Int, _ place: Place
  ) throws(FormatFault) {
    guard (0..<Self.largest).contains(layer) else {
      throw place.fault("layer \(layer) is no layer of a model", fix: "number layers from 0")
    }
    let limit = min(experts ?? Self.largest, Self.largest)
    for id in ids where id != -1 {
      guard let id, (0..<limit).contains(id) else {
        throw place.fault(
          "an id is no expert\(experts.map { " of \($0)" } ?? "")",
          fix: "ids run from 0; --experts says how many there are")
      }
      var row = counts.removeValue(forKey: layer) ?? []
      if id >= row.count { row += Array(repeating: 0, count: id + 1 - row.count) }
      row[id] += 1
      counts[layer] = row
    }
  }

  func loads(of source: SourceFile) throws(FormatFault) -> RecordedLoads {
    let layers = counts.keys.sorted()
    guard let largest = counts.values.map(\.count).max() else {
      throw source.malformed("the file has no choices", fix: "write one line a token and layer")
    }
    let width = experts ?? largest
    let rows = layers.map { layer -> [Int] in
      let row = counts[layer] ?? []
      return row + Array(repeating: 0, count: width - row.count)
    }
    var loads = try RecordedLoads(tensor: [rows], steps: nil, layers: layers, of: source)
    if experts == nil {
      loads.notes.append(
        "\(source.name): taken as \(width) experts, the largest id and one; --experts says otherwise"
      )
    }
    return loads
  }
}
