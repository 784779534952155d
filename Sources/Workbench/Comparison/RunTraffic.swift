import Domain
import Scenarios
import TokenRouting

/// The tokens of a run: those that are judged, and those that came before.
///
/// Placements are planned on what came before, and strategies that learn begin with it. Both are parts
/// of what is compared, so its tokens have a seed of their own (`simulation.planningSeed`): runs with
/// different seeds then judge the same plans on different tokens, and their difference is chance.
struct RunTraffic: Sendable {
  /// Steps from 0.
  let judged: RoutingSource
  /// Steps before 0, and those that placements are planned on.
  let history: RoutingSource

  /// - Parameter needsHistory: whether anything is planned or learned.
  /// - Throws: ``WorkbenchError`` for routing files and options that cannot be used.
  init(_ scenario: Scenario, needsHistory: Bool) throws(WorkbenchError) {
    judged = try ScenarioRun.routing(of: scenario)
    let isAnother = scenario.simulation.seed != scenario.simulation.planningSeed
    history = needsHistory && isAnother ? try ScenarioRun.routing(of: scenario.history) : judged
  }

  /// The routing of all layers of step `index`.
  func step(_ index: Int) -> RoutedStep {
    (index < 0 ? history : judged).step(index)
  }
}

extension Scenario {
  /// The same workload with the tokens that came before.
  var history: Scenario {
    var scenario = self
    scenario.simulation.seed = simulation.planningSeed
    return scenario
  }

  /// The most steps that a run of the scenario judges; placements are planned on steps after those.
  func stepLimit(_ routing: RoutingSource) -> Int {
    let settings = simulation
    if settings.precision != nil { return max(workload.steps, settings.maximumSteps) }
    let mayGrow = settings.meanPrecision != nil && routing.isStationary
    return mayGrow ? max(workload.steps, SimulationSettings.mostStepsForMean) : workload.steps
  }
}
