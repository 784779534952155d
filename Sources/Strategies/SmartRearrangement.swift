public import Domain
public import Plan

/// Periodic rearrangement: experts swap ranks every so many steps, parameters and optimizer states
/// with them.
///
/// Source: SmartMoE (Zhai and others, USENIX ATC 2023), as a baseline of Hecate (arXiv 2502.02581,
/// section 5), which finds 25 steps the best interval. The move is on the critical path.
public struct SmartRearrangement: Strategy {
  public static let descriptor = ComponentDescriptor(
    "smartMoE", "Experts swap ranks every so many steps, on the critical path.",
    options: [
      .init("interval", .integer(minimum: 1), default: .integer(25), "Steps between two plans."),
      .init(
        "window", .integer(minimum: 1), default: .integer(10),
        "Steps before a plan whose loads it is made from."),
      .init(
        "swaps", .integer(minimum: 0), default: .integer(16),
        "The most pairs of experts that change places in a layer."),
    ] + LayerOptions.descriptors)

  private let interval: Int
  private let window: Int
  private let swaps: Int
  private let options: LayerOptions

  public init(_ spec: ComponentSpec) throws(StrategyError) {
    options = try LayerOptions(spec)
    interval = max(1, spec.integer("interval") ?? 25)
    window = max(1, spec.integer("window") ?? 10)
    swaps = max(0, spec.integer("swaps") ?? 16)
  }

  public func implementation(for phase: Phase) -> Implementation {
    options.implementation(for: phase)
  }

  public var isLearning: Bool { true }
  public var warmUpSteps: Int { window }

  public func session(in context: StepContext) throws(StrategyError) -> any StrategySession {
    try RearrangingSession(
      balancer: SwapBalancer(limit: swaps),
      schedule: RearrangementSchedule(
        interval: interval, window: window, layersPerStep: context.placement.layers.count,
        timing: .before),
      options: options, slotsPerRank: context.placement.slotsPerRank, context: context)
  }
}
