import Diagnostics
import Dispatch
import Domain
import Foundation
import Plan
public import Results
import Scenarios
import Strategies
import Synchronization
import TokenRouting

/// How far a long run has come.
public struct RunProgress: Sendable {
  public let done: Int
  public let total: Int
}

extension ScenarioRun {
  /// Simulates every cell over every step and decides.
  ///
  /// All cells see the same routed steps. Steps run side by side on the machine's cores and are
  /// added up in order, so the result does not depend on how many there are.
  ///
  /// - Parameters:
  ///   - baseline: the cell that speed-ups are relative to, such as `contiguous/ep`; the first by
  ///     default.
  ///   - shouldStop: asked between steps; once true, the finished steps are decided on.
  /// - Throws: ``WorkbenchError`` where the baseline is no cell or a step cannot be simulated.
  public func compare(
    baseline: String? = nil, version: String,
    onProgress: @Sendable (RunProgress) -> Void = { _ in },
    shouldStop: @Sendable () -> Bool = { false }
  ) throws(WorkbenchError) -> Results.ComparisonResult {
    let baselineIndex = try cellIndex(named: baseline)
    var accumulators = [CellAccumulator](repeating: CellAccumulator(), count: cells.count)
    let steps = scenario.workload.steps
    let batch = max(1, ProcessInfo.processInfo.activeProcessorCount)
    var sessions: [any StrategySession] = []
    for cell in cells { sessions.append(try cell.session(before: 0, of: routing)) }
    var next = 0
    var wasStopped = false
    while next < steps {
      if next > 0, shouldStop() {
        wasStopped = true
        break
      }
      let range = next..<min(steps, next + batch)
      for (offset, metrics) in try simulate(range, &sessions).enumerated() {
        for cell in cells.indices {
          accumulators[cell].add(metrics[cell], index: range.lowerBound + offset)
        }
      }
      next = range.upperBound
      onProgress(RunProgress(done: next, total: steps))
    }
    let builder = ComparisonBuilder(
      run: self, accumulators: accumulators, baseline: baselineIndex, version: version,
      stoppedAfter: wasStopped ? next : nil)
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
    _ range: Range<Int>, _ sessions: inout [any StrategySession]
  ) throws(WorkbenchError) -> [[StepMetrics]] {
    let steps = Self.sideBySide(range.count) { routing.step(range.lowerBound + $0) }
    var before: [[any StrategySession]] = []
    for step in steps {
      before.append(sessions)
      for (index, cell) in cells.enumerated() { try cell.observe(step, in: &sessions[index]) }
    }
    let planned = before
    var metrics: [[StepMetrics]] = []
    for outcome in Self.sideBySide(range.count, { measure(steps[$0], as: planned[$0]) }) {
      metrics.append(try outcome.get())
    }
    return metrics
  }

  /// Values made on all cores, in order.
  private static func sideBySide<Value: Sendable>(
    _ count: Int, _ make: @Sendable (Int) -> Value
  ) -> [Value] {
    let values = Mutex([Value?](repeating: nil, count: count))
    DispatchQueue.concurrentPerform(iterations: count) { index in
      let value = make(index)
      values.withLock { $0[index] = value }
    }
    return values.withLock { $0.compactMap { $0 } }
  }

  private func measure(
    _ step: RoutedStep, as sessions: [any StrategySession]
  ) -> Result<[StepMetrics], WorkbenchError> {
    Result { () throws(WorkbenchError) in
      for layer in step.layers where !layer.isConserved {
        throw .failed("step \(step.index), layer \(layer.layer): tokens were lost in routing")
      }
      var metrics: [StepMetrics] = []
      for (cell, session) in zip(cells, sessions) {
        let (plan, record) = try cell.run(step, as: session)
        var measured = StepMetrics(plan: plan, record: record)
        if scenario.workload.steps == 1 {
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
