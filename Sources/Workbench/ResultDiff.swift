public import Foundation
public import Results
import Statistics

/// What changed between two results, cell by cell, and whether it matters.
public struct ResultDiff: Sendable, Encodable {
  /// How a cell changed.
  public enum Change: String, Sendable, Encodable {
    case slower, faster, same, onlyInFirst, onlyInSecond
  }

  /// One cell of either result.
  public struct Cell: Sendable, Encodable {
    /// The cell as `placement/strategy`.
    public let cell: String
    public let change: Change
    /// Means over the steps that were compared.
    public let firstMeanSeconds: Double?
    public let secondMeanSeconds: Double?
    /// Second mean step time over first, less one.
    public let relativeDifference: Double?
    /// Lower and upper end.
    public let confidence95: [Double]?
    /// Chance of a difference this large if there were none, adjusted for the number of cells.
    public let adjustedPValue: Double?
    /// Whether both results have one seed, so that their steps met the same tokens.
    public let isPaired: Bool
    /// Steps that were compared: those that both results have.
    public let steps: Int
  }

  public let schemaVersion = 1
  public let cells: [Cell]
  /// The slow-down that is accepted, as a fraction.
  public let tolerance: Double

  /// Cells that became slower beyond the tolerance and beyond chance.
  public var regressions: [Cell] {
    cells.filter { $0.change == .slower && ($0.relativeDifference ?? 0) > tolerance }
  }

  /// Compares `second` with `first`.
  ///
  /// Steps are compared one by one, as far as both results go. Where the seeds are equal both met the same
  /// tokens, and what a step owes to them cancels. Where they are not, a pair still shares what comes at a
  /// certain step: a drift, a window of a trace, a rearrangement; and independent steps are no worse for
  /// having been paired. Differences that resemble each other count as fewer (``EffectiveSample``).
  /// P-values are corrected by Holm for the number of cells; a change is named where the corrected value
  /// is below 0.05.
  ///
  /// - Complexity: O(cells × steps × lags).
  public init(
    _ first: Results.ComparisonResult, _ second: Results.ComparisonResult, tolerance: Double
  ) {
    self.tolerance = tolerance
    let sharesTokens = first.seed == second.seed
    let common = first.cells.compactMap { cell in
      second.cells.first { $0.name == cell.name }.map {
        Pair(cell, $0, sharesTokens: sharesTokens)
      }
    }
    let tested = common.indices.filter { common[$0].pValue != nil }
    let adjusted = holmAdjusted(tested.map { common[$0].pValue ?? 1 })
    var adjustedByName: [String: Double] = [:]
    for (position, index) in tested.enumerated() {
      adjustedByName[common[index].name] = adjusted[position]
    }
    let names = common.map(\.name)
    cells =
      common.map { $0.cell(adjusted: adjustedByName[$0.name]) }
      + first.cells.filter { !names.contains($0.name) }.map { Cell($0, .onlyInFirst) }
      + second.cells.filter { !names.contains($0.name) }.map { Cell($0, .onlyInSecond) }
  }

  /// The difference as JSON with sorted keys.
  public func json() throws -> Data {
    try SortedJSON.encode(self)
  }
}

extension ResultDiff.Cell {
  /// A cell that only one result has.
  fileprivate init(_ cell: CellResult, _ change: ResultDiff.Change) {
    let isFirst = change == .onlyInFirst
    self.init(
      cell: cell.name, change: change,
      firstMeanSeconds: isFirst ? cell.stepTime.meanSeconds : nil,
      secondMeanSeconds: isFirst ? nil : cell.stepTime.meanSeconds, relativeDifference: nil,
      confidence95: nil, adjustedPValue: nil, isPaired: false, steps: 0)
  }
}

/// A cell that both results have.
private struct Pair {
  let name: String
  let pValue: Double?
  private let means: (first: Double?, second: Double?)
  private let relativeDifference: Double?
  private let ends: [Double]?
  private let isPaired: Bool
  private let steps: Int

  init(_ first: CellResult, _ second: CellResult, sharesTokens: Bool) {
    name = first.name
    isPaired = sharesTokens
    steps = min(first.stepSeconds.count, second.stepSeconds.count)
    let before = Array(first.stepSeconds.prefix(steps))
    let after = Array(second.stepSeconds.prefix(steps))
    means = (Summary(before).mean, Summary(after).mean)
    let compared = PairedComparison(
      baseline: before, candidate: after, series: sharesTokens ? .clear : .any)
    pValue = compared.pValue
    // A speed-up of s is a change of the time by 1 / s − 1, and its ends change places.
    relativeDifference = compared.speedup.map { 1 / $0 - 1 }
    ends = compared.speedupConfidence.map { [1 / $0.upper - 1, 1 / $0.lower - 1] }
  }

  func cell(adjusted: Double?) -> ResultDiff.Cell {
    let isReal = adjusted.map { $0 < 0.05 } ?? false
    let change: ResultDiff.Change =
      !isReal ? .same : (relativeDifference ?? 0) > 0 ? .slower : .faster
    return ResultDiff.Cell(
      cell: name, change: change, firstMeanSeconds: means.first,
      secondMeanSeconds: means.second, relativeDifference: relativeDifference,
      confidence95: ends, adjustedPValue: adjusted, isPaired: isPaired,
      steps: steps)
  }
}
