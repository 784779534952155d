import CostModels
import Diagnostics
import Dispatch
import Domain
import Foundation
import NetworkSharing
import Plan
import Planner
import Quantities
import Results
public import Scenarios
import Simulator
import Strategies
import TokenRouting

/// One placement and one strategy of a scenario, ready to plan and simulate steps.
struct Cell: Sendable {
  let placement: MadePlacement
  let strategySpec: ComponentSpec
  let strategy: any Strategy
  let context: StepContext
  let machine: Machine

  var name: String { "\(placement.spec.label)/\(strategySpec.label)" }

  /// Simulates one step as `session` plans it.
  ///
  /// - Throws: ``WorkbenchError/failed(_:)`` where strategy or simulator refuse.
  func run(
    _ step: RoutedStep, as session: any StrategySession
  ) throws(WorkbenchError) -> (plan: ExecutionPlan, record: RunRecord) {
    let plan = try plan(step, as: session).get()
    return (plan, try record(of: plan, step: step.index))
  }

  /// One step as `session` plans it.
  func plan(
    _ step: RoutedStep, as session: any StrategySession
  ) -> Result<ExecutionPlan, WorkbenchError> {
    Result { () throws(WorkbenchError) in
      try refusing(at: step.index) { () throws(StrategyError) in try session.plan(step) }
    }
  }

  /// Simulates the plan of a step.
  func record(of plan: ExecutionPlan, step: Int) throws(WorkbenchError) -> RunRecord {
    do { return try machine.simulator.run(plan) } catch {
      throw .failed("\(name), step \(step): \(error.message)")
    }
  }

  /// The session that plans step `index` of `routing`: one that has observed all steps before.
  ///
  /// - Complexity: O(*index*) routed steps where the strategy learns, else O(1).
  func session(
    before index: Int, of routing: RunTraffic
  ) throws(WorkbenchError) -> any StrategySession {
    try sessions(before: [index], of: routing)[0]
  }

  /// The sessions that plan each of `steps`, which rise, from one pass over the steps before.
  func sessions(
    before steps: [Int], of routing: RunTraffic
  ) throws(WorkbenchError) -> [any StrategySession] {
    var session = try refusing(at: steps.first ?? 0) { () throws(StrategyError) in
      try strategy.session(in: context)
    }
    var sessions: [any StrategySession] = []
    var next = -strategy.warmUpSteps
    for step in steps {
      while strategy.isLearning, next < step {
        try observe(routing.step(next), in: &session)
        next += 1
      }
      sessions.append(session)
    }
    return sessions
  }

  /// The sessions that plan each of `steps`.
  func sessions(
    before steps: Range<Int>, of routing: RunTraffic
  ) throws(WorkbenchError) -> [any StrategySession] {
    var session = try session(before: steps.lowerBound, of: routing)
    var sessions: [any StrategySession] = []
    for index in steps {
      sessions.append(session)
      if strategy.isLearning { try observe(routing.step(index), in: &session) }
    }
    return sessions
  }

  /// Lets `session` learn from `step`.
  func observe(
    _ step: RoutedStep, in session: inout any StrategySession
  ) throws(WorkbenchError) {
    guard strategy.isLearning else { return }
    try refusing(at: step.index) { () throws(StrategyError) in try session.observe(step) }
  }

  private func refusing<Value>(
    at step: Int, _ body: () throws(StrategyError) -> Value
  ) throws(WorkbenchError) -> Value {
    do { return try body() } catch {
      throw .failed("\(name), step \(step): \(error.message)")
    }
  }
}

/// A scenario with everything built that its cells need.
public struct ScenarioRun: Sendable {
  public let scenario: Scenario
  let routing: RunTraffic
  let cells: [Cell]
  /// The most steps that are judged.
  let stepLimit: Int
  /// Sentences that every result of this run must carry.
  let warnings: [String]

  /// Builds routing, placements, strategies and machines.
  ///
  /// - Throws: ``WorkbenchError`` for routing files, placements or options that cannot be used.
  public init(_ scenario: Scenario) throws(WorkbenchError) {
    try self.init(scenario, adding: [])
  }

  /// Builds the run with placements beside those that the scenario names.
  ///
  /// - Parameter keepsAssignments: whether plans say where every copy is computed.
  init(
    _ scenario: Scenario, adding added: [MadePlacement], keepsAssignments: Bool = false
  ) throws(WorkbenchError) {
    self.scenario = scenario
    let strategies = try Self.strategies(of: scenario)
    let planned = scenario.placements.filter { !PlacementKinds.blind.contains($0.kind) }
    routing = try RunTraffic(
      scenario,
      needsHistory: !planned.isEmpty || strategies.contains { $0.1.isLearning })
    stepLimit = scenario.stepLimit(routing.judged)
    let loads =
      planned.isEmpty
      ? nil
      : PlanningLoads(
        routing.history, after: stepLimit, count: PlacementKinds.steps(of: planned))
    let maker = PlacementMaker(scenario: scenario, loads: loads)
    var placements: [MadePlacement] = []
    for spec in scenario.placements { placements.append(try maker.make(spec)) }
    placements += added
    var machines: [Implementation: Machine] = [:]
    for (_, strategy) in strategies {
      let implementation = strategy.implementation(for: scenario.workload.phase)
      if machines[implementation] == nil {
        machines[implementation] = try Machine(
          scenario, implementation: implementation, parameters: .shipped)
      }
    }
    var cells: [Cell] = []
    for placement in placements {
      for (spec, strategy) in strategies {
        guard let machine = machines[strategy.implementation(for: scenario.workload.phase)] else {
          continue
        }
        let context = StepContext(
          cluster: scenario.cluster, model: scenario.model, workload: scenario.workload,
          parallelism: scenario.parallelism, placement: placement.placement,
          memory: scenario.memory, keepsAssignments: keepsAssignments, profile: machine.profile)
        cells.append(
          Cell(
            placement: placement, strategySpec: spec, strategy: strategy, context: context,
            machine: machine))
      }
    }
    self.cells = cells
    warnings =
      scenario.warnings.map(\.message) + routing.judged.warnings + Self.warnings(of: scenario)
      + Self.seenTokens(routing.judged, judged: stepLimit, planned: loads?.samples.count)
  }

  static func routing(of scenario: Scenario) throws(WorkbenchError) -> RoutingSource {
    let context = RoutingContext(
      model: scenario.model, workload: scenario.workload, ranks: scenario.cluster.ranks,
      seed: scenario.simulation.seed, folder: scenario.folder.isEmpty ? "." : scenario.folder)
    do {
      return try RoutingCatalog.make(
        scenario.routing, modifiers: scenario.modifiers, in: context)
    } catch {
      throw WorkbenchError(error, scenario: scenario.file)
    }
  }

  /// Says where a token trace starts again before it has passed the judged and the planning steps.
  private static func seenTokens(
    _ routing: RoutingSource, judged: Int, planned: Int?
  ) -> [String] {
    guard let planned, let distinct = routing.distinctSteps, distinct < judged + planned else {
      return []
    }
    return [
      """
      placements were planned on tokens that are also judged: the trace has \(distinct) steps of \
      its own, for \(judged) judged and \(planned) planning steps
      """
    ]
  }

  private static func strategies(
    of scenario: Scenario
  ) throws(WorkbenchError) -> [(ComponentSpec, any Strategy)] {
    var strategies: [(ComponentSpec, any Strategy)] = []
    for spec in scenario.strategies {
      do { strategies.append((spec, try StrategyCatalog.make(spec))) } catch {
        throw .failed(error.message)
      }
    }
    return strategies
  }

  private static func warnings(of scenario: Scenario) -> [String] {
    var warnings: [String] = []
    let fabric = scenario.cluster.fabric
    if fabric.oversubscription > 1, scenario.cluster.nodes <= fabric.nodesPerLeaf {
      warnings.append(
        """
        the fabric's oversubscription has no effect: all \(scenario.cluster.nodes) nodes share one \
        leaf switch (fabric: { nodesPerLeaf: \(fabric.nodesPerLeaf) })
        """)
    }
    for spec in scenario.placements where spec.options["timeLimit"] != nil {
      warnings.append(
        "placement '\(spec.label)' was searched by the clock, so the result is not reproducible")
    }
    return warnings
  }
}

extension WorkbenchError {
  /// A routing file's or option's refusal.
  init(_ error: RoutingError, scenario: String) {
    switch error.kind {
    case .unreadable:
      self = .finding(.missingFile, file: error.file, error.message, help: [error.fix])
    case .raggedRow:
      self = .finding(
        .raggedRow, file: error.file, line: error.line, column: error.column, error.message,
        help: [error.fix])
    case .badHeader, .empty:
      self = .finding(
        .missingColumn, file: error.file, line: error.line, column: error.column, error.message,
        help: [error.fix])
    case .badValue:
      self = .finding(
        .badCell, file: error.file, line: error.line, column: error.column, error.message,
        help: [error.fix])
    case .modelMismatch, .unknownSelection, .impossibleLoads, .badOption:
      self = .finding(
        .routingMismatch, file: error.file ?? scenario, line: error.line, column: error.column,
        error.message, help: [error.fix])
    }
  }
}
