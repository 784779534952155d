import CostModels
import Domain
import Quantities
import Testing

@testable import WholeModel

@Suite struct EstimateTests {
  /// Four stages in two parts each idle for 3 / 2 micro-batches. With 100 ms of products in a
  /// micro-batch of 8, no host time to speak of and nothing else: 0.1 · (8 + 1.5) + 0.05 = 1.0 s.
  @Test func pipelineFillAndDrain() {
    var parts = TrainingParts()
    parts.kernels = 0.1
    parts.layers = 0
    parts.microBatches = 8
    parts.bubbles = 1.5
    parts.update = 0.05
    let engine = TrainingEngine(values: [1, 1, 100, 1, 1, 8])
    #expect(abs(engine.seconds(parts) - 1.0) < 1e-9)
  }

  /// A step of 1 ms that hosts launch in 10 ms takes the host's time: the smooth maximum of order 12
  /// exceeds the larger part by less than a millionth at a ratio of ten.
  @Test func launchesBindSmallMicroBatches() {
    var parts = TrainingParts()
    parts.kernels = 0.001
    parts.layers = 10
    let engine = TrainingEngine(values: [1, 1, 1000, 1, 1, 12])
    #expect(abs(engine.seconds(parts) - 0.010) < 1e-6)
  }

  /// 2 ms a step, 1 ms of prompts for each of 3 others over 100 tokens, all of it waited for:
  /// 2 + 3 · 1 / 100 ms.
  @Test func promptsOfOthersComeBetweenTokens() {
    var decode = PassParts()
    decode.kernels = 0.002
    var prefill = PassParts()
    prefill.kernels = 0.001
    let values: [Double] = [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0]
    let load = ServingLoad(
      decode: decode, prefill: prefill, prefillsPerToken: 0.03, passesPerPrompt: 1, running: 4)
    #expect(abs(ServingEngine(values: values).secondsPerToken(load) - 0.00203) < 1e-12)
    #expect(abs(ServingEngine(values: values).secondsToFirstToken(load) - 0.001) < 1e-12)
  }

  /// Devices need 2 ms a step. Hosts that take 1 us for each of 200 tokens finish beside them; at
  /// 20,000 tokens they need 20 ms, and the step with them.
  @Test func hostsBindManySequences() {
    func step(_ sequences: Double) -> Double {
      var decode = PassParts()
      decode.kernels = 0.002
      decode.sequences = sequences
      let load = ServingLoad(
        decode: decode, prefill: PassParts(), prefillsPerToken: 0, passesPerPrompt: 1, running: 1)
      return ServingEngine(values: [0, 1, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0]).stepSeconds(load)
    }
    #expect(abs(step(200) - 0.002) < 1e-7)
    #expect(abs(step(20_000) - 0.020) < 1e-6)
  }

  /// Half of gpt-oss's layers see 128 tokens of 1,000: 564 on average.
  @Test func windowsCountInTheMean() {
    #expect(AttentionPattern(fullShare: 0.5, window: 128).keys(context: 1000) == 564)
    #expect(AttentionPattern().keys(context: 1000) == 1000)
    #expect(AttentionPattern(fullShare: 0.5, window: 128).keys(context: 100) == 100)
  }
}

@Suite struct ExpectedLoadTests {
  /// Sums of quantiles come within 5 % of the expected rows, and few rows leave experts idle: with a
  /// mean of 1 a share e⁻¹ = 0.37 of them.
  @Test(arguments: [0.25, 1, 4, 30, 50, 1000])
  func quantilesKeepTheMean(mean: Double) {
    let load = ExpectedLoad.busiest(copies: mean * 256, local: 256, ranks: 1)
    #expect(abs(load.rows / (mean * 256) - 1) < 0.05)
    if mean == 1 { #expect(abs(load.activeExperts / 256 - 0.632) < 0.01) }
  }

  /// √(2 ln 8 · 1000) = 64.5 rows above the mean of 1000.
  @Test func theBusiestRankHasMore() {
    let load = ExpectedLoad.busiest(copies: 8000, local: 4, ranks: 8)
    #expect(abs(load.rows - 1064.5) < 4)
  }

  @Test func awkwardSizes() {
    #expect(ExpectedLoad.busiest(copies: 0, local: 4, ranks: 8).rows == 0)
    #expect(ExpectedLoad.busiest(copies: 8, local: 0, ranks: 0).localExperts == 1)
    #expect(ExpectedLoad.poissonQuantile(0.5, mean: 0) == 0)
  }
}
