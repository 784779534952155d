public import Domain
public import Plan

/// LLEP whose intervals are dealt to their ranks nearest first, so that the all-to-all is as diagonal
/// as the plan allows.
///
/// LLEP numbers an expert's copies by source rank and lets every helper take the next run, whoever
/// they come from. How many copies each rank computes stays as LLEP plans it; here a rank takes its
/// own copies first, then those of its node, then the rest. Ours; docs/strategies/llepLocal.md.
public struct LocalLeastLoaded: MemorylessStrategy {
  public static let descriptor = ComponentDescriptor(
    "llepLocal", "LLEP whose helpers compute their own tokens first, then those of their node.",
    options: LeastLoadedFamily.controls + LeastLoadedFamily.room + LayerOptions.descriptors)

  private let family: LeastLoadedFamily

  public init(_ spec: ComponentSpec) throws(StrategyError) {
    family = try LeastLoadedFamily(spec)
  }

  public func implementation(for phase: Phase) -> Implementation {
    family.layer.implementation(for: phase)
  }

  public func plan(
    _ step: RoutedStep, in context: StepContext
  ) throws(StrategyError) -> ExecutionPlan {
    try family.plan(step, in: context, keepsCopiesNear: true)
  }
}
