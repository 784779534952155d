/// Links under construction: names and capacities side by side.
struct LinkTable {
  var names: [String] = []
  var capacities: [Double] = []

  /// Adds the links inside nodes.
  mutating func addNodes(_ shape: ClusterShape) {
    guard shape.ranksPerNode > 1 else { return }
    switch shape.intraNode {
    case .nvswitch:
      addPorts(shape, "NVLink up", shape.intraNodeBandwidth)
      addPorts(shape, "NVLink down", shape.intraNodeBandwidth)
    case .pcie:
      addPorts(shape, "PCIe up", shape.intraNodeBandwidth)
      addPorts(shape, "PCIe down", shape.intraNodeBandwidth)
    case .mesh:
      addMesh(shape)
    }
  }

  /// Adds one link a rank.
  mutating func addPorts(_ shape: ClusterShape, _ kind: String, _ bandwidth: Double) {
    for rank in 0..<shape.ranks {
      add("rank \(rank) \(kind)", bandwidth / shape.slowdown(of: rank))
    }
  }

  /// Adds one link a NIC, as slow as its slowest rank makes it.
  mutating func addNICs(_ shape: ClusterShape, _ direction: String) {
    guard shape.ranksPerNIC > 1 else {
      addPorts(shape, "NIC \(direction)", shape.interNodeBandwidth)
      return
    }
    for first in stride(from: 0, to: shape.ranks, by: shape.ranksPerNIC) {
      let ranks = first..<(first + shape.ranksPerNIC)
      let slowest = ranks.reduce(1) { max($0, shape.slowdown(of: $1)) }
      add(
        "ranks \(first) to \(ranks.upperBound - 1) NIC \(direction)",
        shape.interNodeBandwidth * Double(shape.ranksPerNIC) / slowest)
    }
  }

  /// Adds one link for each ordered pair of ranks of a node, as slow as its slower end.
  private mutating func addMesh(_ shape: ClusterShape) {
    let share = shape.intraNodeBandwidth / Double(shape.ranksPerNode - 1)
    for rank in 0..<shape.ranks {
      let first = rank - rank % shape.ranksPerNode
      for peer in first..<(first + shape.ranksPerNode) where peer != rank {
        let factor = max(shape.slowdown(of: rank), shape.slowdown(of: peer))
        add("rank \(rank) to rank \(peer) link", share / factor)
      }
    }
  }

  /// Adds the uplinks or downlinks of every leaf switch, each bundle as one link.
  mutating func addLeaves(_ shape: ClusterShape, _ direction: String) {
    let bandwidth =
      shape.interNodeBandwidth * Double(shape.nicsPerLeaf) / shape.oversubscription
    for group in 0..<shape.leafGroups {
      switch shape.fabric {
      case .fatTree: add("leaf \(group) \(direction)", bandwidth)
      case .railOptimized:
        for rail in 0..<shape.ranksPerNode {
          add("leaf \(group) rail \(rail) \(direction)", bandwidth)
        }
      }
    }
  }

  private mutating func add(_ name: String, _ capacity: Double) {
    names.append(name)
    capacities.append(capacity)
  }

  /// Checks that every link can carry something.
  func validate() throws(SharingError) {
    for (name, capacity) in zip(names, capacities) where !(capacity > 0 && capacity.isFinite) {
      throw .badCapacity(link: name, bytesPerSecond: capacity)
    }
  }
}

extension ClusterShape {
  /// Whether traffic can meet an oversubscribed leaf switch at all.
  var hasLeaves: Bool { oversubscription > 1 && leafGroups > 1 }

  /// How many NICs a full leaf switch serves.
  var nicsPerLeaf: Int {
    fabric == .fatTree ? nodesPerLeaf * ranksPerNode : nodesPerLeaf
  }

  /// The leaf switch that the NIC of `rank` is plugged into.
  func leaf(of rank: Int) -> Int {
    let group = rank / ranksPerNode / nodesPerLeaf
    return fabric == .fatTree ? group : group * ranksPerNode + rank % ranksPerNode
  }

  /// The factor by which the links of `rank` are slower.
  func slowdown(of rank: Int) -> Double { slowdown.isEmpty ? 1 : slowdown[rank] }
}
