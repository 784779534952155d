import NetworkSharing
import Testing

@Suite struct TrafficMatrixTests {
  @Test func readsNumbersAsPeopleWriteThem() throws {
    let matrix = try TrafficMatrix.read(
      csv: "\u{FEFF}0, 1.5e3 ,2\r\n 3,0,12345678901234568\n1,.5,0\n\n")
    #expect(matrix.ranks == 3)
    #expect(matrix.bytes == [0, 1500, 2, 3, 0, 12_345_678_901_234_568, 1, 0.5, 0])
    #expect(matrix[1, 0] == 3)
    #expect(try TrafficMatrix.read(csv: "7").ranks == 1)
  }

  @Test(arguments: [
    ("", TrafficError.empty),
    (" \n\r\n", .empty),
    ("0,1\n2,x\n", .notANumber(line: 2, column: 3, text: "x")),
    ("0,\n2,0\n", .notANumber(line: 1, column: 3, text: "")),
    ("0,1\n2 3,0\n", .notANumber(line: 2, column: 1, text: "2 3")),
    ("0,-1\n2,0\n", .badBytes(line: 1, column: 3, text: "-1")),
    ("0,nan\n2,0\n", .badBytes(line: 1, column: 3, text: "nan")),
    ("0,inf\n2,0\n", .badBytes(line: 1, column: 3, text: "inf")),
    ("0,1\n\n2\n", .ragged(line: 3, column: 1, expected: 2, found: 1)),
    ("0,1\n2,0,4\n", .ragged(line: 2, column: 1, expected: 2, found: 3)),
    ("0,1\n2,0\n3,4\n", .notSquare(line: 3, rows: 3, columns: 2)),
    ("0,1,2\n3,0,5", .notSquare(line: 2, rows: 2, columns: 3)),
  ])
  func saysWhereAFileIsWrong(text: String, expected: TrafficError) {
    #expect(throws: expected) { try TrafficMatrix.read(csv: text) }
  }
}

@Suite struct TrafficStudyTests {
  /// Two nodes of two ranks, 100 bytes/s inside and 10 between.
  private var shape: ClusterShape {
    ClusterShape(
      ranks: 4, ranksPerNode: 2, intraNodeBandwidth: 100, intraNodeLatency: 1,
      interNodeBandwidth: 10, interNodeLatency: 5)
  }

  @Test func railsTakeDataToTheSourceRailFirst() throws {
    let links = try ClusterLinks(shape)
    func names(_ source: Int, _ destination: Int) -> [String] {
      links.path(from: source, to: destination).map { links.names[$0] }
    }
    #expect(names(0, 1) == ["rank 0 NVLink up", "rank 1 NVLink down"])
    #expect(names(0, 2) == ["rank 0 NIC up", "rank 2 NIC down"])
    #expect(
      names(0, 3) == [
        "rank 0 NIC up", "rank 2 NIC down", "rank 2 NVLink up", "rank 3 NVLink down",
      ])
    #expect(names(1, 1).isEmpty)
    #expect(links.latency(from: 0, to: 1) == 1)
    #expect(links.latency(from: 0, to: 2) == 5)
    #expect(links.latency(from: 0, to: 3) == 6)
    #expect(links.latency(from: 3, to: 3) == 0)
  }

  @Test func fatTreesGoFromNicToNic() throws {
    var shape = shape
    shape.fabric = .fatTree
    shape.oversubscription = 4
    shape.nodesPerLeaf = 1
    let links = try ClusterLinks(shape)
    // A leaf of two NICs of 10, four times oversubscribed, has 5 bytes/s up.
    let path = links.path(from: 0, to: 3)
    #expect(
      path.map { links.names[$0] } == [
        "rank 0 NIC up", "leaf 0 up", "leaf 1 down", "rank 3 NIC down",
      ]
    )
    #expect(path.map { links.capacities[$0] } == [10, 5, 5, 10])
  }

  @Test func neighboursShareANIC() throws {
    var shape = shape
    shape.ranksPerNIC = 2
    let links = try ClusterLinks(shape)
    let path = links.path(from: 1, to: 2)
    #expect(path.map { links.names[$0] } == ["ranks 0 to 1 NIC up", "ranks 2 to 3 NIC down"])
    #expect(path.map { links.capacities[$0] } == [20, 20])
    // 0 -> 2 alone has the whole NIC: 5 + 100 / 20 = 10 s; with 1 -> 3 beside it each has half.
    for (matrix, seconds) in [
      ("0,0,100,0\n0,0,0,0\n0,0,0,0\n0,0,0,0\n", 10.0),
      ("0,0,100,0\n0,0,0,100\n0,0,0,0\n0,0,0,0\n", 15.0),
    ] {
      let report = try TrafficStudy.run(
        TrafficMatrix.read(csv: matrix), over: links, fidelity: .fluid(tolerance: 0))
      #expect(abs(report.makespanSeconds - seconds) < 1e-9)
    }
    shape.ranksPerNIC = 3
    #expect(throws: SharingError.self) { try ClusterLinks(shape) }
  }

  @Test func meshesLinkEveryPair() throws {
    var shape = ClusterShape(
      ranks: 4, ranksPerNode: 4, intraNodeBandwidth: 90, interNodeBandwidth: 10)
    shape.intraNode = .mesh
    shape.slowdown = [1, 1, 2, 1]
    let links = try ClusterLinks(shape)
    #expect(links.names.count == 12)
    let path = links.path(from: 3, to: 2)
    #expect(path.map { links.names[$0] } == ["rank 3 to rank 2 link"])
    #expect(path.map { links.capacities[$0] } == [15])
    #expect(links.capacities[links.path(from: 0, to: 1)[0]] == 30)
  }

  @Test func aMatrixTakesWhatItsBusiestPathsTake() throws {
    // 0 -> 2: 100 bytes over NICs of 10: 5 + 10 = 15 s. 0 -> 1: 50 over NVLink: 1 + 0.5 s.
    // The diagonal costs nothing, and rank 3 receives nothing.
    let matrix = try TrafficMatrix.read(csv: "9,50,100,0\n0,0,0,0\n0,0,0,0\n0,0,0,0\n")
    let report = try TrafficStudy.run(
      matrix, over: try ClusterLinks(shape), fidelity: .fluid(tolerance: 0))
    #expect(report.flows == 2)
    #expect(abs(report.makespanSeconds - 15) < 1e-9)
    #expect(zip(report.perRankFinishSeconds, [0, 1.5, 15, 0]).allSatisfy { abs($0 - $1) < 1e-9 })
    #expect(report.bottlenecks.map(\.link).prefix(2) == ["rank 0 NIC up", "rank 2 NIC down"])
    #expect(abs(report.bottlenecks[0].utilization - 100.0 / 150) < 1e-9)
    #expect(report.bottlenecks[0].bytes == 100)
  }

  @Test func oneRankHasNothingToDo() throws {
    let shape = ClusterShape(
      ranks: 1, ranksPerNode: 1, intraNodeBandwidth: 100, interNodeBandwidth: 10)
    for fidelity in [SharingFidelity.fluid(tolerance: 0), .fluid(tolerance: 0.01), .analytic] {
      let report = try TrafficStudy.run(
        TrafficMatrix(ranks: 1, bytes: [5]), over: try ClusterLinks(shape), fidelity: fidelity)
      #expect(report.makespanSeconds == 0 && report.flows == 0 && report.bottlenecks.isEmpty)
      #expect(report.perRankFinishSeconds == [0])
    }
  }

  @Test func sizesHaveToAgree() throws {
    let links = try ClusterLinks(shape)
    #expect(throws: TrafficStudyError.matrix(.wrongSize(matrix: 1, cluster: 4))) {
      try TrafficStudy.run(TrafficMatrix(ranks: 1, bytes: [0]), over: links, fidelity: .analytic)
    }
  }

  @Test func aClusterHasToBePossible() {
    var odd = shape
    odd.ranksPerNode = 3
    #expect(throws: SharingError.badShape("4 ranks do not fill nodes of 3")) {
      try ClusterLinks(odd)
    }
    var cut = shape
    cut.interNodeBandwidth = 0
    #expect(throws: SharingError.badCapacity(link: "rank 0 NIC up", bytesPerSecond: 0)) {
      try ClusterLinks(cut)
    }
    var stopped = shape
    stopped.slowdown = [1, 0, 1, 1]
    #expect(throws: SharingError.self) { try ClusterLinks(stopped) }
  }

  /// Slack links, components and regrouping must not show: each rank's finish is that of flows
  /// solved on a cluster whose links are told apart by hair-wide differences of capacity.
  @Test(arguments: [ClusterShape.Fabric.railOptimized, .fatTree], [1.0, 4.0])
  func toleranceStaysNearExact(fabric: ClusterShape.Fabric, oversubscription: Double) throws {
    var shape = ClusterShape(
      ranks: 32, ranksPerNode: 4, intraNodeBandwidth: 450e9, intraNodeLatency: 1e-6,
      interNodeBandwidth: 50e9, interNodeLatency: 5e-6)
    shape.fabric = fabric
    shape.oversubscription = oversubscription
    shape.nodesPerLeaf = 2
    var random = SplitMix(state: 5)
    let bytes = (0..<1024).map { _ in Double.random(in: 0...8e6, using: &random).rounded() }
    let matrix = TrafficMatrix(ranks: 32, bytes: bytes)
    let links = try ClusterLinks(shape)
    let exact = try TrafficStudy.run(matrix, over: links, fidelity: .fluid(tolerance: 0))
    let bound = try TrafficStudy.run(matrix, over: links, fidelity: .analytic)
    let near = try TrafficStudy.run(matrix, over: links, fidelity: .fluid(tolerance: 0.01))
    #expect(bound.makespanSeconds <= exact.makespanSeconds + 6e-6)
    #expect(abs(near.makespanSeconds - exact.makespanSeconds) <= 0.02 * exact.makespanSeconds)
    for (left, right) in zip(near.perRankFinishSeconds, exact.perRankFinishSeconds) {
      #expect(abs(left - right) <= 0.02 * exact.makespanSeconds)
    }
  }
}
