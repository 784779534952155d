public import Domain
public import Plan

/// Least-loaded expert parallelism (LLEP): where ranks are unequally loaded, copies of busy experts
/// are computed on idle ranks, which receive those experts' weights first.
///
/// Source: Least-Loaded Expert Parallelism, algorithms 2 to 4. With replicas, an expert's first copy
/// is its native one, and a helper that already holds a copy needs no transfer. Where room for
/// weights is limited, which the paper does not consider, helpers refuse what would not fit.
public struct LeastLoadedParallelism: MemorylessStrategy {
  public static let descriptor = ComponentDescriptor(
    "llep", "Least-loaded expert parallelism: busy experts are shared with idle ranks.",
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
    if family.isLimited { return try family.plan(step, in: context) }
    let lowering = StepLowering(
      context: context, style: family.style(for: context.workload.phase))
    return try lowering.plan(step) { layer, group in decide(layer, group: group, in: context) }
  }

  private func decide(
    _ layer: LayerInGroup, group: Range<Int>, in context: StepContext
  ) -> LayerDecision {
    let assignment = LeastLoadedAssignment(
      loads: layer.loads, homes: layer.holders.map { $0[0] }, ranks: group.count,
      settings: family.settings)
    if assignment.isBalancedEnough {
      return LayerDecision(
        dispatch: family.layer.homeDispatch(of: layer, group: group, in: context))
    }
    return LayerDecision(
      dispatch: CopyDispatch(
        counts: layer.counts, intervals: assignment.intervals, ranks: group.count,
        keepsSegments: family.layer.keepsSegments(in: context)),
      weightTransfers: assignment.transfers.filter { !layer.holders[$0.expert].contains($0.to) },
      planning: .loads, isPlainRouting: false)
  }
}
