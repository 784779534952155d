/// CSV with a row for each expert: `layer_id,expert_id,count`; experts without a row had no tokens.
enum ExpertCountRows {
  /// Above every layer and expert of any model, so that a damaged number cannot fill memory.
  private static let largest = 65_536

  static func read(_ source: SourceFile) throws(FormatFault) -> RecordedLoads {
    var rows: [(layer: Int, expert: Int, count: Int)] = []
    var number = 0
    for line in String(decoding: source.bytes, as: UTF8.self).split(
      omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    {
      number += 1
      guard number > 1, !line.isEmpty else { continue }
      let fields = line.split(separator: ",").map { Int($0.filter { $0 != " " }) }
      guard fields.count == 3, let layer = fields[0], let expert = fields[1], let count = fields[2],
        (0..<largest).contains(layer), (0..<largest).contains(expert), (0...1 << 53).contains(count)
      else {
        throw FormatFault(
          .malformed, file: source.name, line: number, "the line is not layer_id,expert_id,count",
          fix: "write three whole numbers from 0; the file may have been cut off")
      }
      rows.append((layer, expert, count))
    }
    return try loads(rows, of: source)
  }

  private static func loads(
    _ rows: [(layer: Int, expert: Int, count: Int)], of source: SourceFile
  ) throws(FormatFault) -> RecordedLoads {
    guard let experts = rows.map(\.expert).max() else {
      throw source.malformed("the table has no rows", fix: "record it again")
    }
    let layers = Set(rows.map(\.layer)).sorted()
    let places = Dictionary(uniqueKeysWithValues: zip(layers, layers.indices))
    var counts = Array(
      repeating: [Int](repeating: 0, count: experts + 1), count: layers.count)
    for row in rows {
      guard let place = places[row.layer] else { continue }
      // Each count is at most 2⁵³, and the reader refuses sums above it.
      counts[place][row.expert] = min(1 << 60, counts[place][row.expert] + row.count)
    }
    return try RecordedLoads(tensor: [counts], steps: nil, layers: layers, of: source)
  }
}
