import Domain
import Plan

/// Gradients of parameters that several ranks hold, summed over them behind each layer's backward
/// pass, beside the layers that follow.
///
/// Everything but the routed experts stands on every rank. Routed experts stand once in every
/// expert-parallel group, and where the placement copies them: those gradients go to their homes
/// first. Bytes are those of one buffer a layer, as data-parallel training buckets them.
struct GradientReduction {
  let context: StepContext
  private let parameters: ModelParameters
  private let gradientBytes: Double

  init(context: StepContext) {
    self.context = context
    parameters = ModelParameters(context.model)
    gradientBytes = TrainingStates(context.model).gradient
  }

  /// The reductions of one MoE layer; `frontiers` hold the last operations of its backward pass.
  func add(layer: Int, to builder: inout PlanBuilder, after frontiers: [[OperationID?]]) {
    addCopies(layer: layer, to: &builder, after: frontiers)
    addExperts(layer: layer, to: &builder, after: frontiers)
    addAllReduce(
      parameters: parameters.moeLayer, layer: layer, over: everyone, to: &builder,
      after: frontiers)
  }

  /// The reduction of dense layers and embeddings.
  func addRest(to builder: inout PlanBuilder, after frontiers: [[OperationID?]]) {
    addAllReduce(
      parameters: parameters.denseLayer * Double(context.model.denseLayers)
        + parameters.embeddings,
      layer: -1, over: everyone, to: &builder, after: frontiers)
  }

  private var everyone: RankSet { RankSet(first: 0, count: context.cluster.ranks) }

  /// Experts of one layer over the groups that hold them.
  private func addExperts(
    layer: Int, to builder: inout PlanBuilder, after frontiers: [[OperationID?]]
  ) {
    let size = context.parallelism.expert
    let groups = context.groups.count
    guard groups > 1 else { return }
    var homes = [Int](repeating: 0, count: size)
    for home in context.placement.homes(layerAt: layer) { homes[home] += 1 }
    for member in 0..<size {
      addAllReduce(
        parameters: Double(homes[member]) * context.model.expertParameters, layer: layer,
        over: RankSet(first: member, count: groups, stride: size), to: &builder,
        after: frontiers)
    }
  }

  /// Gradients of further copies to their homes, group by group.
  private func addCopies(
    layer: Int, to builder: inout PlanBuilder, after frontiers: [[OperationID?]]
  ) {
    let messages = PlacementCopies(context: context).messages(layer: layer)
    guard !messages.isEmpty else { return }
    for group in context.groups {
      let transfers = messages.map {
        Transfer(
          from: Int32(group.lowerBound + $0.to), to: Int32(group.lowerBound + $0.from),
          bytes: context.model.expertParameters * gradientBytes, expert: Int32($0.expert),
          content: .gradients)
      }
      let work = builder.add(
        Exchange(
          payload: builder.add(transfers), firstRank: group.lowerBound, ranks: group.count))
      for rank in group {
        builder.add(
          work, .weights, on: rank, lane: .copy, layer: layer, pass: .backward,
          after: frontiers.compactMap { $0[rank] })
      }
    }
  }

  private func addAllReduce(
    parameters: Double, layer: Int, over members: RankSet, to builder: inout PlanBuilder,
    after frontiers: [[OperationID?]]
  ) {
    guard members.count > 1, parameters > 0 else { return }
    let work = builder.add(
      Exchange(
        payload: .collective(.allReduce, bytes: parameters * gradientBytes),
        firstRank: members.first, ranks: members.count, stride: members.stride))
    for position in 0..<members.count {
      let rank = members[position]
      builder.add(
        work, .collectives, on: rank, lane: .copy, layer: layer, pass: .backward,
        after: frontiers.compactMap { $0[rank] })
    }
  }
}

/// Copies of experts that the placement puts beside their homes.
struct PlacementCopies {
  let context: StepContext

  /// From every expert's home to each further copy, ranks counted within a group.
  func messages(layer: Int) -> [WeightMovement.Message] {
    context.placement.holders(layerAt: layer).enumerated().flatMap { expert, holders in
      holders.dropFirst().map { .init(expert: expert, from: holders[0], to: $0) }
    }
  }
}
