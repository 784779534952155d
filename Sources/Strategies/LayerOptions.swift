import Domain
import Plan

/// The options that strategies share: how rows are sent, multiplied, and served by replicas.
struct LayerOptions: Sendable {
  static let descriptors: [OptionDescriptor] = [
    .init(
      "implementation", .choice(["automatic"] + Implementation.allCases.map(\.rawValue)),
      default: .text("automatic"),
      """
      How an engine carries out a layer: eager (one call after another from the host, one chain of \
      calls per expert, as the LLEP paper's code) or fused (grouped kernels, as serving engines); \
      automatic is fused in decode and eager elsewhere.
      """),
    .init(
      "deduplicate", .choice(Deduplication.allCases.map(\.rawValue)), default: .text("none"),
      """
      Where duplicates of a token are removed before it is sent: nowhere (a row a copy), per \
      destination rank, or per destination node.
      """),
    .init(
      "replicaDispatch", .choice(ReplicaDispatch.allCases.map(\.rawValue)), default: .text("even"),
      "Which copy of a replicated expert serves a source rank's tokens."),
    .init(
      "microBatchLanes", .integer(minimum: 1), default: .integer(1),
      "Micro-batches that run side by side: one computes while the other's rows travel."),
    .init(
      "chunks", .integer(minimum: 1), default: .integer(1),
      "Parts of a layer's rows: the experts of one run while the next travels."),
    .init(
      "communicationShare", .fraction, default: .number(0),
      "Part of the processors that communication takes from compute beside it."),
  ]

  private let implementation: Implementation?
  let deduplication: Deduplication
  let replicaDispatch: ReplicaDispatch
  private let microBatchLanes: Int
  private let chunks: Int
  private let communicationShare: Double

  /// More lanes or chunks than this divide a step into nothing.
  private static let mostParts = 64

  init(_ spec: ComponentSpec) throws(StrategyError) {
    let name = spec.text("implementation") ?? "automatic"
    implementation = Implementation(rawValue: name)
    guard implementation != nil || name == "automatic" else {
      throw StrategyError("'implementation' of \(spec.kind) is automatic, eager or fused")
    }
    guard let deduplication = Deduplication(rawValue: spec.text("deduplicate") ?? "none") else {
      throw StrategyError("'deduplicate' of \(spec.kind) is none, rank or node")
    }
    guard let dispatch = ReplicaDispatch(rawValue: spec.text("replicaDispatch") ?? "even") else {
      throw StrategyError("'replicaDispatch' of \(spec.kind) is static, even or leastLoaded")
    }
    self.deduplication = deduplication
    self.replicaDispatch = dispatch
    microBatchLanes = max(1, spec.integer("microBatchLanes") ?? 1)
    chunks = max(1, spec.integer("chunks") ?? 1)
    communicationShare = spec.number("communicationShare") ?? 0
    guard microBatchLanes <= Self.mostParts, chunks <= Self.mostParts else {
      throw StrategyError(
        "'microBatchLanes' and 'chunks' of \(spec.kind) are \(Self.mostParts) at most")
    }
    guard (0..<1).contains(communicationShare) else {
      throw StrategyError("'communicationShare' of \(spec.kind) is below 1, to leave compute some")
    }
  }

  /// How a step of `phase` is carried out.
  func implementation(for phase: Phase) -> Implementation {
    implementation ?? (phase == .decode ? .fused : .eager)
  }

  /// The style of a step of `phase`; `eager` is what the strategy does in eager mode.
  func style(
    for phase: Phase, eager: (passes: MemoryPasses, activations: ActivationExtent)
  ) -> LayerStyle {
    let implementation = implementation(for: phase)
    // A grouped kernel runs all experts at once, so all their rows hold activations.
    let isEager = implementation == .eager
    return LayerStyle(
      implementation: implementation, deduplication: deduplication,
      activations: isEager ? eager.activations : .allRows,
      passes: isEager ? eager.passes : .fused, microBatchLanes: microBatchLanes, chunks: chunks,
      communicationShare: communicationShare)
  }

  /// Every copy to a holder of its expert.
  func homeDispatch(
    of layer: LayerInGroup, group: Range<Int>, in context: StepContext
  ) -> CopyDispatch {
    CopyDispatch(
      counts: layer.counts, holders: layer.holders, dispatch: replicaDispatch,
      split: ReplicaSplit(
        ranks: group.count, ranksPerNode: context.cluster.acceleratorsPerNode,
        firstRank: group.lowerBound % context.cluster.acceleratorsPerNode),
      keepsSegments: keepsSegments(in: context))
  }

  /// Removing duplicates needs to know which copies go where, and so do executors.
  func keepsSegments(in context: StepContext) -> Bool {
    deduplication != .none || context.keepsAssignments
  }
}
