import Domain
import Plan

/// Turns a strategy's decisions into the operations of a step.
///
/// Layer by layer every rank attends, gates, gathers its copies, sends them, computes what it
/// received, sends the results back and sums them. In training the layers follow once more in reverse
/// for every micro-batch, and the optimizer's step at the end.
struct StepLowering {
  typealias Decide = (LayerInGroup, Range<Int>) throws(StrategyError) -> LayerDecision

  let context: StepContext
  let style: LayerStyle
  let sizes: LayerSizes
  let memory: LayerMemory
  let groups: [Range<Int>]
  /// Bytes that every rank keeps free for foreign experts' weights during the whole step.
  private let slotBytes: Double
  /// Experts that change ranks before the step.
  let migration: ExpertMigration?

  init(
    context: StepContext, style: LayerStyle, slotBytes: Double = 0,
    after migration: ExpertMigration? = nil
  ) {
    self.slotBytes = slotBytes
    self.migration = migration
    self.context = context
    self.style = style
    sizes = LayerSizes(model: context.model)
    memory = LayerMemory(context: context)
    groups = context.groups
  }

  /// The plan of `step`, with `decide` asked once for every micro-batch, layer and group.
  ///
  /// - Throws: ``StrategyError`` where step and context do not fit each other.
  func plan(_ step: RoutedStep, decide: Decide) throws(StrategyError) -> ExecutionPlan {
    try context.check(step)
    var builder = PlanBuilder(
      ranks: context.cluster.ranks, model: context.model, workload: context.workload,
      implementation: style.implementation)
    let isTraining = memory.isTraining
    let parts = step.microBatches(
      max(style.microBatchLanes, isTraining ? context.workload.microBatches : 1))
    builder.reserve(
      operations: context.cluster.ranks * parts.count
        * (step.layers.count * (isTraining ? 24 : 9) + 2))
    ResidentMemory(context: context).hold(in: &builder)
    for rank in 0..<context.cluster.ranks { builder.hold(slotBytes, .replicas, on: rank) }
    let start = migration?.add(to: &builder, in: context)
    var outcomes: [LayerOutcome] = []
    for first in stride(from: 0, to: parts.count, by: style.microBatchLanes) {
      let last = min(first + style.microBatchLanes, parts.count)
      var wave = Wave(
        parts: Array(parts[first..<last]), firstPart: first, lowering: self, after: start)
      try wave.addForward(to: &builder, decide: decide)
      if isTraining { wave.addBackward(to: &builder, reducesGradients: last == parts.count) }
      outcomes += wave.outcomes
    }
    if isTraining { OptimizerStep(context: context, sizes: sizes).add(to: &builder) }
    for outcome in outcomes { builder.record(outcome) }
    return builder.finish()
  }
}
