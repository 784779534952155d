import NetworkSharing
import Quantities
import Testing

/// The network as a simulation uses it.
@Suite struct OnlineNetworkTests {
  private func instant(_ seconds: Double) -> SimTime { .zero + SimDuration(seconds: seconds) }

  private func oneLink(_ capacity: Double) throws -> (FluidNetwork, PathID) {
    var paths = PathTable()
    let path = paths.add([0])
    return (try FluidNetwork(capacities: [capacity], paths: paths), path)
  }

  @Test func groupsShareALink() throws {
    // Group 1: 200 bytes at 100 bytes/s, alone until 1 s. Group 2: 100 bytes from 1 s on, after a
    // latency of half a second from 0.5 s. Both at 50 from then: both done at 3 s.
    var (network, path) = try oneLink(100)
    try network.add([NetworkFlow(path: path, bytes: 200, tag: 7)], group: 1, at: .zero)
    try network.add(
      [NetworkFlow(path: path, bytes: 100, tag: 8, latency: SimDuration(seconds: 0.5))],
      group: 2, at: instant(0.5))
    var done: [FlowCompletion] = []
    while let next = network.nextInstant() { done += network.advance(to: next) }
    #expect(done.map(\.group) == [1, 2] && done.map(\.tag) == [7, 8])
    for completion in done { #expect(abs(completion.time.seconds - 3) < 1e-9) }
    #expect(network.flowCount == 0)
  }

  @Test func nothingToCarryIsDoneAfterItsLatency() throws {
    var (network, path) = try oneLink(100)
    let empty = try network.addPath([])
    try network.add(
      [
        NetworkFlow(path: path, bytes: 0, tag: 1, latency: SimDuration(picoseconds: 5)),
        NetworkFlow(path: empty, bytes: 100, tag: 2),
      ], group: 3, at: instant(1))
    #expect(network.nextInstant() == instant(1))
    #expect(network.advance(to: instant(1)).map(\.tag) == [2])
    #expect(network.nextInstant() == instant(1) + SimDuration(picoseconds: 5))
    #expect(network.advance(to: instant(2)).map(\.tag) == [1])
    #expect(network.nextInstant() == nil)
  }

  @Test func tinyFlowsOverHugeLinksStillEnd() throws {
    var (network, path) = try oneLink(1e30)
    let flows = (0..<100).map { NetworkFlow(path: path, bytes: 1e-9, tag: $0) }
    try network.add(flows, group: 0, at: instant(1000))
    var done = 0
    for _ in 0..<1000 {
      guard let next = network.nextInstant() else { break }
      done += network.advance(to: next).count
    }
    #expect(done == 100 && network.nextInstant() == nil)
  }

  @Test func badFlowsAreRefusedTogether() throws {
    var (network, path) = try oneLink(100)
    let good = NetworkFlow(path: path, bytes: 1, tag: 0)
    for bytes in [-1, Double.nan, .infinity] {
      #expect(throws: SharingError.self) {
        try network.add(
          [good, NetworkFlow(path: path, bytes: bytes, tag: 0)], group: 0, at: .zero)
      }
    }
    #expect(throws: SharingError.unknownPath(flow: 0, path: 9)) {
      try network.add([NetworkFlow(path: PathID(9), bytes: 1, tag: 0)], group: 0, at: .zero)
    }
    #expect(throws: SharingError.unknownLink(path: 1, link: 1)) { try network.addPath([1]) }
    #expect(network.flowCount == 0 && network.nextInstant() == nil)
  }

  @Test func aCopyGoesItsOwnWay() throws {
    var (network, path) = try oneLink(100)
    try network.add([NetworkFlow(path: path, bytes: 100, tag: 0)], group: 0, at: .zero)
    _ = network.advance(to: .zero)
    var copy = network
    try copy.add([NetworkFlow(path: path, bytes: 100, tag: 1)], group: 1, at: .zero)
    while let next = copy.nextInstant() { _ = copy.advance(to: next) }
    #expect(network.nextInstant() == instant(1))
    #expect(network.advance(to: instant(1)).count == 1)
  }

  /// An all-to-all of four nodes, its groups starting apart, over slack and full links: every flow
  /// ends once, in order, the same when repeated, and as the batch says.
  @Test(arguments: ClusterShape.Fabric.allCases, [0.0, 0.02])
  func anExchangeEndsAsABatchOfItDoes(fabric: ClusterShape.Fabric, tolerance: Double) throws {
    var shape = ClusterShape(
      ranks: 16, ranksPerNode: 4, intraNodeBandwidth: 450e9, intraNodeLatency: 0.7e-6,
      interNodeBandwidth: 50e9, interNodeLatency: 5e-6)
    shape.fabric = fabric
    let links = try ClusterLinks(shape)
    var random = SplitMix(state: 11)
    let bytes = (0..<256).map { _ in Double.random(in: 0...4e6, using: &random) }
    func run() throws -> [FlowCompletion] {
      var network = try FluidNetwork(links, tolerance: tolerance)
      var done: [FlowCompletion] = []
      for source in 0..<16 {
        let start = instant(Double(source) * 2e-6)
        while let next = network.nextInstant(), next < start { done += network.advance(to: next) }
        let flows = (0..<16).filter { $0 != source }.map {
          NetworkFlow(
            path: links.pathID(from: source, to: $0), bytes: bytes[source * 16 + $0],
            tag: Int32($0), latency: SimDuration(seconds: links.latency(from: source, to: $0)))
        }
        try network.add(flows, group: Int32(source), at: start)
      }
      while let next = network.nextInstant() { done += network.advance(to: next) }
      return done
    }
    let done = try run()
    #expect(try run() == done)
    #expect(Set(done.map { Int($0.group) * 16 + Int($0.tag) }).count == 240 && done.count == 240)
    #expect(zip(done, done.dropFirst()).allSatisfy { $0.time <= $1.time })
    let batch = try FluidBatch.solve(
      done.map {
        let (source, destination) = (Int($0.group), Int($0.tag))
        return BatchFlow(
          path: links.pathID(from: source, to: destination),
          bytes: bytes[source * 16 + destination],
          start: Double(source) * 2e-6 + links.latency(from: source, to: destination),
          receiver: Int32(destination))
      }, over: links.capacities, paths: links.allPaths(), receivers: 16,
      fidelity: .fluid(tolerance: 0))
    for (completion, expected) in zip(done, batch.flowFinish) {
      let allowed = tolerance > 0 ? 0.1 * batch.makespan : 1e-8 * batch.makespan
      #expect(abs(completion.time.seconds - expected) <= allowed)
    }
  }

  @Test(arguments: ClusterShape.IntraNode.allCases, ClusterShape.Fabric.allCases)
  func theBoundOfAMatrixIsThatOfItsFlows(
    intraNode: ClusterShape.IntraNode, fabric: ClusterShape.Fabric
  ) throws {
    var shape = ClusterShape(
      ranks: 12, ranksPerNode: 3, intraNodeBandwidth: 450e9, interNodeBandwidth: 50e9)
    shape.intraNode = intraNode
    shape.fabric = fabric
    shape.oversubscription = 2
    shape.nodesPerLeaf = 2
    let links = try ClusterLinks(shape)
    var random = SplitMix(state: 3)
    let bytes = (0..<144).map { _ in
      Bool.random(using: &random) ? Double.random(in: 1...4e6, using: &random) : 0
    }
    let matrix = TrafficMatrix(ranks: 12, bytes: bytes)
    let bound = links.bound(matrix)
    let report = try TrafficStudy.run(matrix, over: links, fidelity: .analytic)
    #expect(bound.receiverFinish == report.perRankFinishSeconds)
    #expect(bound.makespan == report.makespanSeconds)
    #expect(bound.senderFinish.max() == bound.makespan)
  }
}
