import Domain
import Plan

/// The end of a training step: every rank updates the parameters it is home to, then homes send
/// their experts to the placement's further copies.
struct OptimizerStep {
  let context: StepContext
  let sizes: LayerSizes

  func add(to builder: inout PlanBuilder) {
    let shared = ModelParameters(context.model).total(of: context.model)
    let homes = expertsByHome
    let updates = (0..<context.cluster.ranks).map { rank in
      // Gradients travel on the copy lane; what stands last in it has ended then.
      let reduced = builder.add(.join, .other, on: rank, lane: .copy, pass: .update)
      let experts = Double(homes[rank % context.parallelism.expert])
      return builder.add(
        .update(parameters: experts * context.model.expertParameters + shared), .other, on: rank,
        pass: .update, after: [reduced])
    }
    addCopies(to: &builder, after: updates)
  }

  /// Experts of all layers that each rank of a group is home to, `[members]`.
  private var expertsByHome: [Int] {
    var homes = [Int](repeating: 0, count: context.parallelism.expert)
    for layer in context.placement.layers.indices {
      for home in context.placement.homes(layerAt: layer) { homes[home] += 1 }
    }
    return homes
  }

  private func addCopies(to builder: inout PlanBuilder, after updates: [OperationID]) {
    for layer in context.placement.layers.indices {
      let messages = PlacementCopies(context: context).messages(layer: layer)
      guard !messages.isEmpty else { continue }
      for group in context.groups {
        let transfers = messages.map {
          Transfer(
            from: Int32(group.lowerBound + $0.from), to: Int32(group.lowerBound + $0.to),
            bytes: sizes.expert, expert: Int32($0.expert))
        }
        let work = builder.add(
          Exchange(
            payload: builder.add(transfers), firstRank: group.lowerBound, ranks: group.count))
        for rank in group {
          builder.add(
            work, .weights, on: rank, lane: .copy, layer: layer, pass: .update,
            after: [updates[rank]])
        }
      }
    }
  }
}
