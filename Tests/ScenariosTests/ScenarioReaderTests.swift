import Diagnostics
import Domain
import Quantities
import Scenarios
import Testing

@Suite struct ScenarioReaderTests {
  @Test func readsEverything() throws {
    let reading = TestVocabulary.read(TestVocabulary.good)
    #expect(reading.findings.isEmpty, "\(FindingText().render(reading.findings))")
    let scenario = try #require(reading.scenario)
    #expect(scenario.name == "skewed")
    #expect(scenario.cluster.ranks == 32)
    #expect(scenario.cluster.accelerator.id == "h200-sxm-141")
    #expect(scenario.cluster.intraNode.bandwidth.bytesPerSecond == 450e9)
    #expect(scenario.cluster.interNode.bandwidth.bytesPerSecond == 50e9)
    #expect(scenario.cluster.interNode.latencySeconds == 4e-6)
    #expect(scenario.cluster.fabric == Fabric(kind: .railOptimized, oversubscription: 2))
    #expect(scenario.cluster.computeFactors[3] == 1.15)
    #expect(scenario.model.layers == [3, 4, 5])
    #expect(scenario.model.denseLayers == 0)
    #expect(scenario.model.experts == 256)
    #expect(scenario.workload == Workload(phase: .decode, tokensPerRank: 128, steps: 200))
    #expect(scenario.parallelism == Parallelism(expert: 32, attentionData: 32))
    #expect(scenario.routing.kind == "hotExperts")
    #expect(scenario.routing.number("fraction") == 0.95)
    #expect(scenario.routing.text("assignment") == "even")
    #expect(scenario.modifiers.map(\.kind) == ["drift"])
    #expect(scenario.modifiers[0].integer("period") == 10)
    #expect(scenario.placements.map(\.label) == ["contiguous", "roundRobin", "ilp", "file"])
    #expect(scenario.placements[2].number("timeLimit") == 10)
    #expect(scenario.placements[3].text("path") == "p.json")
    #expect(scenario.strategies.map(\.label) == ["ep", "llep", "small chunks"])
    #expect(scenario.strategies.map(\.kind) == ["ep", "llep", "llep"])
    #expect(scenario.strategies[1].number("capacityFactor") == 1.5)
    #expect(scenario.strategies[1].integer("minimumChunk") == 1024)
    #expect(scenario.simulation.seed == 7)
    #expect(scenario.simulation.network.kind == "fluid")
    #expect(scenario.simulation.network.number("tolerance") == 0.01)
    #expect(scenario.memory.expertWeights == .all)
    #expect(scenario.memory.reservedBytes == 2_147_483_648.0)
    #expect(scenario.expectations.map(\.metric) == [.p99StepTime, .peakMemory])
    #expect(scenario.expectations.map(\.threshold) == [.seconds(0.03), .fraction(0.9)])
    #expect(scenario.cells.count == 12)
  }

  static let minimal = """
    cluster: { accelerator: H100 }
    model: { layers: 1, hiddenSize: 8, expertIntermediateSize: 16, experts: 4, topK: 2 }
    workload: { tokensPerRank: 1 }
    """

  @Test func defaultsAreFilledIn() throws {
    let reading = TestVocabulary.read(Self.minimal)
    let scenario = try #require(
      reading.scenario, "\(FindingText().render(reading.findings))")
    #expect(scenario.name == "s")
    #expect(scenario.cluster.nodes == 1)
    #expect(scenario.cluster.acceleratorsPerNode == 8)
    #expect(scenario.parallelism.expert == 8)
    #expect(scenario.workload.phase == .decode)
    #expect(scenario.workload.contextLength == 1024)
    #expect(scenario.model.gated)
    #expect(scenario.model.attention == nil)
    #expect(scenario.routing.kind == "uniform")
    #expect(scenario.placements.map(\.kind) == ["contiguous"])
    #expect(scenario.strategies.map(\.kind) == ["ep"])
    #expect(scenario.simulation.network.kind == "fluid")
    #expect(scenario.simulation.network.number("tolerance") == 0)
    #expect(scenario.memory.expertWeights == .shard)
    #expect(reading.findings.map(\.code) == [.idleRanks])
  }

  /// Every default, catalogue figure and given value is listed once with its origin.
  @Test func assumptionsNameTheirOrigin() throws {
    let scenario = try #require(TestVocabulary.read(TestVocabulary.good).scenario)
    func find(_ path: String) -> Assumption? { scenario.assumptions.first { $0.path == path } }
    let bandwidth = try #require(find("cluster.interNode.bandwidth"))
    #expect(bandwidth.value == "50 GB/s")
    #expect(bandwidth.origin == .scenario)
    #expect(bandwidth.source == "line 6")
    let memory = try #require(find("cluster.accelerator.memoryBandwidth"))
    #expect(memory.value == "4.8 TB/s")
    #expect(memory.origin == .catalog)
    #expect(memory.source.hasPrefix("h200-sxm-141: "))
    let context = try #require(find("workload.contextLength"))
    #expect(context.origin == .default)
    #expect(find("strategies.llep.minimumChunk")?.origin == .default)
    #expect(find("strategies.llep.capacityFactor")?.value == "1.5")
    #expect(find("routing.hotExperts.fraction")?.value == "95 %")
    #expect(find("cluster.intraNode.latency")?.origin == .catalog)
    let paths = scenario.assumptions.map(\.path)
    #expect(Set(paths).count == paths.count, "\(paths)")
  }

  /// A label beside the kind and one among its options are the same scenario.
  @Test func labelsStandBesideTheKindOrAmongItsOptions() throws {
    let beside = "{ llep: { minimumChunk: 8 }, name: small chunks }"
    let among = "llep: { minimumChunk: 8, name: small chunks }"
    let reading = TestVocabulary.read(replacing: beside, with: among)
    #expect(reading.findings.isEmpty, "\(FindingText().render(reading.findings))")
    let scenario = try #require(reading.scenario)
    let expected = try #require(TestVocabulary.read(TestVocabulary.good).scenario)
    #expect(scenario.strategies == expected.strategies)
    #expect(scenario.strategies.last?.label == "small chunks")
    let bad = TestVocabulary.read(replacing: beside, with: "llep: { name: a/b }")
    #expect(bad.findings.map(\.code).contains(.badLabel))
  }

  @Test func templateRunsAsItIs() throws {
    let text = ScenarioTemplate.text(name: "my first: scenario")
    let reading = TestVocabulary.read(text)
    #expect(reading.findings.isEmpty, "\(FindingText().render(reading.findings))")
    let scenario = try #require(reading.scenario)
    #expect(scenario.name == "my-first--scenario")
    #expect(scenario.cluster.ranks == 8)
    #expect(scenario.cells.count == 4)
    #expect(text.hasPrefix("# yaml-language-server: $schema="))
    #expect(
      scenario.dryRunSummary.hasPrefix(
        "my-first--scenario: 4 cells (2 placements × 2 strategies), 50 steps each\n"))
  }

  @Test func wholePresetKeepsItsDenseLayers() throws {
    let reading = TestVocabulary.read(replacing: "  layers: [3, 4, 5]\n", with: "")
    let model = try #require(reading.scenario?.model)
    #expect(model.layers == Array(3...60))
    #expect(model.denseLayers == 3)
    #expect(model.vocabulary == 129280)
  }

  @Test func presetIsOverriddenBesideTheReference() throws {
    let other = """
        layers: 10
        topK: 4
        sharedExperts: 2
        attention: { queryRank: 64 }

      """
    let reading = TestVocabulary.read(replacing: "  layers: [3, 4, 5]\n", with: other)
    let model = try #require(reading.scenario?.model, "\(reading.findings)")
    #expect(model.layers == Array(3...12))
    #expect(model.topK == 4)
    #expect(model.sharedIntermediateSize == 4096)
    #expect(model.attention?.queryRank == 64)
    #expect(model.attention?.keyValueRank == 512)
  }

  @Test func attentionCanBeLeftOut() throws {
    let reading = TestVocabulary.read(
      replacing: "  layers: [3, 4, 5]\n", with: "  layers: 2\n  attention: none\n")
    #expect(try #require(reading.scenario).model.attention == nil)
  }

  @Test func acceleratorMayBeAMapping() throws {
    let other = """
      accelerator:
          preset: h100-sxm-80
          memoryBandwidth: 3 TB/s
          peaks: { bf16: 800 TFLOPS }
      """
    let reading = TestVocabulary.read(replacing: "accelerator: h200-sxm-141", with: other)
    let cluster = try #require(reading.scenario?.cluster, "\(reading.findings)")
    #expect(cluster.accelerator.memoryBandwidth.bytesPerSecond == 3e12)
    #expect(cluster.accelerator.peaks[.bf16]?.flopsPerSecond == 800e12)
    #expect(cluster.accelerator.peaks[.fp8]?.flopsPerSecond == 1978e12)
    #expect(cluster.intraNodeKind == .nvSwitch)
  }

  @Test func anchorsAndMergeKeysWork() throws {
    let text = """
      base: &base { layers: 1 }
      """
    #expect(TestVocabulary.read(text).findings.contains { $0.code == .unknownKey })
    let merged = """
      cluster: { accelerator: h100, intraNode: &link { bandwidth: 100 GB/s, latency: 1 us }, interNode: { <<: *link, bandwidth: 20 GB/s } }
      model: { layers: 1, hiddenSize: 8, expertIntermediateSize: 16, experts: 8, topK: 2 }
      workload: { tokensPerRank: 1 }
      """
    let scenario = try #require(TestVocabulary.read(merged).scenario)
    #expect(scenario.cluster.interNode.bandwidth.bytesPerSecond == 20e9)
    #expect(scenario.cluster.interNode.latencySeconds == 1e-6)
  }

  @Test func sameTextGivesTheSameValue() {
    let first = TestVocabulary.read(TestVocabulary.good).scenario
    #expect(first == TestVocabulary.read(TestVocabulary.good).scenario)
  }
}
