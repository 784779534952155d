internal import Charts
internal import Results

/// A sweep with what its sections need: names fit to print, colours, units, numbers of its axes.
struct SweepContext: Sendable {
  let result: SweepResult
  /// The cells that any point has, in the order of first appearance.
  let cells: [String]
  let timeUnit: DisplayUnit

  init(_ result: SweepResult) {
    self.result = result
    var cells: [String] = []
    for point in result.points {
      for cell in point.cells where !cells.contains(cell.cell) { cells.append(cell.cell) }
    }
    self.cells = cells
    let means = result.points.flatMap(\.cells).compactMap(\.meanSeconds).filter(\.isFinite)
    timeUnit = .time(largestSeconds: means.max() ?? 0)
  }

  var title: String {
    let name = ReadableText.line(result.scenario, limit: 120)
    return name.isEmpty ? "unnamed scenario" : name
  }

  func label(_ cell: String) -> String { ReadableText.line(cell, limit: 60) }

  func series(_ cell: String) -> Int { cells.firstIndex(of: cell) ?? 0 }

  func path(_ axis: Int) -> String { ReadableText.line(result.axes[axis].path, limit: 80) }

  /// "tokensPerRank = 64, bandwidth = 25 GB/s".
  func name(_ point: SweepResult.Point, without left: Int? = nil) -> String {
    zip(result.axes.indices, point.values).filter { $0.0 != left }.map { axis, value in
      "\(shortPath(axis)) = \(ReadableText.line(value, limit: 40))"
    }.joined(separator: ", ")
  }

  /// The end of a path that tells it from the others.
  func shortPath(_ axis: Int) -> String {
    let last = { (path: String) in path.split(separator: ".").last.map(String.init) ?? path }
    let own = last(result.axes[axis].path)
    let isTaken = result.axes.indices.contains { $0 != axis && last(result.axes[$0].path) == own }
    return isTaken ? path(axis) : ReadableText.line(own, limit: 40)
  }

  /// The number and unit of a value such as `25 GB/s`; nil for words.
  static func number(_ text: String) -> (value: Double, unit: String)? {
    let parts = text.split(separator: " ")
    guard let first = parts.first, let value = Double(first.filter { $0 != "_" }),
      value.isFinite
    else { return nil }
    return (value, parts.dropFirst().joined(separator: " "))
  }

  /// The numbers of an axis, rising or falling, all in one unit; nil where it holds words.
  func numbers(_ axis: Int) -> (values: [Double], unit: String)? {
    let parsed = result.axes[axis].values.map(Self.number)
    guard let unit = parsed.first??.unit, parsed.allSatisfy({ $0?.unit == unit }),
      parsed.count > 1
    else { return nil }
    return (parsed.compactMap { $0?.value }, ReadableText.line(unit, limit: 20))
  }

  /// The axis that lines run along: that with most numbers.
  var mainAxis: Int? {
    result.axes.indices.filter { numbers($0) != nil }
      .max { result.axes[$0].values.count < result.axes[$1].values.count }
  }

  /// Points that differ in the main axis alone, in the order of first appearance.
  func groups(along axis: Int) -> [(name: String, points: [SweepResult.Point])] {
    var groups: [(name: String, points: [SweepResult.Point])] = []
    for point in result.points {
      let name = name(point, without: axis)
      if let index = groups.firstIndex(where: { $0.name == name }) {
        groups[index].points.append(point)
      } else {
        groups.append((name, [point]))
      }
    }
    return groups
  }

  func seconds(_ value: Double?) -> String {
    guard let value, value.isFinite else { return "–" }
    return NumberText.significant(value * timeUnit.factor) + " " + timeUnit.name
  }

  func memory(_ bytes: Int64) -> String {
    let unit = DisplayUnit.memory(largestBytes: Double(bytes))
    return NumberText.significant(Double(bytes) * unit.factor) + " " + unit.name
  }
}
