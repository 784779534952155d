import Diagnostics
import Domain
import Foundation
public import Planner
public import Scenarios
import TokenRouting

/// What a user adds to the problem that a file or scenario poses.
public struct PlanningInputs: Sendable {
  /// Copies beyond one each; by default those of the scenario's own `ilp` placement, else none.
  public var redundantExperts: Int?
  /// A placement file with where experts live now.
  public var current: String?
  /// Workloads or domains of the scenario's trace to plan for together.
  public var workloads: [String] = []
  public var combination: LoadSetCombination?

  public init() {}
}

/// Plans a placement for a problem file or a scenario.
public struct PlanStudy: Sendable {
  /// What is solved; ``priceMoves(payingWithin:options:)`` sets its price of moves.
  public internal(set) var problem: PlacementProblem
  let scenario: Scenario?
  /// Where experts live now, in the scenario's layers.
  let current: ExpertPlacement?

  /// The problem in a file of the form `moe-placement-1`.
  ///
  /// - Throws: ``WorkbenchError`` where the file cannot be read or is not one, or the inputs do not
  ///   fit it.
  public init(
    problemFile path: String, inputs: PlanningInputs = PlanningInputs()
  ) throws(WorkbenchError) {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw .finding(.missingFile, file: path, "the problem file cannot be read")
    }
    do {
      problem = try PlacementProblem(json: data)
    } catch {
      if error.kind == .infeasible { throw WorkbenchError(error, placement: path) }
      throw .finding(
        .invalidPlacement, file: path, "\(error.place): \(error.problem)", help: [error.remedy])
    }
    scenario = nil
    current = nil
    if let file = inputs.current {
      problem.currentPlacement = try Self.slots(file, fitting: problem)
      do {
        try problem.validate()
      } catch {
        throw .finding(
          .invalidPlacement, file: file, "\(error.place): \(error.problem)", help: [error.remedy])
      }
    }
  }

  /// The problem that a scenario poses: the loads of the steps after those it judges.
  ///
  /// - Throws: ``WorkbenchError`` where the scenario cannot be run, or the inputs do not fit it.
  public init(
    _ scenario: Scenario, inputs: PlanningInputs = PlanningInputs()
  ) throws(WorkbenchError) {
    var spec = Self.planner(of: scenario, redundantExperts: inputs.redundantExperts)
    if !inputs.workloads.isEmpty { spec.options["workloads"] = .texts(inputs.workloads) }
    if let word = inputs.combination { spec.options["combine"] = .text(word.rawValue) }
    let history = try ScenarioRun.routing(of: scenario.history)
    let loads = PlanningLoads(
      history, after: scenario.stepLimit(history), count: PlacementKinds.steps(of: [spec]))
    let maker = PlacementMaker(scenario: scenario, loads: loads)
    problem = try maker.problem(for: spec)
    current = try inputs.current.map { path throws(WorkbenchError) in
      try maker.placement(file: path)
    }
    problem.currentPlacement = current.map { PlacementSlots($0) }
    self.scenario = scenario
  }

  /// The scenario's first `ilp` placement, or one with the defaults.
  static func planner(of scenario: Scenario, redundantExperts: Int?) -> ComponentSpec {
    var spec =
      scenario.placements.first { $0.kind == "ilp" }
      ?? ComponentSpec(kind: "ilp", options: ["objective": .text("expected")])
    if let redundantExperts { spec.options["redundantExperts"] = .integer(redundantExperts) }
    return spec
  }

  /// Solves the problem.
  ///
  /// - Throws: ``WorkbenchError/infeasible(_:)`` where no placement satisfies it.
  public func solve(
    method: String, options: PlannerOptions,
    onProgress: @escaping (PlanProgress) -> Void = { _ in },
    shouldStop: @escaping () -> Bool = { false }
  ) throws(WorkbenchError) -> PlannedPlacement {
    var problem = problem
    if let scenario {
      problem.expertGroups = PlacementMaker(scenario: scenario, loads: nil).expertGroups(
        for: method)
    }
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

  /// What a plan is compared with: the current placement, or experts in order.
  public var reference: (name: String, objective: Double)? {
    if let current = problem.currentPlacement {
      guard let score = try? problem.score(current), score.feasible else { return nil }
      return ("current", score.objective)
    }
    let plan = try? PlacementPlanner.solve(problem, method: "contiguous")
    return plan.map { ("contiguous", $0.certificate.objective) }
  }

  /// Judges a placement file by this problem; layers are matched by number where both number them
  /// alike, else by order.
  ///
  /// - Throws: ``WorkbenchError`` where the file cannot be read.
  public func score(placementFile path: String) throws(WorkbenchError) -> PlacementScore {
    let slots = try Self.slots(path, fitting: problem)
    do {
      return try problem.score(slots)
    } catch {
      throw .finding(
        .invalidPlacement, file: path, "\(error.place): \(error.problem)", help: [error.remedy])
    }
  }

  /// The slots of a placement file in the problem's order of layers.
  private static func slots(
    _ path: String, fitting problem: PlacementProblem
  ) throws(WorkbenchError) -> PlacementSlots {
    var file = try PlacementMaker.read(path)
    let numbers = file.layers.map(\.layer)
    if numbers != problem.layerNumbers, Set(numbers) == Set(problem.layerNumbers),
      numbers.count == problem.layers
    {
      let order = Dictionary(uniqueKeysWithValues: zip(numbers, file.layers))
      file.layers = problem.layerNumbers.compactMap { order[$0] }
    }
    return file.slots
  }
}
