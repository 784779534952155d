import Domain
import NetworkSharing
import Plan
import Planner
import Quantities
import Scenarios
import Simulator
import Strategies
import TokenRouting

/// Simulates single steps of a scenario under any placement, with its first strategy.
struct PlacementReplay: Sendable {
  let scenario: Scenario
  let routing: RunTraffic
  /// The most steps that a run judges; plans are made on steps after those.
  let stepLimit: Int
  private let template: Cell

  /// - Throws: ``WorkbenchError`` where the scenario cannot be run.
  init(_ scenario: Scenario) throws(WorkbenchError) {
    var one = scenario
    one.placements = [ComponentSpec(kind: "contiguous")]
    one.strategies = Array(scenario.strategies.prefix(1))
    let run = try ScenarioRun(one)
    guard let cell = run.cells.first else {
      throw .failed("the scenario has no strategy to replay steps with")
    }
    self.scenario = scenario
    routing = run.routing
    stepLimit = run.stepLimit
    template = cell
  }

  /// The cluster's links, as the strategy's messages find them.
  var links: ClusterLinks { template.machine.links }

  /// Simulated seconds of each of `steps`, side by side on the machine's cores.
  ///
  /// - Throws: ``WorkbenchError/failed(_:)`` where strategy or simulator refuse.
  func seconds(
    of placement: ExpertPlacement, steps: Range<Int>
  ) throws(WorkbenchError) -> [Double] {
    let cell = cell(for: placement)
    let sessions = try cell.sessions(before: steps, of: routing)
    return try inParallel(steps.count) { offset in
      Result { () throws(WorkbenchError) in
        let step = routing.step(steps.lowerBound + offset)
        return try cell.run(step, as: sessions[offset]).record.makespan.seconds
      }
    }
  }

  /// Token copies of `steps`, `[steps][layers][experts]`.
  func loads(of steps: Range<Int>) -> [[[Double]]] {
    steps.map { step in routing.step(step).layers.map { $0.expertLoads.map(Double.init) } }
  }

  /// What it takes to turn `first` into `second` on the scenario's cluster.
  ///
  /// - Throws: ``WorkbenchError/failed(_:)`` where the network refuses the moves.
  func migration(
    from first: ExpertPlacement, to second: ExpertPlacement
  ) throws(WorkbenchError) -> Migration {
    try Migration(
      PlacementMoves(
        from: first, to: second, ranksPerNode: scenario.cluster.acceleratorsPerNode),
      expertBytes: scenario.model.expertBytes, over: links)
  }

  private func cell(for placement: ExpertPlacement) -> Cell {
    Cell(
      placement: MadePlacement(
        spec: template.placement.spec, placement: placement, certificate: nil),
      strategySpec: template.strategySpec, strategy: template.strategy,
      context: StepContext(
        cluster: scenario.cluster, model: scenario.model, workload: scenario.workload,
        parallelism: scenario.parallelism, placement: placement,
        memory: template.context.memory),
      machine: template.machine)
  }
}
