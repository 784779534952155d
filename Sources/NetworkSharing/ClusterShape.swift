/// The numbers that cable a cluster, free of what its machines are.
public struct ClusterShape: Hashable, Sendable {
  /// How the ranks of a node reach each other.
  public enum IntraNode: String, Hashable, Sendable, CaseIterable {
    /// Each rank has an up and a down link to a switch that never blocks.
    case nvswitch
    /// Each pair of ranks has a link of its own; a rank's bandwidth is split evenly over them.
    case mesh
    /// Each rank has an up and a down link to a PCIe switch that never blocks.
    case pcie
  }

  /// How nodes reach each other.
  public enum Fabric: String, Hashable, Sendable, CaseIterable {
    /// NICs of one number in their nodes share a leaf switch (a rail), a leaf for each group of
    /// nodes and rail. Data changes rails inside the destination node.
    case railOptimized
    /// All NICs of a group of nodes share a leaf switch, and data goes to the destination's own NIC.
    case fatTree
  }

  /// How many ranks there are in all.
  public var ranks: Int
  /// How many ranks share a node; divides ``ranks``.
  public var ranksPerNode: Int
  public var intraNode = IntraNode.nvswitch
  /// Inside a node, bytes a second of one rank in one direction.
  public var intraNodeBandwidth: Double
  /// Inside a node, seconds before the first byte.
  public var intraNodeLatency: Double
  public var fabric = Fabric.railOptimized
  /// Between nodes, bytes a second of one rank in one direction.
  public var interNodeBandwidth: Double
  /// Between nodes, seconds before the first byte.
  public var interNodeLatency: Double
  /// What a leaf switch could receive from below over what its uplinks carry.
  ///
  /// At 1 the fabric never holds a NIC back and is left out of the paths. Above 1, traffic between
  /// two leaf groups crosses the uplinks of one leaf and the downlinks of another, each as wide as
  /// the NICs of a full leaf divided by this number. Traffic inside a leaf group stays below.
  public var oversubscription = 1.0
  /// How many nodes share a leaf switch.
  public var nodesPerLeaf = 32
  /// How many neighbouring ranks share one NIC, which is as wide as theirs together would be.
  ///
  /// Above 1 data goes from the source's NIC to the destination's, whatever the fabric.
  public var ranksPerNIC = 1
  /// Factors by which ranks' links are slower, for stragglers; empty where none is.
  public var slowdown: [Double] = []

  public init(
    ranks: Int, ranksPerNode: Int,
    intraNodeBandwidth: Double, intraNodeLatency: Double = 0,
    interNodeBandwidth: Double, interNodeLatency: Double = 0
  ) {
    self.ranks = ranks
    self.ranksPerNode = ranksPerNode
    self.intraNodeBandwidth = intraNodeBandwidth
    self.intraNodeLatency = intraNodeLatency
    self.interNodeBandwidth = interNodeBandwidth
    self.interNodeLatency = interNodeLatency
  }

  /// How many nodes there are.
  public var nodes: Int { ranks / ranksPerNode }

  /// How many groups of nodes share leaf switches.
  var leafGroups: Int { (nodes + nodesPerLeaf - 1) / nodesPerLeaf }

  /// Checks what a user can get wrong.
  func validate() throws(SharingError) {
    guard ranks >= 1, ranks <= 16_384 else {
      throw .badShape("a cluster of \(ranks) ranks cannot be cabled; give 1 to 16384")
    }
    guard ranksPerNode >= 1, ranks.isMultiple(of: ranksPerNode) else {
      throw .badShape("\(ranks) ranks do not fill nodes of \(ranksPerNode)")
    }
    guard nodesPerLeaf >= 1 else {
      throw .badShape("\(nodesPerLeaf) nodes on a leaf switch; give at least 1")
    }
    guard oversubscription.isFinite, oversubscription >= 1 else {
      throw .badShape("an oversubscription of \(oversubscription); give 1 or more")
    }
    guard ranksPerNIC >= 1, ranksPerNode.isMultiple(of: ranksPerNIC) else {
      throw .badShape("nodes of \(ranksPerNode) ranks, \(ranksPerNIC) on a NIC; give a divisor")
    }
    guard slowdown.isEmpty || slowdown.count == ranks else {
      throw .badShape("\(slowdown.count) slow-down factors for \(ranks) ranks")
    }
    for latency in [intraNodeLatency, interNodeLatency]
    where !latency.isFinite || latency < 0 {
      throw .badShape("a latency of \(latency) s; give a finite one that is not negative")
    }
  }
}
