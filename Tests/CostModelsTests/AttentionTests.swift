import CostModels
import Domain
import Testing

@Suite struct AttentionTests {
  private func model(_ attention: AttentionShape?) -> MoEModel {
    MoEModel(
      name: "test", layers: [0], hiddenSize: 2048, expertIntermediateSize: 768, experts: 64,
      topK: 8, weightFormat: .bf16, activationFormat: .bf16, attention: attention)
  }

  private let grouped = AttentionShape(
    kind: .gqa, heads: 32, keyValueHeads: 4, headDimension: 128)

  @Test func aModelWithoutAttentionHasNoModel() {
    #expect(
      AttentionModel(
        model: model(nil), accelerator: roundAccelerator(), parameters: .shipped) == nil)
  }

  /// A token leaves 4 · 256 elements of 2 bytes: 2048 bytes. 64 sequences gain 9000 tokens of
  /// context each: 1.18 GB more at three quarters of 1 TB/s is 1.573 ms.
  @Test func longerContextCostsItsCacheTraffic() throws {
    let attention = try #require(
      AttentionModel(
        model: model(grouped), accelerator: roundAccelerator(), parameters: .shipped))
    let short = attention.decodeSeconds(sequences: 64, context: 1000)
    let long = attention.decodeSeconds(sequences: 64, context: 10_000)
    #expect(abs((long - short) - 1.5729e-3) < 1e-6)
  }

  /// Doubling a sequence doubles the keys that a token looks at on average.
  @Test func prefillGrowsWithTheSequence() throws {
    let attention = try #require(
      AttentionModel(
        model: model(grouped), accelerator: roundAccelerator(), parameters: .shipped))
    let short = attention.prefillSeconds(tokens: 8192, sequenceLength: 4096)
    let long = attention.prefillSeconds(tokens: 8192, sequenceLength: 8192)
    // 8192 tokens · 2048 more keys · 2 · 256 · 32 heads over 60 TFLOPS.
    #expect(abs((long - short) - 4.581e-3) < 1e-5)
    #expect(attention.backwardSeconds(tokens: 8192, sequenceLength: 8192) > 2 * long * 0.9)
  }

  /// Latent attention keeps one vector of 576 elements a token whatever the tensor split.
  @Test func latentAttentionReadsTheLatentOnly() throws {
    let latent = AttentionShape(
      kind: .mla, heads: 128, keyValueHeads: 128, headDimension: 128, queryRank: 1536,
      keyValueRank: 512, ropeDimension: 64, valueDimension: 128)
    for tensor in [8, 16] {
      let attention = try #require(
        AttentionModel(
          model: model(latent), tensor: tensor, accelerator: roundAccelerator(),
          parameters: .shipped))
      let gained =
        attention.decodeSeconds(sequences: 16, context: 20_000)
        - attention.decodeSeconds(sequences: 16, context: 10_000)
      #expect(abs(gained - 16 * 10_000 * 1152 / 0.75e12) < 1e-7, "tensor \(tensor)")
    }
  }
}
