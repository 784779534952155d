public import Domain
public import Plan

/// Standard expert parallelism: every token copy travels to a rank that holds its expert.
///
/// Source: Least-Loaded Expert Parallelism, algorithm 1 (sort by expert, gather, all-to-all, one
/// chain of matrix products per local expert, all-to-all back, sum). No token is dropped.
public struct ExpertParallelism: MemorylessStrategy {
  public static let descriptor = ComponentDescriptor(
    "ep", "Standard expert parallelism: tokens travel to their experts.",
    options: LayerOptions.descriptors)

  private let options: LayerOptions

  public init(_ spec: ComponentSpec) throws(StrategyError) {
    options = try LayerOptions(spec)
  }

  public func implementation(for phase: Phase) -> Implementation {
    options.implementation(for: phase)
  }

  public func plan(
    _ step: RoutedStep, in context: StepContext
  ) throws(StrategyError) -> ExecutionPlan {
    let style = options.style(
      for: context.workload.phase, eager: (.eagerWholeBatch, .allRows))
    return try StepLowering(context: context, style: style).plan(step) { layer, group in
      LayerDecision(dispatch: options.homeDispatch(of: layer, group: group, in: context))
    }
  }
}
