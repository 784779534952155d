public import Domain
public import Plan

/// Dynamic shadowing: an expert that draws many tokens is broadcast to all ranks, which then compute
/// their own tokens for it.
///
/// Source: FasterMoE (He and others, PPoPP 2022, section 4.2). An expert is shadowed after the gate,
/// with exact loads, as long as a performance model says that the layer gains; largest first.
public struct Shadowing: MemorylessStrategy {
  public static let descriptor = ComponentDescriptor(
    "fasterMoE", "Experts with many tokens are broadcast to all ranks after the gate (shadowing).",
    options: [
      .init(
        "maximumShadows", .integer(minimum: 0),
        "The most experts that are shadowed in a layer; as many as gain where it is left out.")
    ] + LayerOptions.descriptors)

  private let maximum: Int?
  private let options: LayerOptions

  public init(_ spec: ComponentSpec) throws(StrategyError) {
    options = try LayerOptions(spec)
    maximum = spec.integer("maximumShadows")
  }

  public func implementation(for phase: Phase) -> Implementation {
    options.implementation(for: phase)
  }

  public func plan(
    _ step: RoutedStep, in context: StepContext
  ) throws(StrategyError) -> ExecutionPlan {
    let style = options.style(
      for: context.workload.phase, eager: (.eagerWholeBatch, .allRows))
    return try StepLowering(context: context, style: style).plan(step) { layer, group in
      decide(layer, group: group, in: context)
    }
  }

  private func decide(
    _ layer: LayerInGroup, group: Range<Int>, in context: StepContext
  ) -> LayerDecision {
    let plain = options.homeDispatch(of: layer, group: group, in: context)
    var model = ShadowModel(plain, layer: layer, context: context)
    let shadows = model.chooseShadows(atMost: maximum ?? layer.holders.count)
    guard !shadows.isEmpty else {
      return LayerDecision(dispatch: plain)
    }
    let routes = context.routes(in: group)
    return LayerDecision(
      dispatch: dispatch(layer, shadows: shadows, group: group, in: context),
      weightTransfers: shadows.sorted().flatMap {
        routes.transfers(of: $0, from: layer.holders[$0], to: Array(0..<group.count))
      }, isPlainRouting: false)
  }

  /// Shadowed experts' copies stay where they are; the others go to holders.
  private func dispatch(
    _ layer: LayerInGroup, shadows: [Int], group: Range<Int>, in context: StepContext
  ) -> CopyDispatch {
    let experts = layer.holders.count
    var others = Array(layer.counts)
    var own = CopyDispatch(
      ranks: group.count, experts: experts, keepsSegments: options.keepsSegments(in: context))
    for source in 0..<group.count {
      for expert in shadows {
        let count = others[source * experts + expert]
        if count > 0 { own.add(Int(count), of: expert, from: source, to: source) }
        others[source * experts + expert] = 0
      }
      own.endSource()
    }
    let rest = LayerInGroup(index: layer.index, counts: others[...], holders: layer.holders)
    return options.homeDispatch(of: rest, group: group, in: context).merged(with: own)
  }
}

/// FasterMoE's performance model of one layer: the busiest rank's experts, the busiest port's rows
/// there and back, and the broadcasts.
private struct ShadowModel {
  private let layer: LayerInGroup
  private let context: StepContext
  private let estimate: LayerEstimate
  private let ranks: Int
  private let isFar: Bool
  private let plain: CopyDispatch
  /// Rows that every rank computes, and rows that it sends and receives.
  private var computed: [Int]
  private var sent: [Int]
  private var received: [Int]

  init(_ plain: CopyDispatch, layer: LayerInGroup, context: StepContext) {
    self.layer = layer
    self.context = context
    self.plain = plain
    estimate = LayerEstimate(context)
    ranks = plain.ranks
    isFar = estimate.isFar(plain.ranks)
    computed = (0..<plain.ranks).map { rank in
      plain.rows[(rank * plain.experts)..<((rank + 1) * plain.experts)].reduce(0, +)
    }
    sent = plain.sentAway
    received = plain.receivedFromAway
  }

  /// Experts that are worth a broadcast, largest first.
  mutating func chooseShadows(atMost maximum: Int) -> [Int] {
    let loads = layer.loads
    let order = loads.indices
      .filter { loads[$0] > 0 && layer.holders[$0].count < ranks }
      .sorted { (loads[$1], $0) < (loads[$0], $1) }
    var shadows: [Int] = []
    var best = seconds
    for expert in order.prefix(maximum) {
      let before = (computed, sent, received)
      shadow(expert)
      let with = seconds + Double(shadows.count + 1) * broadcastSeconds
      guard with < best else {
        (computed, sent, received) = before
        break
      }
      best = with
      shadows.append(expert)
    }
    return shadows
  }

  private mutating func shadow(_ expert: Int) {
    for rank in 0..<ranks {
      let own = Int(layer.counts[layer.counts.startIndex + rank * plain.experts + expert])
      let rows = plain.rows(of: expert, on: rank)
      computed[rank] += own - rows
      received[rank] -= max(0, rows - own)
      if !layer.holders[expert].contains(rank) { sent[rank] -= own }
    }
  }

  /// Experts and both exchanges.
  private var seconds: Double {
    let rows = Double(max(sent.max() ?? 0, received.max() ?? 0))
    let perRow = context.model.tokenBytes + context.model.combineBytes
    let experts = layer.holders.count / max(1, ranks)
    return estimate.expertSeconds(rows: computed.max() ?? 0, experts: experts)
      + estimate.portSeconds(bytes: rows * perRow, isFar: isFar)
  }

  /// One expert along a tree over nodes, then inside them.
  private var broadcastSeconds: Double {
    let perNode = min(ranks, context.cluster.acceleratorsPerNode)
    let nodes = (ranks + perNode - 1) / perNode
    let bytes = context.model.expertBytes
    return Double(Self.stages(nodes)) * estimate.portSeconds(bytes: bytes, isFar: true)
      + Double(Self.stages(perNode)) * estimate.portSeconds(bytes: bytes, isFar: false)
  }

  /// Stages after which a binomial tree has reached `count` members.
  private static func stages(_ count: Int) -> Int {
    count <= 1 ? 0 : Int.bitWidth - (count - 1).leadingZeroBitCount
  }
}
