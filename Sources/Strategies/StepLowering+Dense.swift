import Domain
import Plan

/// The model's dense layers, before its MoE layers and after them in the backward pass.
extension StepLowering {
  func addDenseForward(
    of step: RoutedStep, microBatch: Int, frontier: inout [OperationID?],
    to builder: inout PlanBuilder
  ) {
    addDense(
      .forward, of: step, microBatch: microBatch, frontier: &frontier, to: &builder)
  }

  /// The backward pass; under checkpointing each layer's forward pass once more before it.
  func addDenseBackward(
    of step: RoutedStep, microBatch: Int, frontier: inout [OperationID?],
    to builder: inout PlanBuilder
  ) {
    if memory.isCheckpointing {
      addDense(
        .recomputation, of: step, microBatch: microBatch, frontier: &frontier, to: &builder)
    }
    addDense(.backward, of: step, microBatch: microBatch, frontier: &frontier, to: &builder)
  }

  private func addDense(
    _ pass: Pass, of step: RoutedStep, microBatch: Int, frontier: inout [OperationID?],
    to builder: inout PlanBuilder
  ) {
    guard context.model.denseLayers > 0, let first = step.layers.first else { return }
    let work = Work.feedForward
    let intermediate = Int32(context.model.denseIntermediateSize)
    for _ in 0..<context.model.denseLayers {
      for rank in 0..<context.cluster.ranks {
        let tokens = first.tokens[rank]
        var blocks: [(Work, OperationKind)] = [(work(tokens, intermediate), .dense)]
        if context.model.attention != nil {
          blocks.insert((.attention(tokens: tokens), .attention), at: 0)
        }
        if pass == .backward { blocks.reverse() }
        for (place, block) in blocks.enumerated() {
          let isLast = place == blocks.count - 1
          frontier[rank] = builder.add(
            block.0, block.1, on: rank, pass: pass, microBatch: microBatch,
            after: frontier[rank].map { [$0] } ?? [],
            memory: isLast ? denseMemory(pass, tokens: tokens) : [])
        }
      }
    }
  }

  /// What a dense layer keeps behind each pass.
  private func denseMemory(_ pass: Pass, tokens: Int32) -> [MemoryChange] {
    guard memory.isTraining else { return [] }
    let all = memory.denseLayer(tokens: tokens)
    let input = Double(tokens) * memory.input
    switch pass {
    case .forward:
      return [MemoryChange(memory.isCheckpointing ? input : all, .activations, atEnd: true)]
    case .recomputation: return [MemoryChange(all - input, .activations, atEnd: true)]
    case .backward: return [MemoryChange(-all, .activations, atEnd: true)]
    case .update: return []
    }
  }
}
