import NetworkSharing
import Testing

/// The closed form of a group's exchange against the one that walks every path.
@Suite struct GroupBoundTests {
  /// Uneven amounts with zeros and a hot column, the same each time.
  private func amounts(_ ranks: Int, seed: Int) -> [Float] {
    (0..<(ranks * ranks)).map { index in
      let (source, destination) = index.quotientAndRemainder(dividingBy: ranks)
      let mixed = (source * 7919 + destination * 104_729 + seed * 31) % 97
      return source == destination || mixed < 20 ? 0 : Float(mixed * (destination == 1 ? 9 : 1))
    }
  }

  @Test(arguments: [(8, 4), (8, 8), (24, 8), (6, 2), (16, 4)], [false, true])
  func agreesWithEveryPathWalked(shape: (ranks: Int, perNode: Int), isReturn: Bool) throws {
    var description = ClusterShape(
      ranks: shape.ranks, ranksPerNode: shape.perNode, intraNodeBandwidth: 450e9,
      intraNodeLatency: 1e-6, interNodeBandwidth: 50e9, interNodeLatency: 5e-6)
    description.slowdown = (0..<shape.ranks).map { $0 == 2 ? 1.5 : 1 }
    let links = try ClusterLinks(description)
    let table = amounts(shape.ranks, seed: shape.ranks)
    let bound = try #require(
      GroupBound(
        amounts: table, unitBytes: 1000, isReturn: isReturn, firstRank: 0, ranks: shape.ranks,
        over: links))
    var bytes = table.map { Double($0) * 1000 }
    if isReturn {
      bytes = bytes.indices.map { bytes[$0 % shape.ranks * shape.ranks + $0 / shape.ranks] }
    }
    let walked = links.bound(TrafficMatrix(ranks: shape.ranks, bytes: bytes))
    for rank in 0..<shape.ranks {
      let expected = max(walked.senderFinish[rank], walked.receiverFinish[rank])
      #expect(abs(bound.finishSeconds[rank] - expected) <= expected * 1e-12)
    }
    for link in walked.linkBytes.indices {
      let expected = walked.linkBytes[link]
      #expect(abs(bound.linkBytes[link] - expected) <= expected * 1e-12)
    }
    #expect(abs(bound.insideBytes + bound.betweenBytes - bytes.reduce(0, +)) < 1)
  }

  @Test func isAbsentWhereNodesAreNotSwitched() throws {
    var mesh = ClusterShape(
      ranks: 4, ranksPerNode: 2, intraNodeBandwidth: 1e9, interNodeBandwidth: 1e9)
    mesh.intraNode = .mesh
    let bound = GroupBound(
      amounts: [Float](repeating: 1, count: 16), unitBytes: 1, isReturn: false, firstRank: 0,
      ranks: 4, over: try ClusterLinks(mesh))
    #expect(bound == nil)
  }
}
