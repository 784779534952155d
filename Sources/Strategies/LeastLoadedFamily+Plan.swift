import Domain
import Plan

extension LeastLoadedFamily {
  /// The plan of a step that depends on nothing before it.
  func plan(
    _ step: RoutedStep, in context: StepContext, countsNodes: Bool = false,
    keepsCopiesNear: Bool = false
  ) throws(StrategyError) -> ExecutionPlan {
    let limit = slots(for: context.model) ?? .max
    let lowering = StepLowering(
      context: context, style: style(for: context.workload.phase))
    return try lowering.plan(step) { layer, group in
      let aids = Aids(
        slots: WeightSlots(ranks: group.count, limit: limit), countsNodes: countsNodes,
        keepsCopiesNear: keepsCopiesNear)
      let assignment = assignment(layer.loads, of: layer, in: context, group: group, with: aids)
      return decision(assignment, of: layer, group: group, in: context, with: aids)
    }
  }
}
