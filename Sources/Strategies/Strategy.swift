public import Domain
public import Plan

/// Why a strategy cannot plan a step.
public struct StrategyError: Error, Hashable, Sendable {
  /// One sentence that says what is wrong and how to mend it.
  public let message: String

  public init(_ message: String) { self.message = message }
}

/// Everything a strategy may look at beside the routed step.
public struct StepContext: Sendable {
  public let cluster: Cluster
  public let model: MoEModel
  public let workload: Workload
  public let parallelism: Parallelism
  /// Where the experts of every layer live, the same in every expert-parallel group.
  public internal(set) var placement: ExpertPlacement
  public let memory: MemoryPolicy
  /// Whether plans say where every single copy is computed, which executors need to know.
  public let keepsAssignments: Bool
  /// What was profiled before the first step, where it was; strategies that hide transfers under
  /// attention reckon with it.
  public let profile: MachineProfile?

  public init(
    cluster: Cluster, model: MoEModel, workload: Workload, parallelism: Parallelism,
    placement: ExpertPlacement, memory: MemoryPolicy, keepsAssignments: Bool = false,
    profile: MachineProfile? = nil
  ) {
    self.cluster = cluster
    self.model = model
    self.workload = workload
    self.parallelism = parallelism
    self.placement = placement
    self.memory = memory
    self.keepsAssignments = keepsAssignments
    self.profile = profile
  }

  /// Expert-parallel groups, as ranges of consecutive ranks.
  public var groups: [Range<Int>] {
    stride(from: 0, to: cluster.ranks, by: parallelism.expert).map {
      $0..<min($0 + parallelism.expert, cluster.ranks)
    }
  }
}

/// What a training framework measures on its machine before the first step.
public struct MachineProfile: Hashable, Sendable {
  /// Seconds that a full rank attends in one layer, forward.
  public let attentionSeconds: Double

  public init(attentionSeconds: Double) { self.attentionSeconds = attentionSeconds }
}

/// How a step is carried out, given where the experts live and where the tokens go.
///
/// A strategy is one file that turns a routed step into an ``ExecutionPlan``; it knows nothing of
/// time. ``StrategyCatalog`` lists them all, and the conformance tests walk that list.
public protocol Strategy: Sendable {
  /// The name used in scenarios and reports, such as `llep`, and the options it takes.
  static var descriptor: ComponentDescriptor { get }

  /// - Throws: ``StrategyError`` for options that contradict each other.
  init(_ spec: ComponentSpec) throws(StrategyError)

  /// How the engine carries out a step of `phase`.
  func implementation(for phase: Phase) -> Implementation

  /// Whether plans depend on the steps before; where false, no step need be observed.
  var isLearning: Bool { get }

  /// How many steps before the first the strategy should have observed; those have negative numbers.
  var warmUpSteps: Int { get }

  /// The strategy at work on one cell, before its first step.
  ///
  /// - Throws: ``StrategyError`` where options and context contradict each other.
  func session(in context: StepContext) throws(StrategyError) -> any StrategySession
}

extension Strategy {
  public var warmUpSteps: Int { 0 }

  /// The work of every rank for `step`, when nothing was observed before it.
  public func plan(
    _ step: RoutedStep, in context: StepContext
  ) throws(StrategyError) -> ExecutionPlan {
    try session(in: context).plan(step)
  }
}
