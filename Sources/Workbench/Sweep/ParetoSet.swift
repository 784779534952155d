import Results

/// Marks the cells of a sweep that nothing beats: smaller step time, and less memory or more
/// throughput.
struct ParetoSet {
  let objective: SweepResult.Objective

  /// The points with their Pareto members marked; cells out of memory or without a time are none.
  ///
  /// - Complexity: O(*n* log *n*) in the number of cells over all points.
  func marked(_ points: [SweepResult.Point]) -> [SweepResult.Point] {
    var candidates: [(point: Int, cell: Int, seconds: Double, cost: Double)] = []
    for (point, result) in points.enumerated() {
      for (cell, measured) in result.cells.enumerated() where !measured.outOfMemory {
        guard let seconds = measured.meanSeconds, let cost = cost(measured) else { continue }
        candidates.append((point, cell, seconds, cost))
      }
    }
    // Fastest first, and among equals the cheapest: then a member is whatever lowers the cost.
    candidates.sort {
      ($0.seconds, $0.cost, $0.point, $0.cell) < ($1.seconds, $1.cost, $1.point, $1.cell)
    }
    var marked = points
    var last: (seconds: Double, cost: Double)?
    for candidate in candidates {
      let isEqual = last.map { $0 == (candidate.seconds, candidate.cost) } ?? false
      guard isEqual || last.map({ candidate.cost < $0.cost }) ?? true else { continue }
      last = (candidate.seconds, candidate.cost)
      marked[candidate.point].cells[candidate.cell].isPareto = true
    }
    return marked
  }

  private func cost(_ cell: SweepResult.Cell) -> Double? {
    switch objective {
    case .memory: Double(cell.peakMemoryBytes)
    case .throughput: cell.tokensPerSecondPerRank.map { -$0 }
    }
  }
}
