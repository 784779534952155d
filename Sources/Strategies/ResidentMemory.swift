import Domain
import Plan

/// What every rank holds for the whole step: weights, replicas, the key-value cache and what the
/// allocator and the libraries keep.
struct ResidentMemory {
  let context: StepContext

  func hold(in builder: inout PlanBuilder) {
    let parameters = ModelParameters(context.model)
    let shared = sharedWeightBytes(parameters)
    for rank in 0..<context.cluster.ranks {
      let (homes, copies) = experts(on: rank % context.parallelism.expert)
      let bytes = context.model.expertBytes
      let held =
        context.memory.expertWeights == .all
        ? (own: allExperts, further: 0) : (own: homes, further: copies - homes)
      builder.hold(held.own * bytes + shared, .weights, on: rank)
      builder.hold(held.further * bytes, .replicas, on: rank)
      builder.hold(keyValueCacheBytes, .keyValueCache, on: rank)
      builder.hold(reservedBytes, .workspace, on: rank)
      guard context.workload.phase == .training else { continue }
      let states = TrainingStates(context.model)
      let expert = context.model.expertParameters
      let everywhere = parameters.total(of: context.model)
      builder.hold((copies * expert + everywhere) * states.gradient, .gradients, on: rank)
      builder.hold((homes * expert + everywhere) * states.optimizer, .optimizer, on: rank)
    }
  }

  private var allExperts: Double {
    Double(context.placement.experts * context.placement.layers.count)
  }

  /// Experts that a rank of the group is home to, and copies that it holds in all.
  private func experts(on rank: Int) -> (homes: Double, copies: Double) {
    let placement = context.placement
    var homes = 0
    for index in placement.layers.indices {
      homes += placement.homes(layerAt: index).count { $0 == rank }
    }
    return (Double(homes), Double(placement.copiesPerRank[rank]))
  }

  /// Weights that every rank holds: attention, shared experts, dense layers, gates, embeddings.
  private func sharedWeightBytes(_ parameters: ModelParameters) -> Double {
    let model = context.model
    let moeLayers = Double(model.layers.count)
    let blocks =
      parameters.attention * (moeLayers + Double(model.denseLayers))
      + parameters.sharedExperts * moeLayers + parameters.dense * Double(model.denseLayers)
    let format = model.weightFormat.bytesPerElement
    // Four-bit checkpoints keep everything but the experts in 16 bits.
    return blocks * (format < 1 ? 2 : format)
      + 2 * (parameters.gate * moeLayers + parameters.embeddings)
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
    let copies = Double(context.workload.tokensPerMicroBatch * context.model.topK)
    return 0.65 * 1_073_741_824 + copies * 2 * Double(context.model.hiddenSize)
  }
}
