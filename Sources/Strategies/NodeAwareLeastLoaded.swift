public import Domain
public import Plan

/// LLEP that knows where nodes end: busy experts are shared with the ranks of their own node first,
/// and weights cross the network once for every node.
///
/// The LLEP paper (arXiv 2601.17111, section 6) names node awareness as future work and gives no
/// algorithm; this is ours. docs/strategies/llepNodeAware.md says what it wins and loses.
public struct NodeAwareLeastLoaded: MemorylessStrategy {
  public static let descriptor = ComponentDescriptor(
    "llepNodeAware",
    "LLEP that spills inside the node first and sends weights over the network once a node.",
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
    try family.plan(step, in: context, countsNodes: true)
  }
}
