/// The links of a cluster, and the path of data from one rank to another over them.
///
/// With NVSwitch or PCIe inside nodes, data leaves on the source's up link and arrives on the
/// destination's down link. Between nodes on rails it takes the source's NIC, the fabric if that is
/// oversubscribed, and the NIC of the destination node's rank on the same rail; from there it goes
/// inside the node to another rank. On a fat tree, and where ranks share NICs, it goes from NIC to
/// NIC.
public struct ClusterLinks: Sendable {
  /// What was cabled.
  public let shape: ClusterShape
  /// The name of each link, such as `rank 3 NIC up`.
  public let names: [String]
  /// The capacity of each link in bytes a second.
  public let capacities: [Double]

  /// Where each kind of link begins in the table.
  private let nicUp: Int
  private let nicDown: Int
  private let leafUp: Int
  private let leafDown: Int

  /// Whether nodes are switched, stand on rails, and no leaf switch holds data back.
  var isRailForm: Bool {
    shape.intraNode != .mesh && shape.fabric == .railOptimized && !shape.hasLeaves
      && shape.ranksPerNode > 1 && shape.nodes > 0 && shape.ranksPerNIC == 1
  }

  /// Where links of each kind begin; links up inside nodes begin at 0.
  var railLinks: (nodeDown: Int, nicUp: Int, nicDown: Int) { (shape.ranks, nicUp, nicDown) }

  /// Cables a cluster.
  ///
  /// - Throws: ``SharingError/badShape(_:)`` or ``SharingError/badCapacity(link:bytesPerSecond:)``.
  public init(_ shape: ClusterShape) throws(SharingError) {
    try shape.validate()
    var table = LinkTable()
    table.addNodes(shape)
    nicUp = table.names.count
    if shape.nodes > 1 { table.addNICs(shape, "up") }
    nicDown = table.names.count
    if shape.nodes > 1 { table.addNICs(shape, "down") }
    leafUp = table.names.count
    if shape.hasLeaves { table.addLeaves(shape, "up") }
    leafDown = table.names.count
    if shape.hasLeaves { table.addLeaves(shape, "down") }
    try table.validate()
    self.shape = shape
    names = table.names
    capacities = table.capacities
  }

  /// The links from `source` to `destination` in the order data crosses them; none to itself.
  public func path(from source: Int, to destination: Int) -> [Int] {
    var links: [Int32] = []
    appendPath(from: source, to: destination, to: &links)
    return links.map { Int($0) }
  }

  /// Seconds before the first byte from `source` arrives at `destination`, paid once a flow.
  ///
  /// Data that changes rails inside the destination's node pays both latencies.
  public func latency(from source: Int, to destination: Int) -> Double {
    if source == destination { return 0 }
    guard isBetweenNodes(source, destination) else { return shape.intraNodeLatency }
    return shape.interNodeLatency
      + (entry(from: source, to: destination) == destination ? 0 : shape.intraNodeLatency)
  }

  /// The paths of all pairs; ``pathID(from:to:)`` names them.
  ///
  /// - Complexity: O(ranks²), about 20 bytes a pair.
  public func allPaths() -> PathTable {
    var table = PathTable()
    table.reserve(paths: shape.ranks * shape.ranks, links: shape.ranks * shape.ranks * 4)
    for source in 0..<shape.ranks {
      for destination in 0..<shape.ranks {
        table.add { appendPath(from: source, to: destination, to: &$0) }
      }
    }
    return table
  }

  /// The name of the path from `source` to `destination` in ``allPaths()``.
  public func pathID(from source: Int, to destination: Int) -> PathID {
    PathID(source * shape.ranks + destination)
  }
}

extension ClusterLinks {
  private func isBetweenNodes(_ source: Int, _ destination: Int) -> Bool {
    source / shape.ranksPerNode != destination / shape.ranksPerNode
  }

  /// The rank whose NIC takes data for `destination`'s node in.
  private func entry(from source: Int, to destination: Int) -> Int {
    guard shape.ranksPerNIC == 1 else { return destination }
    return switch shape.fabric {
    case .fatTree: destination
    case .railOptimized:
      destination - destination % shape.ranksPerNode + source % shape.ranksPerNode
    }
  }

  private func appendPath(from source: Int, to destination: Int, to links: inout [Int32]) {
    forEachLink(from: source, to: destination) { links.append(Int32($0)) }
  }

  /// Calls `body` with the links from `source` to `destination` in the order data crosses them.
  @inline(__always)
  func forEachLink(from source: Int, to destination: Int, _ body: (Int) -> Void) {
    guard source != destination else { return }
    guard isBetweenNodes(source, destination) else {
      forEachLinkInside(from: source, to: destination, body)
      return
    }
    let entry = entry(from: source, to: destination)
    body(nicUp + source / shape.ranksPerNIC)
    if shape.hasLeaves {
      let (from, to) = (shape.leaf(of: source), shape.leaf(of: entry))
      if from != to {
        body(leafUp + from)
        body(leafDown + to)
      }
    }
    body(nicDown + entry / shape.ranksPerNIC)
    if entry != destination { forEachLinkInside(from: entry, to: destination, body) }
  }

  @inline(__always)
  private func forEachLinkInside(
    from source: Int, to destination: Int, _ body: (Int) -> Void
  ) {
    switch shape.intraNode {
    case .nvswitch, .pcie:
      body(source)
      body(shape.ranks + destination)
    case .mesh:
      let peer = destination % shape.ranksPerNode
      let own = source % shape.ranksPerNode
      let slot = peer < own ? peer : peer - 1
      body(source * (shape.ranksPerNode - 1) + slot)
    }
  }
}
