import Domain
private import Quantities

/// What a strategy may reckon with before a step runs: parts of a layer at data-sheet rates, alone on
/// the machine.
///
/// Strategies that weigh one plan against another use it, as engines use numbers profiled once. The
/// simulator's own costs never enter, so a decision can be wrong and the simulation shows it.
struct LayerEstimate {
  /// Part of a data sheet's rates that large kernels and messages reach.
  private static let usableFraction = 0.7

  private let context: StepContext
  private let computeRate: Double
  private let memoryRate: Double

  init(_ context: StepContext) {
    self.context = context
    let accelerator = context.cluster.accelerator
    computeRate =
      accelerator.peak(for: context.model.weightFormat).flopsPerSecond * Self.usableFraction
    memoryRate = accelerator.memoryBandwidth.bytesPerSecond * Self.usableFraction
  }

  var isTraining: Bool { context.workload.phase == .training }

  /// Bytes of a copy's row there and back.
  var rowBytes: Double { context.model.tokenBytes + context.model.combineBytes }

  var expertBytes: Double { context.model.expertBytes }

  /// Seconds that one rank's experts take for `rows` rows of `experts` different experts.
  func expertSeconds(rows: Int, experts: Int) -> Double {
    guard rows > 0 else { return 0 }
    let model = context.model
    let arithmetic = Self.seconds(2 * model.expertParameters * Double(rows), at: computeRate)
    let weights = Self.seconds(Double(experts) * model.expertBytes, at: memoryRate)
    return max(arithmetic, weights)
  }

  /// Seconds of a layer's attention on a full rank; 0 for a model without.
  var attentionSeconds: Double {
    guard let attention = context.model.attention else { return 0 }
    let workload = context.workload
    let tokens = Double(workload.tokensPerRank)
    let weights = attention.parameters(hiddenSize: context.model.hiddenSize)
    let isDecode = workload.phase == .decode
    // Causal attention looks at half of its own sequence; decoding at all that is cached.
    let seen = isDecode ? Double(workload.contextLength) : Double(workload.sequenceLength) / 2
    let perPair =
      2 * Double(attention.heads)
      * Double(attention.headDimension + attention.ropeDimension + attention.valueDimension)
    let arithmetic = Self.seconds(tokens * (2 * weights + seen * perPair), at: computeRate)
    let format = context.model.weightFormat.bytesPerElement
    let cache =
      isDecode ? tokens * seen * 2 * Double(attention.cachedElementsPerToken) : 0
    return max(arithmetic, Self.seconds(weights * format + cache, at: memoryRate))
  }

  /// Seconds of `bytes` over one port, between nodes where `isFar`.
  func portSeconds(bytes: Double, isFar: Bool) -> Double {
    let link = isFar ? context.cluster.interNode : context.cluster.intraNode
    return link.latencySeconds
      + Self.seconds(bytes, at: link.bandwidth.bytesPerSecond * Self.usableFraction)
  }

  /// Whether a group of `ranks` ranks spans several nodes.
  func isFar(_ ranks: Int) -> Bool {
    ranks > context.cluster.acceleratorsPerNode && context.cluster.nodes > 1
  }

  /// Experts whose weights one port carries while a layer attends: the overlap degree of Hecate
  /// (arXiv 2502.02581, section 4), at the slower kind of link that the group crosses.
  func expertsUnderAttention(ranks: Int) -> Int {
    let seconds = portSeconds(bytes: context.model.expertBytes, isFar: isFar(ranks))
    let experts = seconds > 0 ? attentionSeconds / seconds : 0
    return experts < Double(context.model.experts) ? Int(experts) : context.model.experts
  }

  private static func seconds(_ amount: Double, at rate: Double) -> Double {
    rate > 0 ? amount / rate : 0
  }
}
