import Domain
import Plan

/// Turns a strategy's decisions into the operations of a forward step.
///
/// Layer by layer every rank attends, gates, gathers its copies, sends them, computes what it
/// received, sends the results back and sums them. Weights travel on the copy lane from the moment
/// the layer is planned; the experts wait for them.
struct ForwardLowering {
  let context: StepContext
  let style: LayerStyle
  private let sizes: LayerSizes

  /// Bytes that every rank keeps free for foreign experts' weights during the whole step.
  private let slotBytes: Double

  init(context: StepContext, style: LayerStyle, slotBytes: Double = 0) {
    self.context = context
    self.style = style
    self.slotBytes = slotBytes
    sizes = LayerSizes(model: context.model)
  }

  /// The plan of `step`, with `decide` asked once for every layer and group.
  ///
  /// - Parameter migration: experts that change ranks before the step.
  /// - Throws: ``StrategyError`` where step and context do not fit each other.
  func plan(
    _ step: RoutedStep, after migration: ExpertMigration? = nil,
    decide: (LayerInGroup, Range<Int>) throws(StrategyError) -> LayerDecision
  ) throws(StrategyError) -> ExecutionPlan {
    try context.check(step)
    var builder = PlanBuilder(
      ranks: context.cluster.ranks, model: context.model, workload: context.workload,
      implementation: style.implementation)
    builder.reserve(operations: context.cluster.ranks * (step.layers.count * 9 + 2))
    ResidentMemory(context: context).hold(in: &builder)
    for rank in 0..<context.cluster.ranks { builder.hold(slotBytes, .replicas, on: rank) }
    var frontier = [OperationID?](repeating: nil, count: context.cluster.ranks)
    migration?.add(to: &builder, in: context, frontier: &frontier)
    addDenseLayers(to: &builder, frontier: &frontier, step: step)
    for (index, layer) in step.layers.enumerated() {
      let holders = context.placement.holders(layerAt: index)
      for group in context.groups {
        let decision = try decide(
          LayerInGroup(layer, index: index, group: group, holders: holders), group)
        let lowering = LayerLowering(
          context: context, style: style, sizes: sizes, layer: layer, index: index, group: group,
          decision: decision, migrated: migration?.count(inLayerAt: index) ?? 0)
        lowering.add(to: &builder, frontier: &frontier)
      }
    }
    return builder.finish()
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
