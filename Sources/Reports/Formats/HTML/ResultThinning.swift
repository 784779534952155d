internal import Results

/// Ways to make a result smaller, the least missed first.
struct ResultThinning: Sendable {
  /// What it does, to complete "To keep the page small, …".
  let what: String
  let apply: @Sendable (ComparisonResult) -> ComparisonResult

  static let stages: [ResultThinning] = [
    ofCells("the bars of single steps are left out") { cell in
      cell.medianStep = nil
      cell.slowStep = nil
    },
    ofCells("long series are rounded to six digits") { cell in
      cell.stepSeconds = cell.stepSeconds.map(sixDigits)
      cell.rankSeconds = cell.rankSeconds.mapValues { $0.map(sixDigits) }
      cell.rankCopies = cell.rankCopies.map(sixDigits)
    },
    ofCells("critical paths and tables by rank pair are left out") { cell in
      cell.criticalPaths = nil
      cell.rankTraffic = nil
      cell.loadHeat = nil
      cell.memoryByRank = nil
    },
    ofCells("times of single steps are left out") { $0.stepSeconds = [] },
    ofCells("times by rank are left out") { cell in
      cell.rankSeconds = [:]
      cell.rankCopies = []
    },
    ResultThinning(what: "the scenario's text is cut") { result in
      var thin = result
      thin.scenario = String(result.scenario.prefix(1000))
      thin.scenarioText = String(result.scenarioText.prefix(20_000))
      return thin
    },
  ]

  private static func ofCells(
    _ what: String, _ change: @escaping @Sendable (inout CellResult) -> Void
  ) -> ResultThinning {
    ResultThinning(what: what) { result in
      var thin = result
      for index in thin.cells.indices { change(&thin.cells[index]) }
      return thin
    }
  }

  /// `value` with six significant digits.
  @Sendable static func sixDigits(_ value: Double) -> Double {
    let size = abs(value)
    guard size.isFinite, size > 1e-12, size < 1e12 else { return value }
    var power = 1.0
    while size * power < 99_999.5 { power *= 10 }
    var divisor = 1.0
    while size / divisor >= 999_999.5 { divisor *= 10 }
    return divisor > 1
      ? (value / divisor).rounded() * divisor : (value * power).rounded() / power
  }
}
