import Domain
import Plan

/// The options that strategies share: how rows are sent, multiplied, and served by replicas.
struct LayerOptions: Sendable {
  static let descriptors: [OptionDescriptor] = [
    .init(
      "kernel", .choice(["automatic", "grouped", "perExpert"]), default: .text("automatic"),
      """
      How a rank multiplies its experts: one grouped kernel, or one chain of library calls per \
      expert as the LLEP paper does; automatic is grouped in decode and perExpert elsewhere.
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
  ]

  let kernel: ExpertKernel?
  let deduplication: Deduplication
  let replicaDispatch: ReplicaDispatch

  init(_ spec: ComponentSpec) throws(StrategyError) {
    switch spec.text("kernel") ?? "automatic" {
    case "automatic": kernel = nil
    case "grouped": kernel = .grouped
    case "perExpert": kernel = .perExpert
    case let other: throw StrategyError("'kernel: \(other)' is not known to \(spec.kind)")
    }
    guard let deduplication = Deduplication(rawValue: spec.text("deduplicate") ?? "none") else {
      throw StrategyError("'deduplicate' of \(spec.kind) is none, rank or node")
    }
    guard let dispatch = ReplicaDispatch(rawValue: spec.text("replicaDispatch") ?? "even") else {
      throw StrategyError("'replicaDispatch' of \(spec.kind) is static, even or leastLoaded")
    }
    self.deduplication = deduplication
    self.replicaDispatch = dispatch
  }

  func style(for phase: Phase, activations: ActivationExtent) -> LayerStyle {
    let kernel = kernel ?? (phase == .decode ? .grouped : .perExpert)
    // A grouped kernel runs all experts at once, so all their rows hold activations.
    return LayerStyle(
      kernel: kernel, deduplication: deduplication,
      activations: kernel == .grouped ? .allRows : activations)
  }

  /// Every copy to a holder of its expert.
  func homeDispatch(
    of layer: LayerInGroup, group: Range<Int>, in context: StepContext
  ) -> CopyDispatch {
    CopyDispatch(
      counts: layer.counts, holders: layer.holders, dispatch: replicaDispatch,
      split: ReplicaSplit(
        ranks: group.count, ranksPerNode: context.cluster.acceleratorsPerNode,
        firstRank: group.lowerBound % context.cluster.acceleratorsPerNode))
  }
}
