import Diagnostics
import Domain
import Foundation
import Plan
public import Results
import Scenarios
import Strategies
import TokenRouting

/// How far a long run has come.
public struct RunProgress: Sendable {
  public let done: Int
  public let total: Int
}

extension ScenarioRun {
  /// Simulates every cell over every step and decides.
  ///
  /// All cells see the same routed steps. With `simulation.precision` steps go on until the p99 of
  /// every cell is as sure as asked, or to `simulation.maximumSteps`; where the scenario says neither that
  /// nor how many steps, until every mean is sure. Steps run side by side on the machine's cores and are
  /// added up in order, so the result does not depend on how many there are.
  ///
  /// - Parameters:
  ///   - baseline: the cell that speed-ups are relative to, such as `contiguous/ep`; the first by
  ///     default.
  ///   - looksCloser: whether a few steps are simulated again to be shown and to find what makes them
  ///     slow.
  ///   - timings: where the time that plans and simulations take is added up; results never hold it.
  ///   - shouldStop: asked between steps; once true, the finished steps are decided on.
  /// - Throws: ``WorkbenchError`` where the baseline is no cell or a step cannot be simulated.
  public func compare(
    baseline: String? = nil, version: String, looksCloser: Bool = true,
    timings: CellTimings? = nil, onProgress: @Sendable (RunProgress) -> Void = { _ in },
    shouldStop: @Sendable () -> Bool = { false }
  ) throws(WorkbenchError) -> Results.ComparisonResult {
    let baselineIndex = try cellIndex(named: baseline)
    var accumulators = [CellAccumulator](repeating: CellAccumulator(), count: cells.count)
    var rule = StoppingRule(scenario, maximumSteps: stepLimit)
    let batch = max(1, ProcessInfo.processInfo.activeProcessorCount)
    var sessions: [any StrategySession] = []
    for cell in cells { sessions.append(try cell.session(before: 0, of: routing)) }
    var next = 0
    var wasStopped = false
    while next < rule.target || rule.wantsMore(accumulators.map(\.stepSeconds)) {
      if next > 0, shouldStop() {
        wasStopped = true
        break
      }
      let range = next..<min(rule.target, next + batch)
      for (offset, metrics) in try simulate(range, &sessions, timings).enumerated() {
        for cell in cells.indices {
          accumulators[cell].add(metrics[cell], index: range.lowerBound + offset)
        }
      }
      next = range.upperBound
      onProgress(RunProgress(done: next, total: rule.target))
    }
    let builder = ComparisonBuilder(
      run: self, accumulators: accumulators, baseline: baselineIndex, version: version,
      steps: next, wasStopped: wasStopped, rule: rule, looksCloser: looksCloser)
    return try builder.build()
  }

  func cellIndex(named name: String?) throws(WorkbenchError) -> Int {
    guard let name else { return 0 }
    if let index = cells.firstIndex(where: { $0.name == name }) { return index }
    let names = cells.map(\.name)
    throw .finding(
      .unknownChoice, file: scenario.file, "no cell '\(name)'",
      help: ["cells are \(names.joined(separator: ", "))"])
  }

  /// The metrics of every step of `range` and every cell; `sessions` have observed the range then.
  private func simulate(
    _ range: Range<Int>, _ sessions: inout [any StrategySession], _ timings: CellTimings?
  ) throws(WorkbenchError) -> [[StepMetrics]] {
    let steps = sideBySide(range.count) { routing.step(range.lowerBound + $0) }
    var before: [[any StrategySession]] = []
    for step in steps {
      before.append(sessions)
      for (index, cell) in cells.enumerated() {
        let start = ContinuousClock.now
        try cell.observe(step, in: &sessions[index])
        timings?.add(cell.name, planning: ContinuousClock.now - start)
      }
    }
    let planned = before
    return try inParallel(range.count) { measure(steps[$0], as: planned[$0], timings) }
  }

  private func measure(
    _ step: RoutedStep, as sessions: [any StrategySession], _ timings: CellTimings?
  ) -> Result<[StepMetrics], WorkbenchError> {
    Result { () throws(WorkbenchError) in
      for layer in step.layers where !layer.isConserved {
        throw .failed("step \(step.index), layer \(layer.layer): tokens were lost in routing")
      }
      var metrics: [StepMetrics] = []
      for (cell, session) in zip(cells, sessions) {
        let start = ContinuousClock.now
        let plan = try cell.plan(step, as: session).get()
        let planned = ContinuousClock.now
        let record = try cell.record(of: plan, step: step.index)
        timings?.add(
          cell.name, planning: planned - start, simulating: ContinuousClock.now - planned)
        var measured = StepMetrics(plan: plan, record: record)
        if stepLimit == 1 {
          var shown = ShownSteps()
          shown.add(plan, record, step: step.index, isMedian: true)
          measured.shown = shown
        }
        metrics.append(measured)
      }
      return metrics
    }
  }
}
