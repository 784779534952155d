internal import Charts
internal import Results

/// A result with what every section needs of it: names fit to print, colours, order, units.
struct ReportContext: Sendable {
  let result: ComparisonResult
  /// A name for every cell, fit to print and different from all others.
  let labels: [String]
  /// Colour of every strategy, in the order of first appearance.
  let strategies: [StrategyColour]
  /// Positions of the cells: those that fit into memory from fastest to slowest, then the others.
  let ranking: [Int]
  /// The unit of step times.
  let timeUnit: DisplayUnit

  init(_ result: ComparisonResult) {
    self.result = result
    labels = Self.distinct(result.cells.map { ReadableText.line($0.name, limit: 60) })
    strategies = Self.colours(of: result.cells.map(\.strategy))
    ranking = Self.ranking(result.cells)
    let means = result.cells.compactMap { $0.stepTime.meanSeconds }.filter(\.isFinite)
    timeUnit = .time(largestSeconds: means.max() ?? 0)
  }

  var cells: [CellResult] { result.cells }

  /// What people call the scenario.
  var title: String {
    let name = ReadableText.line(result.scenario, limit: 120)
    return name.isEmpty ? "unnamed scenario" : name
  }

  /// Position of the baseline's cell.
  var baseline: Int? { index(of: result.baseline) }

  /// Position of the fastest cell that fits.
  var best: Int? { result.verdict.best.flatMap(index) ?? ranking.first }

  /// The cells that a section looks into: the best and the baseline, or the two best.
  var focus: [Int] {
    var chosen = [best, baseline].compactMap { $0 }
    chosen += ranking.filter { !chosen.contains($0) }
    var seen: Set<Int> = []
    return Array(chosen.filter { seen.insert($0).inserted }.prefix(2))
  }

  func index(of name: String) -> Int? { result.cells.firstIndex { $0.name == name } }

  func label(of name: String) -> String {
    index(of: name).map { labels[$0] } ?? ReadableText.line(name, limit: 60)
  }

  func colour(_ cell: Int) -> StrategyColour {
    let name = ReadableText.line(result.cells[cell].strategy, limit: 60)
    return strategies.first { $0.name == name } ?? StrategyColour(name: name, index: 0)
  }

  /// Positions of cells by placement, in the order of first appearance.
  var byPlacement: [(placement: String, cells: [Int])] {
    var groups: [(placement: String, cells: [Int])] = []
    for (position, cell) in result.cells.enumerated() {
      if let group = groups.firstIndex(where: { $0.placement == cell.placement }) {
        groups[group].cells.append(position)
      } else {
        groups.append((cell.placement, [position]))
      }
    }
    return groups.map { (ReadableText.line($0.placement, limit: 60), $0.cells) }
  }

  /// A few words on how a cell stands: baseline, tie with best, out of memory.
  func marks(_ cell: Int) -> [String] {
    let name = result.cells[cell].name
    var marks: [String] = []
    if result.cells[cell].outOfMemory { marks.append("out of memory") }
    if result.verdict.best == name {
      marks.append(result.verdict.winners.count > 1 ? "fastest mean" : "fastest")
    } else if result.verdict.winners.contains(name) {
      marks.append("tie with best")
    }
    if result.baseline == name { marks.append("baseline") }
    return marks
  }

  /// What a bar says beside its number; short, for there is little room.
  func barNote(_ cell: Int) -> String? {
    if result.cells[cell].outOfMemory { return "OOM" }
    return marks(cell).first { $0 != "baseline" }
  }

  /// A command on the scenario's file, whose name the result does not know.
  func command(_ name: String, _ options: String = "") -> String {
    "shunt \(name) SCENARIO.yaml" + (options.isEmpty ? "" : " " + options)
  }

  // MARK: - Order and colour

  private static func ranking(_ cells: [CellResult]) -> [Int] {
    func key(_ position: Int) -> (Int, Double, Int) {
      let mean = cells[position].stepTime.meanSeconds ?? .infinity
      return (cells[position].outOfMemory ? 1 : 0, mean.isNaN ? .infinity : mean, position)
    }
    return cells.indices.sorted { key($0) < key($1) }
  }

  /// Names that several cells share after cutting get a number.
  private static func distinct(_ names: [String]) -> [String] {
    var seen: [String: Int] = [:]
    return names.map { name in
      let count = seen[name, default: 0] + 1
      seen[name] = count
      return count == 1 ? name : "\(name) (\(count))"
    }
  }

  /// Known strategies have the same colour in every report; others take what is free, in order.
  private static func colours(of names: [String]) -> [StrategyColour] {
    let usual = ["llep": 0, "ep": 1, "fssdp": 2]
    var order: [String] = []
    for name in names where !order.contains(name) { order.append(name) }
    var free = (0..<ChartStyle.seriesLimit).filter { index in
      !order.contains { usual[$0] == index }
    }
    var next = 0
    return order.map { name in
      if let index = usual[name] {
        return StrategyColour(name: ReadableText.line(name, limit: 60), index: index)
      }
      if free.isEmpty { free = Array(0..<ChartStyle.seriesLimit) }
      next += 1
      return StrategyColour(
        name: ReadableText.line(name, limit: 60), index: free[(next - 1) % free.count])
    }
  }
}
