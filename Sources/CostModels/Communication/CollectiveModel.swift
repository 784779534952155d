public import Domain
public import Plan
private import Quantities
private import RealModule

/// Seconds of collectives over consecutive ranks of a cluster.
public struct CollectiveModel: Sendable {
  public let collective: Collective
  /// Whether the constants of the in-node part were fitted on this accelerator.
  public let origin: ConstantOrigin
  private let formula: CollectiveFormula
  private let nodeRate: Double
  private let networkRate: Double
  private let networkLatency: Double
  private let acceleratorsPerNode: Int

  /// Part of a NIC's line rate that large inter-node collectives reach; nccl-tests on rail-optimised
  /// clusters report 0.9 to 0.95 of it.
  private static let networkEfficiency = 0.9

  /// - Parameter custom: the kernels of serving engines (`true`) instead of NCCL, all-reduce only.
  public init(
    _ collective: Collective, cluster: Cluster, custom: Bool = false, parameters: CostParameters
  ) {
    let nccl = Self.variant(collective)
    let resolved = parameters.constants(
      of: CollectiveFormula.self, on: cluster.accelerator,
      variants: custom && collective == .allReduce
        ? [Self.customVariant("trtllm"), Self.customVariant("sglang"), nccl] : [nccl],
      linkRate: cluster.intraNode.bandwidth.bytesPerSecond, likeVariants: true)
    self.collective = collective
    self.origin = resolved.origin
    self.formula = CollectiveFormula(values: resolved.values)
    self.nodeRate = cluster.intraNode.bandwidth.bytesPerSecond
    self.networkRate = cluster.interNode.bandwidth.bytesPerSecond
    self.networkLatency = cluster.interNode.latencySeconds
    self.acceleratorsPerNode = Swift.max(cluster.acceleratorsPerNode, 1)
  }

  public static func variant(_ collective: Collective) -> String { "nccl/\(collective.rawValue)" }
  public static func customVariant(_ engine: String) -> String { "\(engine)/customAllReduce" }

  /// Seconds for a buffer of `bytes` (nccl-tests size) over `ranks`; 0 for one rank or no bytes.
  ///
  /// Beyond one node the collective is hierarchical: inside the nodes over NVLink, then the node's
  /// part over every rank's own NIC, with one network latency for each doubling of the nodes.
  public func seconds(bytes: Double, ranks: Int) -> Double {
    seconds(bytes: bytes, over: RankSet(first: 0, count: ranks))
  }

  /// The same over ranks that stand apart: those of one node are fewer then.
  public func seconds(bytes: Double, over members: RankSet) -> Double {
    let ranks = members.count
    guard ranks > 1, bytes > 0 else { return 0 }
    let local = Swift.min(ranks, Swift.max(1, acceleratorsPerNode / members.stride))
    let inside =
      local > 1
      ? formula.seconds(
        wireBytes: collective.wireBytes(bytes, ranks: local), ranks: local, lineRate: nodeRate)
      : formula.bandwidthFloor
    let nodes = (ranks + local - 1) / local
    guard nodes > 1 else { return inside }
    let outside = collective.wireBytes(bytes / Double(local), ranks: nodes)
    let doublings = Double.log2(Double(nodes)).rounded(.up)
    let networkSeconds =
      outside / (networkRate * Self.networkEfficiency) + 2 * networkLatency * doublings
    return Swift.max(inside, networkSeconds) + Swift.min(inside, networkLatency * 2)
  }
}
