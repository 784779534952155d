import Domain
import Plan

/// One routed layer as one expert-parallel group sees it.
struct LayerInGroup {
  /// Position of the layer in the step.
  let index: Int
  /// Token copies `[sources × experts]` of the group's ranks.
  let counts: ArraySlice<Int32>
  /// Ranks of the group that hold each expert, home first.
  let holders: [[Int]]
}

/// Turns a strategy's decisions into the operations of a step.
///
/// Layer by layer every rank attends, gates, gathers its copies, sends them, computes what it
/// received, sends the results back and sums them. In training the layers follow once more in reverse
/// for every micro-batch, and the optimizer's step at the end.
struct StepLowering {
  typealias Decide = (LayerInGroup, Range<Int>) -> LayerDecision

  let context: StepContext
  let style: LayerStyle
  let sizes: LayerSizes
  let memory: LayerMemory
  let groups: [Range<Int>]

  init(context: StepContext, style: LayerStyle) {
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
    try check(step)
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
    var outcomes: [LayerOutcome] = []
    for first in stride(from: 0, to: parts.count, by: style.microBatchLanes) {
      let last = min(first + style.microBatchLanes, parts.count)
      var wave = Wave(parts: Array(parts[first..<last]), firstPart: first, lowering: self)
      wave.addForward(to: &builder, decide: decide)
      if isTraining { wave.addBackward(to: &builder, reducesGradients: last == parts.count) }
      outcomes += wave.outcomes
    }
    if isTraining { OptimizerStep(context: context, sizes: sizes).add(to: &builder) }
    for outcome in outcomes { builder.record(outcome) }
    return builder.finish()
  }

  private func check(_ step: RoutedStep) throws(StrategyError) {
    guard step.layers.count == context.placement.layers.count else {
      throw StrategyError(
        "the step has \(step.layers.count) layers and the placement \(context.placement.layers.count)"
      )
    }
    for layer in step.layers {
      guard layer.sources == context.cluster.ranks, layer.experts == context.placement.experts
      else {
        throw StrategyError(
          """
          layer \(layer.layer) is routed from \(layer.sources) ranks to \(layer.experts) experts, \
          the placement has \(context.placement.experts) experts and the cluster \
          \(context.cluster.ranks) ranks
          """)
      }
    }
  }
}
