import Results
import Scenarios

/// Holds the scenario's thresholds against the cell that the verdict would choose.
struct ExpectationCheck {
  let scenario: Scenario
  let cells: [CellResult]
  let verdict: VerdictResult

  var results: [ExpectationResult] {
    let chosen = cells.first { $0.name == verdict.best } ?? cells.first
    guard let cell = chosen else { return [] }
    return scenario.expectations.map { expectation in
      let value = value(of: expectation, in: cell)
      let holds =
        value.map { expectation.comparison.holds($0, expectation.threshold.number) } ?? false
      return ExpectationResult(
        metric: expectation.metric.rawValue, condition: expectation.text, cell: cell.name,
        value: value, passed: holds)
    }
  }

  private func value(of expectation: Expectation, in cell: CellResult) -> Double? {
    switch expectation.metric {
    case .meanStepTime: cell.stepTime.meanSeconds
    case .p50StepTime: cell.stepTime.p50Seconds
    case .p95StepTime: cell.stepTime.p95Seconds
    case .p99StepTime: cell.stepTime.p99Seconds
    case .tokenImbalance: cell.tokenImbalance.mean
    case .speedup: cell.speedup.mean
    case .peakMemory: peakMemory(expectation.threshold, cell.peakMemoryBytes)
    }
  }

  /// As a share of the capacity where the threshold is one, else in bytes.
  private func peakMemory(
    _ threshold: Expectation.Threshold, _ memory: PeakMemoryResult
  ) -> Double {
    if case .fraction = threshold {
      return Double(memory.max) / max(1, Double(memory.capacityBytes))
    }
    return Double(memory.max)
  }
}
