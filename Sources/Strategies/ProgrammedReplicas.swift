public import Domain
public import Plan

/// Expert parallelism whose replicated experts' tokens are split by a linear program in every layer of
/// every step.
///
/// Source: DeepSeek's LPLB, the linear-programming successor of EPLB for loads that change from batch
/// to batch. Where the placement has no copies, nothing is solved and it is `ep`.
public struct ProgrammedReplicas: MemorylessStrategy {
  public static let descriptor = ComponentDescriptor(
    "lplb",
    "Expert parallelism that splits replicated experts' tokens by a linear program a layer and step.",
    options: LayerOptions.descriptors.filter { $0.name != "replicaDispatch" })

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
    return try StepLowering(context: context, style: style).plan(step) {
      layer, group throws(StrategyError) in
      let program = try ReplicaProgram(
        loads: layer.loads, holders: layer.holders, ranks: group.count)
      guard let size = program.size else {
        return LayerDecision(
          dispatch: options.homeDispatch(of: layer, group: group, in: context))
      }
      return LayerDecision(
        dispatch: CopyDispatch(
          nearest: layer.counts, intervals: program.intervals,
          routes: context.routes(in: group), ranks: group.count,
          keepsSegments: options.keepsSegments(in: context)),
        planning: .program(rows: size.rows, columns: size.columns), isPlainRouting: false)
    }
  }
}
