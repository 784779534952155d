/// Which of several cells takes least, and which cannot be told from it.
///
/// The cell with the smallest mean is compared with every other over the same steps, and Holm's
/// correction pays for the number of comparisons. A cell is out only when its adjusted p-value is
/// below 1 − confidence; everything else stands beside the best, so a single winner is named only
/// where the numbers carry it. Assumptions are those of ``PairedComparison``.
public struct Verdict: Sendable, Equatable, Codable {
  /// The cell with the smallest mean; the first among equals.
  public let best: Int
  /// The best and every cell that cannot be told from it, in the order of the cells.
  public let winners: [Int]
  /// Each cell (as candidate) against the best (as baseline); nil for the best itself.
  public let comparisons: [PairedComparison?]
  /// Holm's adjusted p-value of each comparison; nil for the best itself and for cells of fewer
  /// than two steps.
  public let adjustedPValues: [Double?]

  /// Whether there is one winner.
  public var isDecided: Bool { winners.count == 1 }

  /// The verdict over `cells`, each a value per step, smaller is better; nil when there is nothing
  /// to judge: no cells or no steps.
  ///
  /// - Parameter series: as for ``PairedComparison``.
  /// - Precondition: all cells have the same number of steps, all values finite.
  /// - Complexity: O(cells × steps).
  public init?(
    cells: [[Double]], confidence: Double = 0.95, series: EffectiveSample.Caution? = nil
  ) {
    let means = cells.compactMap(Moments.mean)
    guard !cells.isEmpty, means.count == cells.count else { return nil }
    let best = means.indices.min { means[$0] < means[$1] } ?? 0
    let comparisons = cells.indices.map { cell in
      cell == best
        ? nil
        : PairedComparison(
          baseline: cells[best], candidate: cells[cell], confidence: confidence,
          series: series)
    }
    let tested = cells.indices.filter { comparisons[$0]?.pValue != nil }
    let corrected = holmAdjusted(tested.compactMap { comparisons[$0]?.pValue })
    var adjusted = [Double?](repeating: nil, count: cells.count)
    for (cell, value) in zip(tested, corrected) { adjusted[cell] = value }

    self.best = best
    self.comparisons = comparisons
    adjustedPValues = adjusted
    winners = cells.indices.filter { cell in
      guard let value = adjusted[cell] else { return true }
      return value >= 1 - confidence
    }
  }
}
