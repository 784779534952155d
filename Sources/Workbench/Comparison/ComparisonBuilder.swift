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
  /// Steps that were finished before the user stopped the run.
  let stoppedAfter: Int?

  private var scenario: Scenario { run.scenario }

  func build() throws(WorkbenchError) -> ComparisonResult {
    var cells: [CellResult] = []
    for index in run.cells.indices { cells.append(try cell(at: index)) }
    let verdict = VerdictBuilder(cells: cells).verdict
    return ComparisonResult(
      scenario: scenario.name, seed: scenario.simulation.seed, shuntVersion: version,
      baseline: run.cells[baseline].name, system: system, cells: cells, placements: placements,
      verdict: verdict,
      expectations: ExpectationCheck(scenario: scenario, cells: cells, verdict: verdict).results,
      assumptions: assumptions, warnings: warnings, scenarioText: scenario.text)
  }

  private func cell(at index: Int) throws(WorkbenchError) -> CellResult {
    let cell = run.cells[index]
    return accumulators[index].result(
      placement: cell.placement.spec.label, strategy: cell.strategySpec.label,
      baseline: index == baseline ? nil : accumulators[baseline].stepSeconds,
      capacityBytes: Int64(min(9e18, scenario.cluster.accelerator.memoryCapacity.bytes)),
      links: cell.machine.links, layerNumbers: scenario.model.layers,
      shown: try shownSteps(of: index))
  }

  /// The steps nearest to the median and to the 95th percentile, simulated once more in full.
  private func shownSteps(of index: Int) throws(WorkbenchError) -> ShownSteps {
    if let only = accumulators[index].onlyStep { return only }
    let seconds = accumulators[index].stepSeconds
    let summary = Summary(seconds)
    var shown = ShownSteps()
    for (quantile, isMedian) in [(summary.p50, true), (summary.p95, false)] {
      guard let quantile, isMedian || seconds.count > 1 else { continue }
      let nearest = seconds.indices.min {
        (abs(seconds[$0] - quantile), $0) < (abs(seconds[$1] - quantile), $1)
      }
      guard let step = nearest else { continue }
      let cell = run.cells[index]
      let (plan, record) = try cell.run(
        run.routing.step(step), as: cell.session(before: step, of: run.routing))
      shown.add(plan, record, step: step, isMedian: isMedian)
    }
    return shown
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
      steps: stoppedAfter ?? scenario.workload.steps,
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
          movesFromBaseline: made.placement.moves(from: reference)))
    }
    return results
  }

  private var assumptions: [AssumptionResult] {
    scenario.assumptions.map {
      AssumptionResult(
        path: $0.path, value: $0.value, origin: $0.origin.rawValue, source: $0.source)
    }
  }

  private var warnings: [String] {
    guard let stoppedAfter else { return run.warnings }
    return run.warnings + [
      "stopped after \(stoppedAfter) of \(scenario.workload.steps) steps"
    ]
  }
}

extension ExpertPlacement {
  /// Expert copies that are on a rank where `other` does not have them, over all layers.
  func moves(from other: ExpertPlacement) -> Int {
    var moves = 0
    for (layer, reference) in zip(layers.indices, other.layers.indices) {
      let before = other.holders(layerAt: reference)
      for (expert, ranks) in holders(layerAt: layer).enumerated() {
        moves += ranks.count { !before[expert].contains($0) }
      }
    }
    return moves
  }
}
