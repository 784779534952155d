/// Loads written as nested JSON lists.
struct CountTensor {
  /// `[steps][layers][experts]`
  let counts: [[[Int]]]
  let hasSteps: Bool
  let notes: [String]

  /// Reads `[layers][experts]` or `[steps][layers][experts]`.
  ///
  /// - Parameter scalesFractions: whether weights that are no whole numbers are multiplied by one
  ///   power of ten and rounded; otherwise they are refused.
  init(
    _ tree: JSONTree, at place: String, of source: SourceFile, scalesFractions: Bool
  ) throws(FormatFault) {
    let outer = tree.elements ?? []
    guard let first = outer.first?.elements, !first.isEmpty else {
      throw source.malformed(
        "\(place) is \(tree.kindName), not rows of numbers",
        fix: "give [layers × experts] or [steps × layers × experts]")
    }
    if case .numbers = outer[0] { hasSteps = false } else { hasSteps = true }
    let steps = hasSteps ? outer : [tree]
    var values: [[[Double]]] = []
    for (index, step) in steps.enumerated() {
      let name = hasSteps ? "\(place)[\(index)]" : place
      values.append(try Self.rows(step, at: name, of: source))
      guard values[index].count == values[0].count, values[index][0].count == values[0][0].count
      else {
        throw source.malformed(
          "\(name) has other sizes than the first step",
          fix: "give every step the same layers and experts")
      }
    }
    let scale = scalesFractions ? try Self.scale(of: values, source) : 1
    var counts: [[[Int]]] = []
    for step in values {
      var rows: [[Int]] = []
      for (layer, row) in step.enumerated() {
        rows.append(try Self.whole(row, times: scale, at: "\(place), layer \(layer)", source))
      }
      counts.append(rows)
    }
    self.counts = counts
    notes =
      scale == 1
      ? []
      : [
        "\(source.name): weights are not whole numbers; they are multiplied by \(Int(exactly: scale).map(String.init) ?? "\(scale)") and rounded"
      ]
  }

  private static func rows(
    _ tree: JSONTree, at place: String, of source: SourceFile
  ) throws(FormatFault) -> [[Double]] {
    var rows: [[Double]] = []
    for (index, element) in (tree.elements ?? []).enumerated() {
      guard case .numbers(let row) = element else {
        throw source.malformed(
          "\(place)[\(index)] is \(element.kindName), not a list of numbers",
          fix: "give [layers × experts] or [steps × layers × experts]")
      }
      if let first = rows.first, first.count != row.count {
        throw source.malformed(
          "\(place)[\(index)] has \(row.count) experts where the first layer has \(first.count)",
          fix: "give every layer as many; the file may have been cut off")
      }
      rows.append(row)
    }
    guard !rows.isEmpty else {
      throw source.malformed("\(place) has no layers", fix: "give one row of numbers a layer")
    }
    return rows
  }

  /// The power of ten that brings the largest weight to nine digits; 1 where all are whole.
  private static func scale(
    of values: [[[Double]]], _ source: SourceFile
  ) throws(FormatFault) -> Double {
    guard values.joined().joined().contains(where: { $0.whole == nil }) else { return 1 }
    let largest = values.joined().joined().max() ?? 0
    guard largest > 1e-200, largest < 1e200 else {
      throw source.malformed(
        "the largest weight is \(largest)", fix: "give weights in proportion to tokens")
    }
    var scale = 1.0
    while largest * scale < 1e8 { scale *= 10 }
    while largest * scale >= 1e9 { scale /= 10 }
    return scale
  }

  private static func whole(
    _ row: [Double], times scale: Double, at place: String, _ source: SourceFile
  ) throws(FormatFault) -> [Int] {
    var result: [Int] = []
    result.reserveCapacity(row.count)
    for (expert, value) in row.enumerated() {
      let scaled = scale == 1 ? value : (value * scale).rounded()
      guard value >= 0, let count = scaled.whole else {
        throw source.malformed(
          "\(place), expert \(expert) has \(value) tokens", fix: "give whole numbers from 0")
      }
      result.append(count)
    }
    return result
  }
}
