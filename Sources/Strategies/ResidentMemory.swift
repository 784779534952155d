import Domain
import Plan

/// What every rank holds for the whole step: weights, replicas, the key-value cache and what the
/// allocator and the libraries keep.
struct ResidentMemory {
  let context: StepContext

  func hold(in builder: inout PlanBuilder) {
    let shared = sharedWeightBytes
    for rank in 0..<context.cluster.ranks {
      let (own, replicas) = expertBytes(on: rank % context.parallelism.expert)
      builder.hold(own + shared, .weights, on: rank)
      builder.hold(replicas, .replicas, on: rank)
      builder.hold(keyValueCacheBytes, .keyValueCache, on: rank)
      builder.hold(reservedBytes, .workspace, on: rank)
    }
  }

  /// Bytes of the experts that a rank of the group is home to, and of its further copies.
  private func expertBytes(on rank: Int) -> (own: Double, replicas: Double) {
    let placement = context.placement
    let bytes = context.model.expertBytes
    if context.memory.expertWeights == .all {
      return (Double(placement.experts * placement.layers.count) * bytes, 0)
    }
    var homes = 0
    for index in placement.layers.indices {
      homes += placement.homes(layerAt: index).count { $0 == rank }
    }
    return (Double(homes) * bytes, Double(placement.copiesPerRank[rank] - homes) * bytes)
  }

  /// Weights that every rank holds: attention, shared experts, dense layers, gates, embeddings.
  private var sharedWeightBytes: Double {
    let model = context.model
    let moeLayers = Double(model.layers.count)
    let hidden = Double(model.hiddenSize)
    let attention =
      (model.attention?.parameters(hiddenSize: model.hiddenSize) ?? 0)
      * (moeLayers + Double(model.denseLayers))
    let matrices = Double(model.matricesPerExpert)
    let sharedExperts = matrices * hidden * Double(model.sharedIntermediateSize) * moeLayers
    let dense = matrices * hidden * Double(model.denseIntermediateSize) * Double(model.denseLayers)
    let format = model.weightFormat.bytesPerElement
    let gates = 2 * hidden * Double(model.experts) * moeLayers
    let embeddings = 2 * 2 * hidden * Double(model.vocabulary)
    // Four-bit checkpoints keep everything but the experts in 16 bits.
    let other = format < 1 ? 2 : format
    return (attention + sharedExperts + dense) * other + gates + embeddings
  }

  private var keyValueCacheBytes: Double {
    guard let attention = context.model.attention, context.workload.phase != .training else {
      return 0
    }
    let workload = context.workload
    let tokens =
      workload.phase == .decode
      ? Double(workload.tokensPerRank) * Double(workload.contextLength)
      : Double(workload.tokensPerRank)
    let layers = Double(context.model.layers.count + context.model.denseLayers)
    return tokens * Double(attention.cachedElementsPerToken) * 2 * layers
  }

  /// What the allocator, the accelerator's context and the libraries keep where a scenario does not
  /// say it: 0.65 GiB and one buffer of the rank's own copies, the rule that explains the published
  /// peaks of the LLEP paper (docs/reproductions/llep-model.md).
  private var reservedBytes: Double {
    if let stated = context.memory.reservedBytes { return stated }
    let copies = Double(context.workload.tokensPerRank * context.model.topK)
    return 0.65 * 1_073_741_824 + copies * 2 * Double(context.model.hiddenSize)
  }
}
