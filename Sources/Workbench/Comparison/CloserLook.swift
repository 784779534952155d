import Plan
import Results
import Statistics
import Strategies
import TokenRouting

/// A few steps of a cell simulated once more: those that a report shows in full, and those in which
/// the causes of slowness are sought.
struct CloserLook {
  let shown: ShownSteps
  let tail: (causes: [TailCauseResult], steps: TailStepsResult)?

  /// Looks at the steps nearest to the median and to the 95th percentile, and at the tail.
  ///
  /// - Parameter onlyStep: the only step in full, where there is one and it need not be run again.
  /// - Complexity: some dozens of simulations; for a strategy that learns, all steps routed again.
  init(
    _ cell: Cell, of run: ScenarioRun, stepSeconds: [Double], onlyStep: ShownSteps?
  ) throws(WorkbenchError) {
    let attribution = TailAttribution(
      scenario: run.scenario, cell: cell, stepSeconds: stepSeconds)
    let shownSteps = onlyStep == nil ? Self.shownSteps(stepSeconds) : []
    let chosen = attribution.chosenSteps
    let steps = Set(shownSteps.map(\.step) + chosen.slow + chosen.median).sorted()
    let sessions = try cell.sessions(before: steps, of: run.routing)
    let plans = try inParallel(steps.count) { position in
      cell.plan(run.routing.step(steps[position]), as: sessions[position])
    }
    func plan(_ step: Int) -> ExecutionPlan? { steps.firstIndex(of: step).map { plans[$0] } }
    var shown = onlyStep ?? ShownSteps()
    for (step, isMedian) in shownSteps {
      guard let plan = plan(step) else { continue }
      shown.add(plan, try cell.record(of: plan, step: step), step: step, isMedian: isMedian)
    }
    self.shown = shown
    tail = try attribution.result(
      slow: chosen.slow.compactMap { step in plan(step).map { (step, $0) } },
      median: chosen.median.compactMap { step in plan(step).map { (step, $0) } })
  }

  private static func shownSteps(_ seconds: [Double]) -> [(step: Int, isMedian: Bool)] {
    let summary = Summary(seconds)
    return [(summary.p50, true), (summary.p95, false)].compactMap { quantile, isMedian in
      guard let quantile, isMedian || seconds.count > 1 else { return nil }
      let nearest = seconds.indices.min {
        (abs(seconds[$0] - quantile), $0) < (abs(seconds[$1] - quantile), $1)
      }
      return nearest.map { ($0, isMedian) }
    }
  }
}
