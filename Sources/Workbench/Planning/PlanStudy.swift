import Diagnostics
import Domain
import Foundation
public import Planner
public import Results
public import Scenarios
import TokenRouting

/// Plans a placement for a problem file or a scenario, and says what the plan is worth.
public struct PlanStudy: Sendable {
  public let problem: PlacementProblem
  private let scenario: Scenario?

  /// The problem in a file of the form `moe-placement-1`.
  ///
  /// - Throws: ``WorkbenchError`` where the file cannot be read or is not one.
  public init(problemFile path: String) throws(WorkbenchError) {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw .finding(.missingFile, file: path, "the problem file cannot be read")
    }
    do {
      problem = try PlacementProblem(json: data)
      try problem.validate()
    } catch {
      if error.kind == .infeasible { throw WorkbenchError(error, placement: path) }
      throw .finding(
        .invalidPlacement, file: path, "\(error.place): \(error.problem)", help: [error.remedy])
    }
    scenario = nil
  }

  /// The problem that a scenario poses: the loads of the steps after those it judges.
  ///
  /// - Parameter redundantExperts: copies beyond one each; by default those of the scenario's own
  ///   `ilp` placement, else none.
  public init(_ scenario: Scenario, redundantExperts: Int?) throws(WorkbenchError) {
    var spec =
      scenario.placements.first { $0.kind == "ilp" }
      ?? ComponentSpec(kind: "ilp", options: ["objective": .text("expected")])
    if let redundantExperts { spec.options["redundantExperts"] = .integer(redundantExperts) }
    let loads = PlanningLoads(
      try ScenarioRun.routing(of: scenario), after: scenario.workload.steps)
    problem = try PlacementMaker(scenario: scenario, loads: loads).problem(for: spec)
    self.scenario = scenario
  }

  /// Solves the problem.
  ///
  /// - Throws: ``WorkbenchError/infeasible(_:)`` where no placement satisfies it.
  public func solve(
    method: String, options: PlannerOptions,
    onProgress: @escaping (PlanProgress) -> Void, shouldStop: @escaping () -> Bool
  ) throws(WorkbenchError) -> PlannedPlacement {
    do {
      return try PlacementPlanner.solve(
        problem, method: method, options: options, onProgress: onProgress, shouldStop: shouldStop)
    } catch {
      throw WorkbenchError(error, placement: method)
    }
  }

  /// The integer program of one layer in LP format.
  ///
  /// - Throws: ``WorkbenchError/failed(_:)`` where the layer has none.
  public func layerProgram(_ layer: Int) throws(WorkbenchError) -> String {
    do {
      return try problem.layerProgram(layer)
    } catch {
      throw WorkbenchError(error, placement: "--write-lp")
    }
  }

  /// The contiguous placement's value of the objective, for comparison; nil where it has none.
  public var contiguousObjective: Double? {
    try? PlacementPlanner.solve(problem, method: "contiguous").certificate.objective
  }

  /// Simulates the scenario's first placement and the planned one on the steps that the plan has not
  /// seen; nil for a problem file.
  ///
  /// - Throws: ``WorkbenchError`` where the scenario cannot be run.
  public func judge(
    _ planned: PlannedPlacement, version: String, onProgress: @Sendable (RunProgress) -> Void
  ) throws(WorkbenchError) -> Results.ComparisonResult? {
    guard var scenario else { return nil }
    let reference = scenario.placements.first ?? ComponentSpec(kind: "contiguous")
    scenario.placements = [reference]
    scenario.strategies = Array(scenario.strategies.prefix(1))
    scenario.workload.steps = min(scenario.workload.steps, 64)
    let made = try PlacementMaker(scenario: scenario, loads: nil).made(planned, label: "planned")
    return try ScenarioRun(scenario, adding: [made]).compare(
      version: version, onProgress: onProgress)
  }

  /// Judges a placement file by this problem.
  ///
  /// - Throws: ``WorkbenchError`` where the file cannot be read.
  public func score(placementFile path: String) throws(WorkbenchError) -> PlacementScore {
    let file = try PlacementMaker.read(path)
    do {
      return try problem.score(file.slots)
    } catch {
      throw .finding(
        .invalidPlacement, file: path, "\(error.place): \(error.problem)", help: [error.remedy])
    }
  }
}
