internal import Charts
internal import Results

extension ReportContext {
  /// Step times in the report's unit, all with the same decimals.
  var stepColumn: NumberColumn {
    NumberColumn(
      cells.map(\.stepTime.meanSeconds), intervals: cells.map(\.stepTime.meanConfidence95Seconds),
      factor: timeUnit.factor)
  }

  var speedupColumn: NumberColumn {
    NumberColumn(
      cells.map(\.speedup.mean).map { $0.map { min($0, 9.99) } },
      intervals: cells.enumerated().map { $0 == baseline ? nil : $1.speedup.confidence95 })
  }

  /// "25.6 ± 0.7 ms".
  func stepText(_ cell: Int) -> String {
    let time = cells[cell].stepTime
    return stepColumn.text(time.meanSeconds, time.meanConfidence95Seconds) + " " + timeUnit.name
  }

  /// "1.63 ± 0.08×".
  func speedupText(_ cell: Int) -> String {
    let speedup = cells[cell].speedup
    guard speedup.mean != nil else { return "–" }
    let interval = cell == baseline ? nil : speedup.confidence95
    return speedupColumn.text(speedup.mean, interval) + "×"
  }

  /// Bytes a step that cross between nodes.
  func interNodeBytes(_ cell: Int) -> Double {
    cells[cell].bytes.dispatchInterNode + cells[cell].bytes.combineInterNode
  }

  /// Tokens that all ranks process in a second; nil where the time is unknown.
  func tokensPerSecond(_ cell: Int) -> Double? {
    guard let mean = cells[cell].stepTime.meanSeconds, mean > 0 else { return nil }
    return Double(result.system.tokensPerRank) * Double(result.system.ranks) / mean
  }

  /// A duration with three significant digits in the unit that suits it.
  func seconds(_ value: Double?) -> String {
    guard let value, value.isFinite else { return "–" }
    let unit = DisplayUnit.time(largestSeconds: value)
    return NumberText.significant(value * unit.factor) + " " + unit.name
  }

  /// "1.9 GB", as networks count.
  func traffic(_ bytes: Double) -> String {
    guard bytes.isFinite else { return "–" }
    let unit = DisplayUnit.traffic(largestBytes: bytes)
    return bytes == 0 ? "0" : NumberText.significant(bytes * unit.factor) + " " + unit.name
  }

  /// "61.0 GiB", as memory is counted.
  func memory(_ bytes: Double) -> String {
    guard bytes.isFinite else { return "–" }
    let unit = DisplayUnit.memory(largestBytes: bytes)
    return bytes == 0 ? "0" : NumberText.significant(bytes * unit.factor) + " " + unit.name
  }

  /// "61 / 80 GiB", both in the capacity's unit.
  func memoryOfCapacity(_ cell: Int) -> String {
    let peak = cells[cell].peakMemoryBytes
    guard peak.capacityBytes > 0 else { return memory(Double(peak.max)) }
    let unit = DisplayUnit.memory(largestBytes: Double(peak.capacityBytes))
    let capacity = Double(peak.capacityBytes) * unit.factor
    let decimals = capacity < 10 ? 2 : capacity < 200 ? 1 : 0
    let held = NumberText.fixed(Double(peak.max) * unit.factor, decimals: decimals)
    let whole = NumberText.fixed(capacity, decimals: decimals)
    let trimmed = whole.hasSuffix(".0") ? String(whole.dropLast(2)) : whole
    return "\(held) / \(trimmed) \(unit.name)"
  }

  func decimal(_ value: Double?, _ digits: Int = 2) -> String {
    guard let value, value.isFinite else { return "–" }
    return NumberText.fixed(value, decimals: digits)
  }

  func number(_ value: Double?) -> String {
    guard let value, value.isFinite else { return "–" }
    return NumberText.significant(value)
  }

  func percent(_ share: Double?) -> String {
    guard let share, share.isFinite else { return "–" }
    return NumberText.percent(share)
  }

  /// The mean and, where it is known, the interval in the unit of step times.
  func interval(_ ends: [Double]?, factor: Double) -> ClosedRange<Double>? {
    guard let ends, ends.count == 2, ends[0].isFinite, ends[1].isFinite, ends[0] <= ends[1] else {
      return nil
    }
    return (ends[0] * factor)...(ends[1] * factor)
  }

  /// A table row that belongs to a cell: its name first.
  func row(_ cell: Int, _ cells: [DataTable.Cell]) -> DataTable.Row {
    DataTable.Row(
      [DataTable.Cell(labels[cell])] + cells, strategy: colour(cell),
      isEmphasised: result.verdict.winners.contains(result.cells[cell].name))
  }
}

extension DataTable.Cell {
  /// A number with its text; sorted by the number.
  init(_ text: String, _ key: Double?) { self.init(text, key: key ?? .infinity) }
}
