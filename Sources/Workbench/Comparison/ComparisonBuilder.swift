import Domain
import NetworkSharing
import Plan
import Planner
import Quantities
import Results
import Scenarios
import Simulator
import Statistics
import TokenRouting

/// Turns the sums of all cells into the result that is written, reported and decided on.
struct ComparisonBuilder {
  let run: ScenarioRun
  let accumulators: [CellAccumulator]
  let baseline: Int
  let version: String
  /// Steps that were finished.
  let steps: Int
  /// Whether the user stopped the run before the others.
  let wasStopped: Bool
  let rule: StoppingRule
  let looksCloser: Bool

  private var scenario: Scenario { run.scenario }

  func build() throws(WorkbenchError) -> ComparisonResult {
    var cells: [CellResult] = []
    for index in run.cells.indices { cells.append(try cell(at: index)) }
    let verdict = VerdictBuilder(cells: cells).verdict
    var result = ComparisonResult(
      scenario: scenario.name, seed: scenario.simulation.seed, shuntVersion: version,
      baseline: run.cells[baseline].name, system: system, cells: cells, placements: placements,
      verdict: verdict,
      expectations: ExpectationCheck(scenario: scenario, cells: cells, verdict: verdict).results,
      assumptions: assumptions, warnings: warnings + droppedCopies(in: cells),
      scenarioText: scenario.text)
    result.precision = rule.precision
    return result
  }

  private func cell(at index: Int) throws(WorkbenchError) -> CellResult {
    let cell = run.cells[index]
    let closer =
      looksCloser
      ? try CloserLook(
        cell, of: run, stepSeconds: accumulators[index].stepSeconds,
        onlyStep: accumulators[index].onlyStep) : nil
    var result = accumulators[index].result(
      placement: cell.placement.spec.label, strategy: cell.strategySpec.label,
      baseline: index == baseline ? nil : accumulators[baseline].stepSeconds,
      capacityBytes: Int64(min(9e18, scenario.cluster.accelerator.memoryCapacity.bytes)),
      links: cell.machine.links, layerNumbers: scenario.model.layers,
      shown: closer?.shown ?? ShownSteps())
    result.tail = closer?.tail?.causes
    result.tailSteps = closer?.tail?.steps
    return result
  }

  private var system: SystemResult {
    let cluster = scenario.cluster
    return SystemResult(
      accelerator: cluster.accelerator.name, nodes: cluster.nodes,
      acceleratorsPerNode: cluster.acceleratorsPerNode, ranks: cluster.ranks,
      expertParallelRanks: scenario.parallelism.expert, model: scenario.model.name,
      layers: scenario.model.layers.count, experts: scenario.model.experts,
      topK: scenario.model.topK, phase: scenario.workload.phase.rawValue,
      tokensPerRank: scenario.workload.tokensPerRank,
      steps: steps,
      routing: scenario.routing.label, network: NetworkFidelity(scenario.simulation.network).label)
  }

  private var placements: [PlacementResult] {
    let reference = run.cells[baseline].placement.placement
    var seen: [String] = []
    var results: [PlacementResult] = []
    for made in run.cells.map(\.placement) where !seen.contains(made.spec.label) {
      seen.append(made.spec.label)
      results.append(
        PlacementResult(
          label: made.spec.label, method: made.certificate?.method ?? made.spec.kind,
          slotsPerRank: made.placement.slotsPerRank,
          status: made.certificate?.status.rawValue ?? "given",
          objective: made.certificate?.objective, lowerBound: made.certificate?.lowerBound,
          gap: made.certificate?.gap,
          firstLayerSlots: made.placement.layers.first?.slots.map { Int($0) } ?? [],
          movesFromBaseline: PlacementMoves(
            from: reference, to: made.placement,
            ranksPerNode: scenario.cluster.acceleratorsPerNode
          ).moves.count))
    }
    return results
  }

  private var assumptions: [AssumptionResult] {
    scenario.assumptions.map {
      AssumptionResult(
        path: $0.path, value: $0.value, origin: $0.origin.rawValue, source: $0.source)
    }
  }

  /// A sentence for every cell that left token copies out, which changes what the model computes.
  private func droppedCopies(in cells: [CellResult]) -> [String] {
    let copies =
      Double(scenario.workload.tokensPerRank * scenario.model.topK)
      * Double(scenario.cluster.ranks * scenario.model.layers.count)
    return cells.filter { $0.droppedCopiesPerStep > 0 }.map { cell in
      """
      \(cell.name): \(QuantityFormat.percent(cell.droppedCopiesPerStep / max(1, copies))) of the \
      token copies are dropped, so the model computes something else; it is not recommended
      """
    }
  }

  private var warnings: [String] {
    let stopped = wasStopped ? ["stopped after \(steps) of \(rule.target) steps"] : []
    return run.warnings + stopped + [rule.warning, resemblance].compactMap { $0 }
  }

  /// A sentence where steps resemble those before them, so that they say less than as many others.
  private var resemblance: String? {
    let seconds = accumulators[baseline].stepSeconds
    guard let sample = EffectiveSample(seconds, caution: .clear),
      sample.count < 0.5 * Double(seconds.count)
    else { return nil }
    return """
      steps resemble those before them: \(seconds.count) count as about \
      \(Int(sample.count.rounded())) independent ones; intervals of means allow for it, those of p99 \
      do not
      """
  }
}
