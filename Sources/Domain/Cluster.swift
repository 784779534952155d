public import Quantities

/// How the accelerators of one node reach each other.
public enum IntraNodeKind: String, Sendable, Hashable, Codable, CaseIterable {
  /// Every accelerator has one port into a non-blocking switch.
  case nvSwitch
  /// Every pair has its own link; a pair gets an equal part of the accelerator's sum.
  case mesh
  /// All accelerators share the host's PCIe switch through one port each.
  case pcie
}

/// A link as one rank sees it, in each direction.
public struct LinkProfile: Hashable, Sendable, Codable {
  public var bandwidth: Bandwidth
  /// Start-up latency of one message in seconds.
  public var latencySeconds: Double

  public init(bandwidth: Bandwidth, latencySeconds: Double) {
    self.bandwidth = bandwidth
    self.latencySeconds = latencySeconds
  }
}

/// The network between nodes.
public struct Fabric: Hashable, Sendable, Codable {
  public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
    /// NIC *i* of every node hangs on rail *i*; another rail is reached over the NVLink of the
    /// destination node.
    case railOptimized
    /// Every NIC reaches every NIC.
    case fatTree
  }

  public var kind: Kind
  /// Down-link over up-link bandwidth at the leaf switches; 1 means non-blocking.
  public var oversubscription: Double
  /// Nodes that share a leaf switch; only traffic between leaves meets the oversubscription.
  public var nodesPerLeaf: Int
  /// Neighbouring accelerators that share one NIC, as wide as their parts of the bandwidth together.
  public var acceleratorsPerNIC: Int

  public init(
    kind: Kind = .railOptimized, oversubscription: Double = 1, nodesPerLeaf: Int = 32,
    acceleratorsPerNIC: Int = 1
  ) {
    self.kind = kind
    self.oversubscription = oversubscription
    self.nodesPerLeaf = nodesPerLeaf
    self.acceleratorsPerNIC = acceleratorsPerNIC
  }
}

/// Ranks that run slower than the data sheet: their times are multiplied.
public struct Slowdown: Hashable, Sendable, Codable {
  public var ranks: [RankID]
  /// Factor on compute time, at least as good as new at 1.
  public var compute: Double
  /// Factor on the time of the rank's NIC and node link.
  public var network: Double

  public init(ranks: [RankID], compute: Double, network: Double) {
    self.ranks = ranks
    self.compute = compute
    self.network = network
  }
}

/// Equal nodes of equal accelerators, and the links between them.
public struct Cluster: Hashable, Sendable {
  public var accelerator: Accelerator
  public var nodes: Int
  public var acceleratorsPerNode: Int
  public var intraNodeKind: IntraNodeKind
  public var intraNode: LinkProfile
  public var interNode: LinkProfile
  public var fabric: Fabric
  public var slowdowns: [Slowdown]

  public init(
    accelerator: Accelerator, nodes: Int, acceleratorsPerNode: Int, intraNodeKind: IntraNodeKind,
    intraNode: LinkProfile, interNode: LinkProfile, fabric: Fabric, slowdowns: [Slowdown] = []
  ) {
    self.accelerator = accelerator
    self.nodes = nodes
    self.acceleratorsPerNode = acceleratorsPerNode
    self.intraNodeKind = intraNodeKind
    self.intraNode = intraNode
    self.interNode = interNode
    self.fabric = fabric
    self.slowdowns = slowdowns
  }

  /// The number of accelerators.
  public var ranks: Int { nodes * acceleratorsPerNode }

  /// The node that holds `rank`.
  @inlinable public func node(of rank: RankID) -> Int { rank.index / acceleratorsPerNode }

  /// The factor on compute time of every rank; several entries for one rank multiply.
  public var computeFactors: [Double] { factors(\.compute) }

  /// The factor on network time of every rank.
  public var networkFactors: [Double] { factors(\.network) }

  private func factors(_ part: KeyPath<Slowdown, Double>) -> [Double] {
    var result = [Double](repeating: 1, count: ranks)
    for slowdown in slowdowns {
      for rank in slowdown.ranks where result.indices.contains(rank.index) {
        result[rank.index] *= slowdown[keyPath: part]
      }
    }
    return result
  }
}
