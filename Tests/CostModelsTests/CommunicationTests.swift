import CostModels
import Domain
import Testing

@Suite struct CommunicationTests {
  @Test(arguments: [
    (Collective.allReduce, 8, 1750.0), (.allReduce, 2, 1000), (.allGather, 4, 750),
    (.reduceScatter, 4, 750), (.allToAll, 8, 875),
  ])
  func wireBytesFollowTheRing(collective: Collective, ranks: Int, expected: Double) {
    #expect(collective.wireBytes(1000, ranks: ranks) == expected)
  }

  private func collective(latencyEfficiency: Double) -> CollectiveFormula {
    CollectiveFormula(
      values: values(
        of: CollectiveFormula.self,
        [
          "latencyFloor": 5, "latencyEfficiency": latencyEfficiency, "latencyScaling": 0,
          "bandwidthFloor": 20, "bandwidthEfficiency": 0.5, "bandwidthScaling": 0, "warmUp": 0.01,
          "warmUpBytes": 1,
        ]))
  }

  /// At half of 100 GB/s, 875 MB of wire bytes take 17.5 ms; the floor of 20 us is added.
  @Test func aLargeCollectiveRunsAtItsPartOfTheLine() {
    let formula = collective(latencyEfficiency: 0.05)
    let seconds = formula.seconds(wireBytes: 875e6, ranks: 8, lineRate: 100e9)
    #expect(abs(seconds - 17.52e-3) < 1e-5)
  }

  @Test func aSmallCollectiveCostsTheLatencyProtocolsFloor() {
    let small = collective(latencyEfficiency: 1).seconds(wireBytes: 64, ranks: 2, lineRate: 100e9)
    #expect(abs(small - 5e-6) < 1e-8)
  }

  @Test func oneRankOrNoBytesCostNothing() {
    let model = CollectiveModel(.allReduce, cluster: roundCluster(), parameters: .shipped)
    #expect(model.seconds(bytes: 1e6, ranks: 1) == 0)
    #expect(model.seconds(bytes: 0, ranks: 8) == 0)
  }

  @Test func crossingNodesCostsMoreThanStaying() {
    let model = CollectiveModel(.allReduce, cluster: roundCluster(nodes: 4), parameters: .shipped)
    #expect(model.seconds(bytes: 64e6, ranks: 32) > model.seconds(bytes: 64e6, ranks: 8))
  }

  /// Sixteen ranks on two nodes, one expert each, two chosen of 16: a token reaches
  /// 2 · (1 − C(8,2)/C(16,2)) = 1.5333 nodes; half of that is remote.
  @Test func aTokenCrossesTheNetworkOncePerDestinationNode() {
    let shape = ExchangeShape(hidden: 1024, experts: 16, topK: 2, ranks: 16, ranksPerNode: 8)
    let normal = shape.load(tokens: 10, bytesPerCopy: 100, kernel: .deepEPNormal, workers: 20)
    #expect(abs(normal.networkCopiesPerToken - 0.766667) < 1e-5)
    let low = shape.load(tokens: 10, bytesPerCopy: 100, kernel: .deepEPLowLatency, workers: 20)
    #expect(low.networkCopiesPerToken == 1)
    #expect(low.copiesPerToken == 2)
  }

  /// 1000 tokens of 7 remote copies of 1000 bytes: 7 MB at half of 100 GB/s take 140 us.
  @Test func theLinkBindsALargeExchange() {
    let formula = ExchangeFormula(
      values: values(
        of: ExchangeFormula.self,
        [
          "floor": 10, "linkEfficiency": 0.5, "networkEfficiency": 1, "networkCongestion": 0,
          "workerRate": 2000, "overlap": 12,
        ]))
    let load = ExchangeLoad(
      tokens: 1000, copiesPerToken: 8, linkCopiesPerToken: 7, networkCopiesPerToken: 0,
      bytesPerCopy: 1000, hidden: 1000, experts: 64, ranks: 8, nodes: 1, workers: 100,
      tokensPerExpert: 1)
    let seconds = formula.seconds(load, linkRate: 100e9, networkRate: 10e9)
    #expect(abs(seconds - 150e-6) < 1e-6)
  }

  @Test(arguments: ExchangeKernel.allCases, [1, 4])
  func everyExchangeGivesCostsForTheSimulator(kernel: ExchangeKernel, nodes: Int) {
    let cluster = roundCluster(nodes: nodes)
    let shape = ExchangeShape(
      hidden: 2048, experts: 128, topK: 8, ranks: 8 * nodes, ranksPerNode: 8)
    let model = ExpertExchangeModel(
      kernel: kernel, shape: shape, cluster: cluster, parameters: .shipped)
    for phase in [ExchangePhase.dispatch, .combine] {
      let costs = model.costs(phase, bytesPerCopy: 4096)
      #expect(costs.linkFraction > 0 && costs.linkFraction <= 1)
      #expect(costs.networkFraction > 0 && costs.networkFraction <= 1)
      #expect(costs.floorSeconds > 0 && costs.floorSeconds < 1e-3)
      let few = model.seconds(phase, tokens: 1, bytesPerCopy: 4096)
      let many = model.seconds(phase, tokens: 8192, bytesPerCopy: 4096)
      #expect(few > 0 && many > few && many < 1)
    }
  }
}
