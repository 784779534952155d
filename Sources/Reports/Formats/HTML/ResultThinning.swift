internal import Results

/// Ways to make a result smaller, the least missed first.
struct ResultThinning: Sendable {
  /// What it does, to complete "To keep the page small, …".
  let what: String
  let apply: @Sendable (ComparisonResult) -> ComparisonResult

  static let stages: [ResultThinning] = [
    ResultThinning(what: "the bars of single steps are left out") { result in
      copy(result) { cell in
        var thin = copy(cell, hasLanes: false)
        thin.slowStep = nil
        return thin
      }
    },
    ResultThinning(what: "long series are rounded to six digits") { result in
      copy(result) { copy($0, number: sixDigits) }
    },
    ResultThinning(what: "critical paths and tables by rank pair are left out") { result in
      copy(result) { cell in
        var thin = cell
        thin.criticalPaths = nil
        thin.rankTraffic = nil
        thin.loadHeat = nil
        thin.memoryByRank = nil
        return thin
      }
    },
    ResultThinning(what: "times of single steps are left out") { result in
      copy(result) { copy($0, hasSteps: false) }
    },
    ResultThinning(what: "times by rank are left out") { result in
      copy(result) { copy($0, hasRanks: false) }
    },
    ResultThinning(what: "the scenario's text is cut") { result in
      var thin = ComparisonResult(
        scenario: String(result.scenario.prefix(1000)), seed: result.seed,
        shuntVersion: result.shuntVersion, baseline: result.baseline, system: result.system,
        cells: result.cells, placements: result.placements, verdict: result.verdict,
        expectations: result.expectations, assumptions: result.assumptions,
        warnings: result.warnings, scenarioText: String(result.scenarioText.prefix(20_000)))
      thin.sensitivity = result.sensitivity
      return thin
    },
  ]

  private static func copy(_ result: ComparisonResult, cell change: (CellResult) -> CellResult)
    -> ComparisonResult
  {
    var thin = ComparisonResult(
      scenario: result.scenario, seed: result.seed, shuntVersion: result.shuntVersion,
      baseline: result.baseline, system: result.system, cells: result.cells.map(change),
      placements: result.placements, verdict: result.verdict, expectations: result.expectations,
      assumptions: result.assumptions, warnings: result.warnings,
      scenarioText: result.scenarioText)
    thin.sensitivity = result.sensitivity
    return thin
  }

  private static func copy(
    _ cell: CellResult, hasLanes: Bool = true, hasSteps: Bool = true, hasRanks: Bool = true,
    number: (Double) -> Double = { $0 }
  ) -> CellResult {
    var thin = CellResult(
      placement: cell.placement, strategy: cell.strategy, outOfMemoryDetail: cell.outOfMemoryDetail,
      stepTime: cell.stepTime, moeLayerTime: cell.moeLayerTime, speedup: cell.speedup,
      peakMemoryBytes: cell.peakMemoryBytes, tokenImbalance: cell.tokenImbalance,
      expertComputeImbalance: cell.expertComputeImbalance, bytes: cell.bytes,
      weightTransfersPerLayer: cell.weightTransfersPerLayer,
      droppedCopiesPerStep: cell.droppedCopiesPerStep, timeShares: cell.timeShares,
      rankSeconds: hasRanks ? cell.rankSeconds.mapValues { $0.map(number) } : [:],
      rankCopies: hasRanks ? cell.rankCopies.map(number) : [], busiestLinks: cell.busiestLinks,
      stepSeconds: hasSteps ? cell.stepSeconds.map(number) : [],
      medianStep: hasLanes ? cell.medianStep : nil)
    thin.slowStep = cell.slowStep
    thin.criticalPaths = cell.criticalPaths
    thin.tail = cell.tail
    thin.rankTraffic = cell.rankTraffic
    thin.loadHeat = cell.loadHeat
    thin.overlap = cell.overlap
    thin.rooflineSeconds = cell.rooflineSeconds
    thin.memoryByRank = cell.memoryByRank
    thin.measured = cell.measured
    thin.predictionError = cell.predictionError
    thin.predictionErrorByKind = cell.predictionErrorByKind
    return thin
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
