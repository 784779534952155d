import Catalog
import Domain
import Quantities
import Testing

@Suite struct CatalogTests {
  let catalog = Catalog.standard

  @Test func embeddedTablesLoad() {
    #expect(catalog.accelerators.count >= 27)
    #expect(catalog.models.count == 55)
    #expect(catalog.links.count >= 9)
    #expect(catalog.nodes.count >= 10)
  }

  /// Labels of measured tables and the other ways people write the same thing.
  @Test(
    arguments: [
      ("A100-SXM4-80GB", "a100-sxm-80"), ("A100-SXM4-40GB", "a100-sxm-40"),
      ("H100-SXM-80GB", "h100-sxm-80"), ("H200-SXM-141GB", "h200-sxm-141"),
      ("H800", "h800-sxm-80"), ("H800-SXM5", "h800-sxm-80"), ("H20", "h20-sxm-96"),
      ("B200-SXM", "b200-sxm-180"), ("B200-SXM-192GB", "b200-sxm-180"), ("B300-SXM", "b300-sxm"),
      ("GB200", "gb200"), ("GB200-NVL72", "gb200"), ("L40S-PCIe", "l40s"),
      ("RTX-PRO-6000-PCIe", "rtx-pro-6000-server"), ("h100 sxm5 80gb", "h100-sxm-80"),
      ("H100SXM80GB", "h100-sxm-80"), ("a100sxm480gb", "a100-sxm-80"),
      ("a100sxm440gb", "a100-sxm-40"), ("h100", "h100-sxm-80"), ("H100-PCIe", "h100-pcie-80"),
      ("h200_sxm", "h200-sxm-141"), ("MI300X-192GB", "mi300x"), ("h20-96gb", "h20-sxm-96"),
      ("H200-SXM-80GB", "h200-sxm-141"), ("h200-sxm-142", nil), ("h100-sxm-8", nil),
      ("NVIDIA H100", nil), ("h1000", nil), ("", nil), ("80GB", nil), ("---", nil),
    ] as [(String, String?)])
  func findsAccelerators(name: String, id: String?) {
    #expect(catalog.accelerator(name)?.id == id)
  }

  @Test(
    arguments: [
      ("deepseek-v3", "deepseek-v3"), ("DeepSeek V3", "deepseek-v3"),
      ("GPT-OSS-120B", "gpt-oss-120b"), ("mixtral 8x7b", "mixtral-8x7b"),
      ("switch-base-100", nil), ("gpt5", nil),
    ] as [(String, String?)])
  func findsModels(name: String, id: String?) {
    #expect(catalog.model(name)?.id == id)
  }

  @Test(
    arguments: [
      ("h200-smx-141", "h200-sxm-141"), ("h10", "h100-sxm-80"), ("b220", "b200-sxm-180"),
    ])
  func suggestsTheNearestAccelerator(name: String, id: String) {
    #expect(Catalog.nearest(to: name, in: catalog.accelerators) == id)
  }

  @Test func everyIdIsFoundByItself() {
    for entry in catalog.accelerators { #expect(catalog.accelerator(entry.id)?.id == entry.id) }
    for entry in catalog.models { #expect(catalog.model(entry.id)?.id == entry.id) }
    for entry in catalog.nodes { #expect(catalog.node(entry.id)?.id == entry.id) }
    for entry in catalog.links { #expect(catalog.link(entry.id)?.id == entry.id) }
  }

  /// A name that two rows answer to would make the second unreachable.
  @Test func aliasesBelongToOneRow() {
    for entry in catalog.accelerators {
      for alias in entry.aliases { #expect(catalog.accelerator(alias)?.id == entry.id, "\(alias)") }
    }
    for entry in catalog.models {
      for alias in entry.aliases { #expect(catalog.model(alias)?.id == entry.id, "\(alias)") }
    }
  }

  @Test func everyRowSaysWhereItComesFrom() {
    let rows: [any CatalogEntry] =
      catalog.accelerators + catalog.models + catalog.nodes + catalog.links
    for row in rows { #expect(!row.source.isEmpty, "\(row.id)") }
    for node in catalog.nodes { #expect(!node.latencySource.isEmpty, "\(node.id)") }
  }

  @Test func everyAcceleratorHasANodeThatHoldsIt() throws {
    for entry in catalog.accelerators {
      let node = try #require(catalog.defaultNode(of: entry), "\(entry.id)")
      #expect(node.accelerator == entry.id)
      #expect(node.acceleratorsPerNode >= 1)
      #expect(node.intraNode.bandwidth.bytesPerSecond > 0)
      #expect(node.interNode.bandwidth.bytesPerSecond > 0)
    }
  }

  /// Published: 900 GB/s NVLink counts both ways, so 450 one way; 400 Gb/s cards are 50 GB/s.
  @Test func h100IsAsPublished() throws {
    let entry = try #require(catalog.accelerator("h100-sxm-80"))
    #expect(entry.accelerator.memoryCapacity.bytes == 80 * 1_073_741_824)
    #expect(entry.accelerator.memoryBandwidth.bytesPerSecond == 3.35e12)
    #expect(entry.accelerator.peaks[.bf16]?.flopsPerSecond == 989e12)
    #expect(entry.accelerator.peaks[.fp8]?.flopsPerSecond == 1978e12)
    let node = try #require(catalog.defaultNode(of: entry))
    #expect(node.id == "hgx-h100-8")
    #expect(node.acceleratorsPerNode == 8)
    #expect(node.intraNodeKind == .nvSwitch)
    #expect(node.intraNode.bandwidth.bytesPerSecond == 450e9)
    #expect(node.interNode.bandwidth.bytesPerSecond == 50e9)
  }

  /// DeepSeek-V3: 61 layers, the first 3 dense; an expert is 3 × 7168 × 2048 weights.
  @Test func deepSeekV3IsAsPublished() throws {
    let entry = try #require(catalog.model("deepseek-v3"))
    #expect(entry.totalLayers == 61)
    #expect(entry.model.layers == Array(3...60))
    #expect(entry.model.denseLayers == 3)
    #expect(entry.model.experts == 256)
    #expect(entry.model.topK == 8)
    #expect(entry.model.sharedExperts == 1)
    #expect(entry.model.expertParameters == 44_040_192)
    #expect(entry.model.attention?.kind == .mla)
    #expect(entry.model.attention?.cachedElementsPerToken == 576)
    #expect(entry.model.expertGroups == 8)
    #expect(entry.model.groupsPerToken == 4)
  }

  @Test func interleavedLayersAreNumbered() throws {
    let maverick = try #require(catalog.model("llama4-maverick"))
    #expect(maverick.model.layers == Array(stride(from: 1, through: 47, by: 2)))
    #expect(maverick.model.denseLayers == 24)
  }

  @Test func everyModelRoutesWithinItsExperts() {
    for entry in catalog.models {
      #expect(entry.model.topK <= entry.model.experts, "\(entry.id)")
      #expect(entry.model.layers.allSatisfy { (0..<entry.totalLayers).contains($0) })
    }
  }
}
