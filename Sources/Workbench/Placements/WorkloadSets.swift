import Diagnostics
import Domain
import Planner
import Scenarios
import TokenRouting

/// Several workloads of one trace that a placement must serve together.
struct WorkloadSets {
  private let scenario: Scenario
  private let spec: ComponentSpec
  private let names: [String]

  /// Nil where `spec` names no workloads.
  init?(scenario: Scenario, spec: ComponentSpec) {
    names = spec.texts("workloads")
    guard !names.isEmpty else { return nil }
    self.scenario = scenario
    self.spec = spec
  }

  /// Gives `problem` the loads of all workloads, each from planning steps of its own.
  ///
  /// `worst` plans for the largest of their mean loads in each layer; `weighted` for all their steps
  /// alike, so that the objective keeps its meaning.
  ///
  /// - Throws: ``WorkbenchError`` for a workload that the trace does not have.
  func add(to problem: inout PlacementProblem) throws(WorkbenchError) {
    var sets: [(name: String, loads: PlanningLoads)] = []
    for name in names { sets.append((name, try loads(of: name))) }
    let all = PlanningLoads(samples: sets.flatMap(\.loads.samples))
    problem.loads = all.mean
    guard spec.text("combine") == LoadSetCombination.weighted.rawValue else {
      problem.loadSets = sets.map { LoadSet(name: $0.name, weight: 1, loads: $0.loads.mean) }
      problem.loadSetCombination = .worst
      return
    }
    if problem.objective.usesSamples { problem.samples = all.samples }
  }

  private func loads(of name: String) throws(WorkbenchError) -> PlanningLoads {
    var chosen = scenario
    guard scenario.routing.kind == "trace" else {
      throw .finding(
        .routingMismatch, file: scenario.file,
        "placement '\(spec.label)': only a trace has workloads, not '\(scenario.routing.label)'",
        help: ["leave out 'workloads', or replay a trace"])
    }
    // Tables choose by the one or the other column.
    for column in ["workload", "domain"] {
      chosen.routing.options["workload"] = nil
      chosen.routing.options["domain"] = nil
      chosen.routing.options[column] = .text(name)
      guard let source = try? ScenarioRun.routing(of: chosen.history) else { continue }
      return PlanningLoads(
        source, after: scenario.stepLimit(source),
        count: spec.integer("samples") ?? PlacementKinds.planningSteps)
    }
    throw .finding(
      .routingMismatch, file: scenario.routing.text("file") ?? scenario.file,
      "placement '\(spec.label)': the trace has no workload or domain '\(name)'",
      help: ["choose among the values of the table's column 'workload' or 'domain'"])
  }
}
