import Diagnostics
import Dispatch
import Domain
public import Results
public import Scenarios
import Synchronization

/// A scenario at every combination of the values that its `sweep` names.
public struct SweepStudy: Sendable {
  public let scenario: Scenario
  /// The values of every point, one for each axis; the last axis varies fastest.
  public let points: [[ScenarioOverride]]

  /// - Throws: ``WorkbenchError`` where the scenario names nothing to sweep.
  public init(_ scenario: Scenario) throws(WorkbenchError) {
    guard !scenario.sweep.isEmpty else {
      throw .finding(
        .missingKey, file: scenario.file, "the scenario has no 'sweep'",
        help: ["such as  sweep: { workload.tokensPerRank: [64, 128, 256] }"])
    }
    self.scenario = scenario
    points = scenario.sweep.reduce([[]]) { points, axis in
      points.flatMap { point in
        axis.values.map { point + [ScenarioOverride(axis.path, $0)] }
      }
    }
  }

  /// Runs every point that `journal` does not have yet, side by side on the machine's cores.
  ///
  /// All points use the scenario's seed, so that they differ by their values alone. A point that
  /// cannot be run says why and does not end the others.
  ///
  /// - Parameters:
  ///   - objective: of the Pareto set, beside the step time; by default throughput where the load or
  ///     the machine varies, else memory.
  /// - Returns: nil where the run was stopped before its end.
  public func run(
    baseline: String?, version: String, objective: SweepResult.Objective? = nil,
    journal: SweepJournal?, onProgress: @Sendable (RunProgress) -> Void = { _ in },
    shouldStop: @escaping @Sendable () -> Bool = { false }
  ) throws(WorkbenchError) -> SweepResult? {
    let known = journal?.finished ?? [:]
    let open = points.indices.filter { known[$0] == nil }
    let done = Atomic<Int>(points.count - open.count)
    let outcomes = sideBySide(open.count) {
      position -> Result<SweepResult.Point?, WorkbenchError> in
      let index = open[position]
      return Result { () throws(WorkbenchError) in
        guard !shouldStop() else { return nil }
        let point = point(
          at: index, baseline: baseline, version: version, shouldStop: shouldStop)
        guard !shouldStop() else { return nil }
        try journal?.add(point, index: index)
        let count = done.add(1, ordering: .relaxed).newValue
        onProgress(RunProgress(done: count, total: points.count))
        return point
      }
    }
    var results = known
    for (position, outcome) in outcomes.enumerated() {
      guard let point = try outcome.get() else { return nil }
      results[open[position]] = point
    }
    return result(
      points.indices.compactMap { results[$0] }, baseline: baseline, version: version,
      objective: objective ?? usualObjective)
  }

  private func point(
    at index: Int, baseline: String?, version: String, shouldStop: @Sendable () -> Bool
  ) -> SweepResult.Point {
    let values = points[index].map(\.value.text)
    do {
      let scenario = try ScenarioVariant(scenario, points[index]).scenario()
      let result = try ScenarioRun(scenario).compare(
        baseline: baseline, version: version, looksCloser: false, shouldStop: shouldStop)
      return SweepResult.Point(
        values: values, cells: result.cells.map { SweepResult.Cell($0, of: result.system) },
        best: result.verdict.best, winners: result.verdict.winners, failure: nil)
    } catch {
      return SweepResult.Point(
        values: values, cells: [], best: nil, winners: [], failure: error.sentence)
    }
  }

  /// Throughput where tokens or ranks differ between points: then it says more than the step time.
  private var usualObjective: SweepResult.Objective {
    let changing = ["workload.tokensPerRank", "cluster.nodes", "cluster.acceleratorsPerNode"]
    return scenario.sweep.contains { changing.contains($0.path) } ? .throughput : .memory
  }

  private func result(
    _ points: [SweepResult.Point], baseline: String?, version: String,
    objective: SweepResult.Objective
  ) -> SweepResult {
    let failed = points.count { $0.failure != nil }
    let first = points.first { !$0.cells.isEmpty }?.cells.first?.cell
    return SweepResult(
      scenario: scenario.name, seed: scenario.simulation.seed, shuntVersion: version,
      baseline: baseline ?? first ?? "",
      axes: scenario.sweep.map { .init(path: $0.path, values: $0.values.map(\.text)) },
      points: ParetoSet(objective: objective).marked(points), objective: objective,
      warnings: scenario.warnings.map(\.message)
        + (failed > 0 ? ["\(failed) of \(points.count) points could not be run"] : []),
      scenarioText: scenario.text)
  }
}

/// A scenario with some of its values replaced.
struct ScenarioVariant {
  let base: Scenario
  let overrides: [ScenarioOverride]

  init(_ base: Scenario, _ overrides: [ScenarioOverride]) {
    self.base = base
    self.overrides = overrides
  }

  /// - Throws: ``WorkbenchError`` with the findings where the values do not make a scenario.
  func scenario() throws(WorkbenchError) -> Scenario {
    let reading = ScenarioVocabulary.reader.read(
      text: base.text, file: base.file, folder: base.folder, with: overrides)
    guard var scenario = reading.scenario else { throw .findings(reading.findings) }
    scenario.simulation.seed = base.simulation.seed
    return scenario
  }
}

extension WorkbenchError {
  /// What went wrong, in a sentence.
  var sentence: String {
    switch self {
    case .findings(let findings):
      findings.first { $0.severity == .error }?.message ?? "the scenario cannot be used"
    case .infeasible(let message), .failed(let message), .unavailable(let message): message
    }
  }
}

extension SweepResult.Cell {
  init(_ cell: CellResult, of system: SystemResult) {
    let tokens = Double(system.tokensPerRank)
    let perRank = cell.stepTime.meanSeconds.flatMap { $0 > 0 ? tokens / $0 : nil }
    self.init(
      cell: cell.name, outOfMemory: cell.outOfMemory, meanSeconds: cell.stepTime.meanSeconds,
      meanConfidence95Seconds: cell.stepTime.meanConfidence95Seconds,
      p99Seconds: cell.stepTime.p99Seconds, speedup: cell.speedup,
      peakMemoryBytes: cell.peakMemoryBytes.max, tokenImbalance: cell.tokenImbalance.mean,
      tokensPerSecond: perRank.map { $0 * Double(system.ranks) }, tokensPerSecondPerRank: perRank)
  }
}
