import Diagnostics
import Domain
import Foundation
import Quantities
import Scenarios
import Testing

@Suite struct ClusterReaderTests {
  /// Enough nodes for the ranks asked for: 20 ranks take three nodes of eight.
  @Test(arguments: [(nil, 1), (8, 1), (16, 2), (20, 3), (0, 1)] as [(Int?, Int)])
  func takesNodeShapesOfTheCatalogue(ranks: Int?, nodes: Int) throws {
    let (cluster, findings) = ClusterReader().read("HGX-H100-8", ranks: ranks)
    #expect(findings.isEmpty)
    #expect(try #require(cluster).nodes == nodes)
    #expect(cluster?.intraNode.bandwidth.bytesPerSecond == 450e9)
  }

  @Test func needsNoAccelerator() throws {
    let text = """
      cluster:
        nodes: 2
        acceleratorsPerNode: 4
        intraNode: { bandwidth: 450 GB/s, latency: 0.7 us }
        interNode: { bandwidth: 50 GB/s, latency: 5 us }
        fabric: fatTree
      """
    let (cluster, findings) = ClusterReader().read(text: text, file: "c.yaml")
    #expect(findings.isEmpty, "\(FindingText().render(findings))")
    let read = try #require(cluster)
    #expect(read.ranks == 8)
    #expect(read.fabric.kind == .fatTree)
    #expect(read.intraNodeKind == .nvSwitch)
    #expect(read.intraNode.latencySeconds == 0.7e-6)
    #expect(read.interNode.bandwidth.bytesPerSecond == 50e9)
  }

  @Test func whatNoCatalogueGivesMustBeGiven() {
    let findings = ClusterReader().read(text: "cluster: { nodes: 2 }", file: "c.yaml").findings
    #expect(findings.map(\.code) == [.missingKey])
    #expect(findings.first?.message.contains("acceleratorsPerNode") == true)
    let links = ClusterReader().read(
      text: "cluster: { nodes: 2, acceleratorsPerNode: 2 }", file: "c.yaml"
    ).findings
    #expect(links.map(\.code) == [.missingKey, .missingKey])
  }

  @Test func oneRankNeedsNoLinks() throws {
    let text = "cluster: { nodes: 1, acceleratorsPerNode: 1 }"
    #expect(try #require(ClusterReader().read(text: text, file: "c.yaml").cluster).ranks == 1)
  }

  @Test func linksOfTheCatalogueCanBeNamed() throws {
    let text = """
      cluster: { accelerator: b200, intraNode: { link: nvlink4 }, interNode: ib-ndr400 }
      """
    let cluster = try #require(ClusterReader().read(text: text, file: "c.yaml").cluster)
    #expect(cluster.intraNode.bandwidth.bytesPerSecond == 450e9)
    #expect(cluster.interNode.bandwidth.bytesPerSecond == 50e9)
    let wrong = ClusterReader().read(
      text: "cluster: { accelerator: b200, interNode: ib-ndr4000 }", file: "c.yaml")
    #expect(wrong.findings.map(\.code) == [.unknownLink])
    #expect(wrong.findings.first?.fixes == ["write 'ib-ndr400' instead of 'ib-ndr4000'"])
  }

  @Test func wholeScenariosServeToo() throws {
    let (cluster, findings) = ClusterReader().read(text: TestVocabulary.good, file: "s.yaml")
    #expect(findings.isEmpty)
    #expect(try #require(cluster).ranks == 32)
  }

  @Test(
    arguments: [
      ("hgx-h10-8", FindingCode.unknownNode), ("nowhere/c.yaml", .missingFile),
      ("/", .unreadableFile),
    ])
  func unknownNamesAreFindings(name: String, code: FindingCode) {
    let (cluster, findings) = ClusterReader().read(name)
    #expect(cluster == nil)
    #expect(findings.map(\.code) == [code])
  }
}

@Suite struct AcceleratorFileTests {
  static let measured = Accelerator(
    id: "this-machine", name: "This machine", architecture: "Zen 4",
    memoryCapacity: ByteCount(24 * 1_073_741_824.0),
    memoryBandwidth: Bandwidth(gigabytesPerSecond: 9.7),
    peaks: [.fp32: ComputeRate(teraflops: 0.0983)], source: "measured by calibrate",
    confidence: .measured)

  private func inFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "shunt-accelerator-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.path)
  }

  static let cluster = """
    cluster:
      accelerator: machine.json
      nodes: 2
      acceleratorsPerNode: 1
      interNode: { bandwidth: 1 GB/s, latency: 10 us }
    model: { layers: 1, hiddenSize: 8, expertIntermediateSize: 16, experts: 8, topK: 2 }
    workload: { tokensPerRank: 1 }
    """

  @Test func whatIsWrittenReadsBack() throws {
    try inFolder { folder in
      let text = AcceleratorFile.json(for: Self.measured, measurements: ["gemmSeconds": 0.002])
      try text.write(toFile: folder + "/machine.json", atomically: true, encoding: .utf8)
      let reading = TestVocabulary.reader.read(text: Self.cluster, file: "s.yaml", folder: folder)
      let scenario = try #require(
        reading.scenario, "\(FindingText().render(reading.findings))")
      #expect(scenario.cluster.accelerator.id == "this-machine")
      #expect(scenario.cluster.accelerator.memoryCapacity == Self.measured.memoryCapacity)
      #expect(scenario.cluster.accelerator.memoryBandwidth == Self.measured.memoryBandwidth)
      #expect(scenario.cluster.accelerator.peaks == Self.measured.peaks)
      #expect(scenario.cluster.accelerator.confidence == .measured)
      let bandwidth = scenario.assumptions.first {
        $0.path == "cluster.accelerator.memoryBandwidth"
      }
      #expect(bandwidth?.origin == .measured)
    }
  }

  @Test func faultsPointIntoTheFile() throws {
    try inFolder { folder in
      let text = "{ \"memoryCapacity\": 3,\n  \"memoryBandwith\": \"9 GB/s\" }"
      try text.write(toFile: folder + "/machine.json", atomically: true, encoding: .utf8)
      let findings = TestVocabulary.reader.read(
        text: Self.cluster, file: "s.yaml", folder: folder
      ).findings
      #expect(
        findings.map(\.code) == [.missingKey, .missingKey, .missingUnit, .unknownKey],
        "\(FindingText().render(findings))")
      #expect(findings.allSatisfy { $0.file == folder + "/machine.json" })
    }
  }

  @Test func missingFilesAreFindings() {
    let findings = TestVocabulary.read(Self.cluster).findings
    #expect(findings.map(\.code) == [.missingFile])
  }
}
