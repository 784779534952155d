import CostModels
import Domain
import Quantities
import Testing
import WholeModel

@Suite struct ForwardPassTests {
  private static let model = MoEModel(
    name: "small", layers: Array(1..<8), denseLayers: 1, hiddenSize: 2048,
    expertIntermediateSize: 1024, experts: 64, topK: 6, sharedExperts: 1,
    denseIntermediateSize: 8192,
    attention: AttentionShape(
      kind: .gqa, heads: 32, keyValueHeads: 8, headDimension: 128),
    vocabulary: 32000)

  private func pass(_ division: ModelDivision, _ path: TokenPath = .gathered) -> ForwardPass {
    let accelerator = Accelerator(
      id: "h100-sxm-80", name: "H100", architecture: "Hopper", memoryCapacity: ByteCount(80e9),
      memoryBandwidth: Bandwidth(gigabytesPerSecond: 3350),
      peaks: [.bf16: ComputeRate(teraflops: 989), .fp8: ComputeRate(teraflops: 1978)],
      source: "test", confidence: .given)
    let node = LinkProfile(bandwidth: Bandwidth(gigabytesPerSecond: 450), latencySeconds: 7e-7)
    let network = LinkProfile(bandwidth: Bandwidth(gigabytesPerSecond: 50), latencySeconds: 5e-6)
    let cluster = Cluster(
      accelerator: accelerator, nodes: 1, acceleratorsPerNode: 8, intraNodeKind: .nvSwitch,
      intraNode: node, interNode: network, fabric: Fabric())
    return ForwardPass(
      model: Self.model, division: division, path: path, cluster: cluster, denseFormat: .bf16,
      exchangeKernel: .deepEPLowLatency, parameters: .shipped)
  }

  private func total(_ parts: PassParts) -> Double {
    parts.launches + parts.kernels + parts.cache + parts.collectives + parts.exchanges
  }

  @Test func everyLayerCounts() {
    let parts = pass(ModelDivision()).decode(sequences: 16, context: 1000)
    #expect(parts.layers == 8)
    #expect(parts.sequences == 16)
    #expect(parts.collectives == 0 && parts.exchanges == 0 && parts.crossings == 0)
  }

  /// The cache of 8 key and value heads of 128 in 16 bits is 4096 bytes a token and layer:
  /// 16 · 1001 · 4096 · 8 bytes over 3350 GB/s are 157 us.
  @Test func theCacheIsReadOnce() {
    let parts = pass(ModelDivision()).decode(sequences: 16, context: 1000)
    #expect(abs(parts.cache - 16.0 * 1001 * 4096 * 8 / 3.35e12) < 1e-9)
  }

  @Test func moreWorkTakesLonger() {
    let one = pass(ModelDivision(tensor: 4, expert: 4))
    #expect(
      total(one.decode(sequences: 64, context: 4000))
        > total(one.decode(sequences: 8, context: 4000)))
    #expect(
      total(one.decode(sequences: 64, context: 8000))
        > total(one.decode(sequences: 64, context: 4000)))
    #expect(
      total(one.prefill(tokens: 8192, length: 4096))
        > total(one.prefill(tokens: 1024, length: 1024)))
  }

  @Test func ranksShareTheWork() {
    let one = pass(ModelDivision()).prefill(tokens: 8192, length: 8192)
    let four = pass(ModelDivision(tensor: 4, expert: 4)).prefill(tokens: 8192, length: 8192)
    #expect(four.kernels < one.kernels / 2)
    #expect(four.collectives > 0)
  }

  @Test func attentionGroupsCross() {
    let gathered = pass(ModelDivision(data: 8, expert: 8)).decode(sequences: 16, context: 100)
    let sent = pass(ModelDivision(data: 8, expert: 8), .exchanged)
      .decode(sequences: 16, context: 100)
    #expect(gathered.crossings == 7 && sent.crossings == 7)
    #expect(gathered.exchanges > 0 && sent.exchanges > 0)
    #expect(gathered.sequences == 128)
    #expect(gathered.wholeLayers == 7 && gathered.hops == 0)
  }

  /// Four groups of four ranks: where eight ranks hold an expert in halves, 16 ranks sum in each of 7
  /// layers; where 16 hold whole ones, that many gather each group's 100 prompt tokens.
  @Test func expertsSplitInWidthAreSummed() {
    let split = pass(ModelDivision(tensor: 4, data: 4, expert: 8, expertTensor: 2))
      .prefill(tokens: 100, length: 100)
    #expect(split.hops == 16 * 7 && split.wholeLayers == 0)
    #expect(split.summedTokens == 400 * 7 && split.gatheredTokens == 0)
    let whole = pass(ModelDivision(tensor: 4, data: 4, expert: 16))
      .prefill(tokens: 100, length: 100)
    #expect(whole.hops == 0 && whole.wholeLayers == 7)
    #expect(whole.summedTokens == 0 && whole.gatheredTokens == 100 * 7)
  }

  /// 64 experts of 3 · 2048 · 1024 weights in 7 layers are 5.6 GB; the rest is smaller.
  @Test func weightsAndCapacity() throws {
    let whole = pass(ModelDivision())
    let bytes = whole.weightBytes(denseFormat: .bf16)
    let experts = 7.0 * 64 * 3 * 2048 * 1024 * 2
    #expect(bytes > experts && bytes < experts * 1.3)
    let tokens = try #require(
      whole.cacheCapacity(bytes: bytes + 4096 * 8 * 1000, cacheFormat: .bf16, denseFormat: .bf16))
    #expect(abs(tokens - 1000) < 1e-6)
    #expect(whole.cacheCapacity(bytes: 0, cacheFormat: .bf16, denseFormat: .bf16) == 0)
  }
}
