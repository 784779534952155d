import Diagnostics
package import Domain
import Foundation
package import Planner
import Scenarios

/// A placement with how it was made.
package struct MadePlacement: Sendable {
  package let spec: ComponentSpec
  package let placement: ExpertPlacement
  /// Absent for placements from files without one.
  package let certificate: PlacementCertificate?
}

/// Makes the placements that a scenario names.
package struct PlacementMaker {
  private let scenario: Scenario
  private let loads: PlanningLoads?

  init(scenario: Scenario, loads: PlanningLoads?) {
    self.scenario = scenario
    self.loads = loads
  }

  /// The placement of `spec`.
  ///
  /// - Throws: ``WorkbenchError`` for a file that does not fit, an infeasible problem, or copies
  ///   that do not fill whole ranks.
  func make(_ spec: ComponentSpec) throws(WorkbenchError) -> MadePlacement {
    if spec.kind == "file" {
      return try fromFile(scenario.resolve(spec.text("path") ?? ""), spec)
    }
    let problem = try problem(for: spec)
    let planned: PlannedPlacement
    do {
      planned = try PlacementPlanner.solve(
        problem, method: spec.kind, options: options(of: spec))
    } catch {
      throw WorkbenchError(error, placement: spec.label)
    }
    return try MadePlacement(
      spec: spec, placement: expertPlacement(planned.slots), certificate: planned.certificate)
  }

  /// A plan made elsewhere, under a label of its own.
  func made(_ planned: PlannedPlacement, label: String) throws(WorkbenchError) -> MadePlacement {
    try MadePlacement(
      spec: ComponentSpec(kind: planned.certificate.method, label: label),
      placement: expertPlacement(planned.slots), certificate: planned.certificate)
  }

  /// The planning problem that `spec` poses for this scenario.
  package func problem(for spec: ComponentSpec) throws(WorkbenchError) -> PlacementProblem {
    let model = scenario.model
    let ranks = scenario.parallelism.expert
    let redundant = spec.integer("redundantExperts") ?? 0
    let (copies, overflow) = model.experts.addingReportingOverflow(redundant)
    let isEven = !overflow && (redundant == 0 || copies % ranks == 0)
    guard isEven, copies / ranks <= model.experts else {
      let fault =
        isEven
        ? "are more than one copy of each on each of \(ranks) ranks"
        : "do not fill \(ranks) ranks evenly"
      throw .finding(
        .invalidPlacement, file: scenario.file,
        """
        placement '\(spec.label)': \(model.experts) experts and \(redundant) redundant ones \(fault)
        """,
        fixes: ["redundantExperts: \(Self.fillingCopies(near: redundant, model.experts, ranks))"])
    }
    let loads = loads?.prefix(spec.integer("samples") ?? PlacementKinds.planningSteps)
    // Placements that need no loads are scored as if all experts were alike.
    let even = [[Double]](
      repeating: [Double](repeating: 1, count: model.experts), count: model.layers.count)
    var problem = PlacementProblem(
      name: scenario.name, model: model.name, loads: loads?.mean ?? even, ranks: ranks,
      ranksPerNode: nodeSize(ranks), slotsPerRank: (copies + ranks - 1) / ranks, topK: model.topK,
      layerNumbers: model.layers)
    problem.expertBytes = Int(exactly: model.expertBytes.rounded()) ?? 0
    problem.objective = Self.objective(of: spec)
    if problem.objective.usesSamples { problem.samples = loads?.samples ?? [even] }
    problem.replicaSplit = split
    problem.rankSlowdown = slowdown(ranks)
    try WorkloadSets(scenario: scenario, spec: spec)?.add(to: &problem)
    problem.expertGroups = expertGroups(for: spec.kind)
    return problem
  }

  /// The groups of experts that `method` keeps inside nodes: DeepSeek's balancer is hierarchical
  /// where they divide over the nodes; nil for all others.
  func expertGroups(for method: String) -> Int? {
    let ranks = scenario.parallelism.expert
    let groups = scenario.model.expertGroups
    let isHierarchical = method == "eplb" && groups > 1 && groups % (ranks / nodeSize(ranks)) == 0
    return isHierarchical ? groups : nil
  }

  private static func objective(of spec: ComponentSpec) -> PlacementObjective {
    switch spec.text("objective") {
    case "expected": .expected
    case "cvar":
      .conditionalValueAtRisk(tailFraction: max(1e-6, spec.number("tailFraction") ?? 0.25))
    default: .balance
    }
  }

  /// How the strategies split the tokens of replicas, where all do it alike; else evenly.
  private var split: ReplicaSplit {
    let words = scenario.strategies.map { $0.text("replicaDispatch") ?? ReplicaSplit.even.rawValue }
    guard let first = words.first, words.allSatisfy({ $0 == first }) else { return .even }
    return ReplicaSplit(rawValue: first) ?? .even
  }

  /// The compute factor of every rank of a group, the slowest group's; empty where all are alike.
  private func slowdown(_ ranks: Int) -> [Double] {
    var slowest = [Double](repeating: 0, count: ranks)
    for (rank, factor) in scenario.cluster.computeFactors.enumerated() {
      slowest[rank % ranks] = max(slowest[rank % ranks], factor)
    }
    guard slowest.contains(where: { $0 != 1 }) else { return [] }
    return slowest.map { min(1e3, max(1e-3, $0)) }
  }

  /// The copies nearest above `wanted` that fill all ranks, at most a copy of each expert on each.
  private static func fillingCopies(near wanted: Int, _ experts: Int, _ ranks: Int) -> Int {
    let most = experts * ranks
    let copies = experts + min(max(0, wanted), most - experts)
    return min(most, (copies + ranks - 1) / ranks * ranks) - experts
  }

  /// Ranks of one node, as far as the group covers whole nodes.
  private func nodeSize(_ ranks: Int) -> Int {
    let size = scenario.cluster.acceleratorsPerNode
    return ranks % size == 0 ? size : ranks
  }

  private func options(of spec: ComponentSpec) -> PlannerOptions {
    PlannerOptions(
      timeLimit: spec.number("timeLimit"),
      stepBudget: spec.number("timeLimit") == nil ? spec.integer("stepBudget") ?? 2_000_000 : nil,
      gap: spec.number("gap") ?? 1e-5, seed: scenario.simulation.planningSeed)
  }

  func expertPlacement(_ slots: PlacementSlots) throws(WorkbenchError) -> ExpertPlacement {
    let layers = zip(scenario.model.layers, slots.layers).map {
      ExpertPlacement.Layer(layer: $0, slots: $1.map { Int32($0) })
    }
    do {
      return try ExpertPlacement(
        experts: scenario.model.experts, ranks: slots.ranks, slotsPerRank: slots.slotsPerRank,
        layers: layers)
    } catch {
      throw .failed("the planner broke a rule of its own: \(error.message)")
    }
  }
}

extension PlacementMaker {
  /// A placement file as the scenario's layers need it.
  ///
  /// - Throws: ``WorkbenchError`` for a file that does not fit the scenario.
  func placement(file path: String) throws(WorkbenchError) -> ExpertPlacement {
    try fromFile(path, ComponentSpec(kind: "file")).placement
  }

  /// A placement file, fitted to the scenario's layers.
  private func fromFile(
    _ path: String, _ spec: ComponentSpec
  ) throws(WorkbenchError) -> MadePlacement {
    let file = try Self.read(path)
    let model = scenario.model
    func refuse(_ message: String, _ help: String) -> WorkbenchError {
      .finding(.invalidPlacement, file: path, message, help: [help])
    }
    guard file.experts == model.experts else {
      throw refuse(
        "the placement is for \(file.experts) experts and the model has \(model.experts)",
        "plan it again for this model with 'shunt plan'")
    }
    guard file.ranks == scenario.parallelism.expert else {
      throw refuse(
        """
        the placement is for \(file.ranks) ranks and an expert-parallel group has \
        \(scenario.parallelism.expert)
        """, "plan it again for this cluster with 'shunt plan'")
    }
    var layers: [ExpertPlacement.Layer] = []
    for layer in model.layers {
      guard let found = file.layers.first(where: { $0.layer == layer }) else {
        throw refuse(
          "the placement has no layer \(layer)",
          "it has \(file.layers.count) layers; the scenario's 'layers' choose among the model's")
      }
      layers.append(.init(layer: layer, slots: found.slots.map { Int32(clamping: $0) }))
    }
    do {
      let placement = try ExpertPlacement(
        experts: file.experts, ranks: file.ranks, slotsPerRank: file.slotsPerRank, layers: layers)
      return MadePlacement(spec: spec, placement: placement, certificate: file.certificate)
    } catch {
      throw refuse(error.message, "every expert needs a slot, and no rank may hold one twice")
    }
  }

  /// Reads a placement file.
  package static func read(_ path: String) throws(WorkbenchError) -> PlacementFile {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw .finding(
        .missingFile, file: path, "the placement file cannot be read",
        help: ["relative paths start at the scenario's folder"])
    }
    do {
      return try PlacementFile(json: data)
    } catch {
      throw .finding(
        .invalidPlacement, file: path, "\(error.place): \(error.problem)", help: [error.remedy])
    }
  }
}

extension WorkbenchError {
  /// A planner's refusal.
  init(_ error: PlacementError, placement: String) {
    let message = "placement '\(placement)': \(error.place): \(error.problem); \(error.remedy)"
    self = error.kind == .infeasible ? .infeasible(message) : .failed(message)
  }
}
