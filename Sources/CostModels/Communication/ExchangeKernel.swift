public import Domain

/// Libraries that exchange tokens between expert-parallel ranks.
public enum ExchangeKernel: String, Hashable, Sendable, CaseIterable {
  /// DeepEP's kernels for prefill and training: one copy a destination, some multiprocessors.
  case deepEPNormal
  /// DeepEP's kernels for decode: one copy for each chosen expert.
  case deepEPLowLatency
  /// TensorRT-LLM over NVLink, receivers pull.
  case nvLinkTwoSided
  /// TensorRT-LLM over NVLink, senders push.
  case nvLinkOneSided
  /// Sorted tokens through an NCCL all-to-all, as LLEP's reference does.
  case nccl

  /// What engines exchange tokens with on `accelerator`: DeepEP, or NCCL on architectures before
  /// Hopper, on which DeepEP's kernels were never measured and mostly do not run.
  public static func usual(decodes: Bool, on accelerator: Accelerator) -> ExchangeKernel {
    if earlierArchitectures.contains(accelerator.architecture) { return .nccl }
    return decodes ? .deepEPLowLatency : .deepEPNormal
  }

  private static let earlierArchitectures: Set<String> = ["Volta", "Turing", "Ampere", "Ada"]
}

/// The operations of an exchange.
public enum ExchangePhase: String, Hashable, Sendable, CaseIterable {
  /// Counting and announcing tokens before a dispatch.
  case prepare
  case dispatch
  case combine
  /// A combine whose payload is quantised.
  case combineLowPrecision
  /// The part of a DeepEP dispatch that announces counts.
  case dispatchNotify
  /// The part of a DeepEP combine that waits for its peers.
  case combineNotify
}

/// The form of one exchange: how many places, experts and copies a token has.
public struct ExchangeShape: Hashable, Sendable {
  public var hidden: Int
  public var experts: Int
  public var topK: Int
  public var ranks: Int
  public var ranksPerNode: Int
  /// Most nodes a token may use; DeepSeek-V3 routes within 4.
  public var nodeLimit: Int
  /// Whether the destinations are spread as evenly as possible instead of drawn at random.
  public var spreadEvenly: Bool

  public init(
    hidden: Int, experts: Int, topK: Int, ranks: Int, ranksPerNode: Int, nodeLimit: Int = .max,
    spreadEvenly: Bool = false
  ) {
    self.hidden = hidden
    self.experts = experts
    self.topK = topK
    self.ranks = ranks
    self.ranksPerNode = ranksPerNode
    self.nodeLimit = nodeLimit
    self.spreadEvenly = spreadEvenly
  }

  /// The shape of `model` on `cluster` with expert parallelism over `ranks`.
  public init(_ model: MoEModel, cluster: Cluster, ranks: Int) {
    let groups = Swift.max(model.expertGroups, 1)
    self.init(
      hidden: model.hiddenSize, experts: model.experts, topK: model.topK, ranks: ranks,
      ranksPerNode: cluster.acceleratorsPerNode,
      nodeLimit: groups > 1 ? Swift.max(model.groupsPerToken, 1) : .max)
  }

  var nodes: Int { (ranks + ranksPerNode - 1) / Swift.max(ranksPerNode, 1) }

  /// Distinct ranks of a token, its own among them.
  var distinctRanks: Double {
    spreadEvenly
      ? Double(Swift.min(ranks, topK))
      : Destinations.distinct(groups: ranks, experts: experts, chosen: topK)
  }

  /// Distinct nodes of a token, its own among them.
  var distinctNodes: Double {
    spreadEvenly
      ? Double(Swift.min(nodes, topK))
      : Destinations.distinctNodes(
        nodes: nodes, limit: nodeLimit, experts: experts, chosen: topK)
  }

  /// Copies a page counts as network traffic: one for each node of a token, its own included.
  public var distinctNodeCopies: Double { distinctNodes }

  /// Whether a token copy goes to each chosen expert rather than to each destination rank.
  func copiesEachChoice(_ kernel: ExchangeKernel) -> Bool {
    kernel == .deepEPLowLatency || kernel == .nccl
  }

  /// The load of one rank with `tokens` tokens of `bytesPerCopy` each.
  public func load(
    tokens: Double, bytesPerCopy: Double, kernel: ExchangeKernel, workers: Double
  ) -> ExchangeLoad {
    let copies = copiesEachChoice(kernel) ? Double(topK) : distinctRanks
    let inside = Double(Swift.min(ranks, ranksPerNode))
    let remote = Double(ranks) - inside
    let linkShare = (inside - 1) / Double(Swift.max(ranks, 1))
    let network: Double =
      if nodes < 2 {
        0
      } else if copiesEachChoice(kernel) {
        copies * remote / Double(ranks)
      } else {
        distinctNodes * Double(nodes - 1) / Double(nodes)
      }
    let link =
      copiesEachChoice(kernel) || nodes < 2 ? copies * linkShare : copies * (inside - 1) / inside
    return ExchangeLoad(
      tokens: tokens, copiesPerToken: copies, linkCopiesPerToken: link,
      networkCopiesPerToken: network, bytesPerCopy: bytesPerCopy, hidden: Double(hidden),
      experts: Double(experts), ranks: Double(ranks), nodes: Double(nodes), workers: workers,
      tokensPerExpert: tokens * Double(topK * ranks) / Double(Swift.max(experts, 1)))
  }
}
