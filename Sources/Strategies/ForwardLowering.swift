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

/// Turns a strategy's decisions into the operations of a forward step.
///
/// Layer by layer every rank attends, gates, gathers its copies, sends them, computes what it
/// received, sends the results back and sums them. Weights travel on the copy lane from the moment
/// the layer is planned; the experts wait for them.
struct ForwardLowering {
  let context: StepContext
  let style: LayerStyle
  private let sizes: LayerSizes

  init(context: StepContext, style: LayerStyle) {
    self.context = context
    self.style = style
    sizes = LayerSizes(model: context.model)
  }

  /// The plan of `step`, with `decide` asked once for every layer and group.
  ///
  /// - Throws: ``StrategyError`` where step and context do not fit each other.
  func plan(
    _ step: RoutedStep, decide: (LayerInGroup, Range<Int>) -> LayerDecision
  ) throws(StrategyError) -> ExecutionPlan {
    try check(step)
    var builder = PlanBuilder(
      ranks: context.cluster.ranks, model: context.model, workload: context.workload,
      implementation: style.implementation)
    builder.reserve(operations: context.cluster.ranks * (step.layers.count * 9 + 2))
    ResidentMemory(context: context).hold(in: &builder)
    var frontier = [OperationID?](repeating: nil, count: context.cluster.ranks)
    addDenseLayers(to: &builder, frontier: &frontier, step: step)
    for (index, layer) in step.layers.enumerated() {
      let holders = context.placement.holders(layerAt: index)
      for group in context.groups {
        let slice = LayerInGroup(
          index: index,
          counts: layer.copies[
            (group.lowerBound * layer.experts)..<(group.upperBound * layer.experts)],
          holders: holders)
        let decision = decide(slice, group)
        let lowering = LayerLowering(
          context: context, style: style, sizes: sizes, layer: layer, index: index, group: group,
          decision: decision)
        lowering.add(to: &builder, frontier: &frontier)
      }
    }
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

  /// The model's dense layers, before its MoE layers.
  private func addDenseLayers(
    to builder: inout PlanBuilder, frontier: inout [OperationID?], step: RoutedStep
  ) {
    guard context.model.denseLayers > 0, let first = step.layers.first else { return }
    for _ in 0..<context.model.denseLayers {
      for rank in 0..<context.cluster.ranks {
        let tokens = first.tokens[rank]
        if context.model.attention != nil {
          builder.add(.attention(tokens: tokens), .attention, on: rank)
        }
        frontier[rank] = builder.add(
          .feedForward(tokens: tokens, intermediate: Int32(context.model.denseIntermediateSize)),
          .dense, on: rank)
      }
    }
  }
}
