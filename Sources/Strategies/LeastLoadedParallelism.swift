public import Domain
public import Plan

/// Least-loaded expert parallelism (LLEP): where ranks are unequally loaded, copies of busy experts
/// are computed on idle ranks, which receive those experts' weights first.
///
/// Source: Least-Loaded Expert Parallelism, algorithms 2 to 4. With replicas, an expert's first copy
/// is its native one, and a helper that already holds a copy needs no transfer.
public struct LeastLoadedParallelism: MemorylessStrategy {
  public static let descriptor = ComponentDescriptor(
    "llep", "Least-loaded expert parallelism: busy experts are shared with idle ranks.",
    options: [
      .init(
        "capacityFactor", .number(minimum: 1e-3, maximum: 1e6), default: .number(1),
        "How many times the mean load a rank takes before copies are sent elsewhere (α)."),
      .init(
        "minimumChunk", .integer(minimum: 0), default: .integer(1024),
        "The fewest token copies for which weights are sent, unless they finish an expert (m)."),
      .init(
        "imbalanceThreshold", .number(minimum: 0, maximum: 1e12), default: .number(1.3),
        "Busiest over mean native load of the ranks from which a plan is made (λ)."),
    ] + LayerOptions.descriptors)

  private let settings: LeastLoadedSettings
  private let options: LayerOptions

  public init(_ spec: ComponentSpec) throws(StrategyError) {
    options = try LayerOptions(spec)
    settings = LeastLoadedSettings(
      capacityFactor: spec.number("capacityFactor") ?? 1,
      minimumChunk: spec.integer("minimumChunk") ?? 1024,
      imbalanceThreshold: spec.number("imbalanceThreshold") ?? 1.3)
  }

  public func implementation(for phase: Phase) -> Implementation {
    options.implementation(for: phase)
  }

  public func plan(
    _ step: RoutedStep, in context: StepContext
  ) throws(StrategyError) -> ExecutionPlan {
    let style = options.style(
      for: context.workload.phase, eager: (.eagerByExpert, .largestExpert))
    return try StepLowering(context: context, style: style).plan(step) { layer, group in
      decide(layer, group: group, in: context)
    }
  }

  private func decide(
    _ layer: LayerInGroup, group: Range<Int>, in context: StepContext
  ) -> LayerDecision {
    let loads = CopyDispatch.loads(of: layer.counts, experts: layer.holders.count)
    let assignment = LeastLoadedAssignment(
      loads: loads, homes: layer.holders.map { $0[0] }, ranks: group.count, settings: settings)
    if assignment.isBalancedEnough {
      return LayerDecision(
        dispatch: options.homeDispatch(of: layer, group: group, in: context))
    }
    return LayerDecision(
      dispatch: CopyDispatch(
        counts: layer.counts, intervals: assignment.intervals, ranks: group.count,
        keepsSegments: options.keepsSegments(in: context)),
      weightTransfers: assignment.transfers.filter { !layer.holders[$0.expert].contains($0.to) },
      isPlanned: true, isPlainRouting: false)
  }
}
