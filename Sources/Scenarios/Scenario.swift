public import Diagnostics
public import Domain

/// Everything a scenario file says, checked and complete.
public struct Scenario: Hashable, Sendable {
  public var name: String
  public var cluster: Cluster
  public var model: MoEModel
  public var workload: Workload
  public var parallelism: Parallelism
  /// Where routed tokens come from.
  public var routing: ComponentSpec
  /// What changes the routing on its way, in order.
  public var modifiers: [ComponentSpec]
  public var placements: [ComponentSpec]
  public var strategies: [ComponentSpec]
  public var simulation: SimulationSettings
  public var memory: MemoryPolicy
  public var expectations: [Expectation]
  /// What a sweep varies; empty for most scenarios.
  public var sweep: [SweepAxis]
  /// Every value with its origin, in the order of the scenario's sections.
  public var assumptions: [Assumption]
  public var warnings: [Finding]
  /// The file as its author named it.
  public var file: String
  /// The folder that relative paths start at; empty for the current one.
  public var folder: String
  /// The file's own text.
  public var text: String

  /// A path of the scenario, relative to the current folder.
  public func resolve(_ path: String) -> String { ScenarioPath.resolve(path, in: folder) }

  /// Placement × strategy pairs, placements first.
  public var cells: [(placement: ComponentSpec, strategy: ComponentSpec)] {
    placements.flatMap { placement in strategies.map { (placement, $0) } }
  }

  /// What a run would do, in lines of text, without running it.
  public var dryRunSummary: String {
    let cells = placements.count * strategies.count
    let groups = cluster.ranks / max(1, parallelism.expert)
    return """
      \(name): \(Self.count(cells, "cell")) (\(Self.count(placements.count, "placement")) × \
      \(Self.count(strategies.count, "strategy", "strategies"))), \
      \(Self.count(workload.steps, "step"))\(mayGrow) each
        machine    \(Self.count(cluster.nodes, "node")) × \(cluster.acceleratorsPerNode) \
      \(cluster.accelerator.name), \(Self.count(groups, "expert-parallel group")) of \
      \(parallelism.expert)
        model      \(model.name), \(Self.count(model.layers.count, "MoE layer")), \
      \(model.experts) experts, top-\(model.topK)
        workload   \(workload.phase.rawValue), \(workload.tokensPerRank) tokens a rank
        routing    \(routing.label)\(modifiers.map { " + " + $0.label }.joined())
        network    \(simulation.network.label), seed \(simulation.seed)
        to run     \(cells * workload.steps) steps, \
      \(cells * workload.steps * model.layers.count) layers

      """
  }

  /// Says that there may be more steps.
  private var mayGrow: String { simulation.meanPrecision == nil ? "" : " or more" }

  private static func count(_ number: Int, _ one: String, _ many: String? = nil) -> String {
    "\(number) \(number == 1 ? one : many ?? one + "s")"
  }
}

/// How the simulation runs.
public struct SimulationSettings: Hashable, Sendable {
  /// The seed of the tokens that are judged.
  public var seed: UInt64
  /// The seed of the tokens that came before: placements are planned on them, strategies have learned
  /// from them.
  public var planningSeed: UInt64 = 7
  /// The network's fidelity.
  public var network: ComponentSpec
  /// How narrow the interval of p99 has to be before the simulation stops, as half its width over
  /// p99; absent where the workload's steps are all.
  public var precision: Double?
  /// The most steps that a precision may take.
  public var maximumSteps = 10_000
  /// How narrow the interval of the mean has to be, as half its width over the mean; absent where the
  /// scenario says how many steps, or how sure p99 has to be.
  public var meanPrecision: Double?

  /// The mean precision of a scenario that says neither: two results then differ by 2 % in most pairs
  /// that are 2 % apart.
  public static let standardMeanPrecision = 0.005
  /// The most steps that a mean precision takes.
  public static let mostStepsForMean = 1000
}

/// A value the results depend on, and where it comes from.
public struct Assumption: Hashable, Sendable, Codable {
  /// Where a value comes from.
  public enum Origin: String, Hashable, Sendable, Codable, CaseIterable {
    case catalog, scenario, `default`, fitted, measured
  }

  /// The place in the scenario, such as `cluster.interNode.bandwidth`.
  public var path: String
  /// The value with its unit.
  public var value: String
  public var origin: Origin
  /// The catalogue's source, the scenario's line, or why a default was taken.
  public var source: String

  public init(path: String, value: String, origin: Origin, source: String) {
    self.path = path
    self.value = value
    self.origin = origin
    self.source = source
  }
}
