public import Domain
public import Plan

/// Experts get and lose copies as their loads change, a little after every step, beside the steps.
///
/// Source: FlexMoE (Nie and others, SIGMOD 2023), as a baseline of Hecate (arXiv 2502.02581, section
/// 5). Copies are full ones, with optimizer states in training; adjustments use the copy lane while
/// the next step runs and count from the one after it.
public struct FlexibleReplication: Strategy {
  public static let descriptor = ComponentDescriptor(
    "flexMoE", "Busy experts get further copies and idle ones lose them, beside the steps.",
    options: [
      .init("interval", .integer(minimum: 1), default: .integer(1), "Steps between two plans."),
      .init(
        "window", .integer(minimum: 1), default: .integer(5),
        "Steps before a plan whose loads it is made from."),
      .init(
        "replicaSlots", .integer(minimum: 0), default: .integer(2),
        "Slots of every rank and layer for further copies."),
      .init(
        "imbalanceThreshold", .number(minimum: 1, maximum: 1e12), default: .number(1.1),
        "Busiest over mean rank load from which a layer is adjusted."),
      .init(
        "layersPerStep", .integer(minimum: 1), default: .integer(4),
        "Layers that are adjusted beside one step."),
    ] + LayerOptions.descriptors)

  private let schedule: RearrangementSchedule
  private let replicaSlots: Int
  private let threshold: Double
  private let options: LayerOptions

  public init(_ spec: ComponentSpec) throws(StrategyError) {
    options = try LayerOptions(spec)
    schedule = RearrangementSchedule(
      interval: max(1, spec.integer("interval") ?? 1),
      window: max(1, spec.integer("window") ?? 5),
      layersPerStep: max(1, spec.integer("layersPerStep") ?? 4), timing: .beside)
    replicaSlots = max(0, spec.integer("replicaSlots") ?? 2)
    threshold = spec.number("imbalanceThreshold") ?? 1.1
  }

  public func implementation(for phase: Phase) -> Implementation {
    options.implementation(for: phase)
  }

  public var isLearning: Bool { true }
  public var warmUpSteps: Int { schedule.window }

  public func session(in context: StepContext) throws(StrategyError) -> any StrategySession {
    let slots = context.placement.slotsPerRank + replicaSlots
    return try RearrangingSession(
      balancer: ReplicaBalancer(slotsPerRank: slots, threshold: threshold),
      schedule: schedule, options: options, slotsPerRank: slots, context: context)
  }
}
