import Domain
import Plan

/// Micro-batches that run through the layers side by side, and the operations they end with.
///
/// With one micro-batch the stations of a layer simply follow each other. With two, a rank's compute
/// lane alternates between them, so that one computes while the other's rows travel.
///
/// Source of the order: DeepSeek-V3 Technical Report, section 3.4 (two micro-batches, the attention
/// of one beside dispatch, experts and combine of the other).
struct Wave {
  private let lowering: StepLowering
  private let parts: [RoutedStep]
  private let firstPart: Int
  /// Layers of every micro-batch: `[layer][micro-batch][group]`.
  private var layers: [[[LayerLowering]]] = []
  /// The last operation of every rank: `[micro-batch][rank]`.
  private var frontiers: [[OperationID?]]

  init(
    parts: [RoutedStep], firstPart: Int, lowering: StepLowering, after start: [OperationID]? = nil
  ) {
    self.parts = parts
    self.firstPart = firstPart
    self.lowering = lowering
    frontiers = Array(
      repeating: start ?? Array(repeating: nil, count: lowering.context.cluster.ranks),
      count: parts.count)
  }

  /// What the strategy decided: micro-batch by micro-batch, layer by layer, group by group.
  var outcomes: [LayerOutcome] {
    parts.indices.flatMap { part in layers.flatMap { $0[part].map(\.outcome) } }
  }

  private var groups: Range<Int> { lowering.groups.indices }

  // MARK: - Forward

  /// The forward pass of all layers.
  mutating func addForward(
    to builder: inout PlanBuilder, decide: StepLowering.Decide
  ) throws(StrategyError) {
    for part in parts.indices {
      lowering.addDenseForward(
        of: parts[part], microBatch: firstPart + part, frontier: &frontiers[part], to: &builder)
    }
    let count = parts.first?.layers.count ?? 0
    for index in 0..<count {
      let holders = lowering.context.placement.holders(layerAt: index)
      layers.append([])
      for part in parts.indices {
        layers[index].append([])
        for group in groups {
          addSum(before: index, part, group, to: &builder)
          var layer = try make(
            index, part, lowering.groups[group], holders, decide, &builder)
          layer.addDispatchStations(to: &builder, after: frontiers[part])
          layers[index][part].append(layer)
        }
      }
      for part in parts.indices {
        for group in groups { layers[index][part][group].addExpertStations(to: &builder) }
      }
    }
    for part in parts.indices {
      for group in groups { addSum(before: count, part, group, to: &builder) }
    }
  }

  /// The end of the layer before `index`: its sum stands after the other micro-batch's experts.
  private mutating func addSum(
    before index: Int, _ part: Int, _ group: Int, to builder: inout PlanBuilder
  ) {
    guard index > 0 else { return }
    layers[index - 1][part][group].addSum(to: &builder, frontier: &frontiers[part])
  }

  private func make(
    _ index: Int, _ part: Int, _ group: Range<Int>, _ holders: [[Int]],
    _ decide: StepLowering.Decide, _ builder: inout PlanBuilder
  ) throws(StrategyError) -> LayerLowering {
    let layer = parts[part].layers[index]
    let decision = try decide(
      LayerInGroup(layer, index: index, group: group, holders: holders), group)
    return LayerLowering(
      context: lowering.context, style: lowering.style, sizes: lowering.sizes,
      memory: lowering.memory, layer: layer, index: index, group: group,
      microBatch: firstPart + part, decision: decision,
      migration: lowering.migration,
      builder: &builder)
  }

  // MARK: - Backward

  /// The backward pass of all layers, last first, and of the dense layers.
  ///
  /// - Parameter reducesGradients: whether the gradients of parameters that several ranks hold are
  ///   summed over them behind every layer: true in the last micro-batches of a step.
  mutating func addBackward(to builder: inout PlanBuilder, reducesGradients: Bool) {
    rematerializeLast(in: &builder)
    for index in layers.indices.reversed() {
      if lowering.memory.isCheckpointing {
        addRecomputation(of: index, reducesGradients: reducesGradients, to: &builder)
      }
      for part in parts.indices {
        if !lowering.memory.isCheckpointing { finish(index + 1, part, to: &builder) }
        for group in groups {
          layers[index][part][group].addCombineBackward(
            to: &builder, after: frontiers[part])
        }
      }
      if reducesGradients, !lowering.memory.isCheckpointing { reduce(index + 1, in: &builder) }
      for part in parts.indices {
        for group in groups { layers[index][part][group].addExpertsBackward(to: &builder) }
      }
    }
    for part in parts.indices { finish(0, part, to: &builder) }
    if reducesGradients { reduce(0, in: &builder) }
    for part in parts.indices {
      lowering.addDenseBackward(
        of: parts[part], microBatch: firstPart + part, frontier: &frontiers[part], to: &builder)
    }
    if reducesGradients {
      GradientReduction(context: lowering.context).addRest(to: &builder, after: frontiers)
    }
  }

  /// The weights that the last layer needs again, with no attention to travel under.
  private mutating func rematerializeLast(in builder: inout PlanBuilder) {
    guard let last = layers.indices.last else { return }
    for part in parts.indices {
      for group in groups where layers[last][part][group].isRematerialized {
        let reached = lowering.groups[group].compactMap { frontiers[part][$0] }
        layers[last][part][group].addRematerialization(to: &builder, after: reached)
      }
    }
  }

  /// The forward pass of a layer once more.
  private mutating func addRecomputation(
    of index: Int, reducesGradients: Bool, to builder: inout PlanBuilder
  ) {
    for part in parts.indices {
      finish(index + 1, part, to: &builder)
      for group in groups {
        layers[index][part][group].pass = .recomputation
        layers[index][part][group].addDispatchStations(to: &builder, after: frontiers[part])
      }
    }
    if reducesGradients { reduce(index + 1, in: &builder) }
    for part in parts.indices {
      for group in groups { layers[index][part][group].addExpertStations(to: &builder) }
    }
    for part in parts.indices {
      for group in groups {
        layers[index][part][group].addSum(to: &builder, frontier: &frontiers[part])
      }
    }
  }

  /// The end of a layer's backward pass, and beneath its attention the weights that the layer before
  /// it needs again.
  private mutating func finish(_ index: Int, _ part: Int, to builder: inout PlanBuilder) {
    guard index < layers.count else { return }
    for group in groups {
      let reached = layers[index][part][group].lastExchanged
      layers[index][part][group].addAttentionBackward(to: &builder, frontier: &frontiers[part])
      guard index > 0 else { continue }
      if !layers[index][part][group].prefetched.isEmpty {
        layers[index - 1][part][group].prefetchBefore = layers[index][part][group].gradientsHome
      }
      guard layers[index - 1][part][group].isRematerialized else { continue }
      layers[index - 1][part][group].addRematerialization(to: &builder, after: reached)
    }
  }

  private func reduce(_ index: Int, in builder: inout PlanBuilder) {
    guard index < layers.count else { return }
    GradientReduction(context: lowering.context).add(
      layer: index, to: &builder, after: frontiers)
  }
}
