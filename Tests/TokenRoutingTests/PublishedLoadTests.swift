import Domain
import Testing
import TokenRouting

/// Facts of the published traces, read straight from their files.
@Suite(.enabled(if: SharedData.isPresent, "the folder of measured data is missing"))
struct PublishedLoadTests {
  struct Fact: Sendable, CustomTestStringConvertible {
    let file: String
    let key: String
    /// Mean over layers of busiest rank over mean rank, by ranks.
    let imbalance: [Int: Double]
    /// Mean over layers of hottest expert over mean expert.
    let hottest: Double

    var testDescription: String { "\(file) \(key)" }
  }

  // The table of the routing notes that accompany the files.
  static let facts = [
    Fact(
      file: "deepseek_v3_r1_load", key: "decode_in1000out1000",
      imbalance: [8: 2.01, 16: 2.44, 32: 2.88, 64: 3.36], hottest: 5.6),
    Fact(
      file: "deepseek_v3_r1_load", key: "prefill_in1024",
      imbalance: [8: 1.67, 16: 1.93, 32: 2.29, 64: 2.90], hottest: 6.5),
    Fact(
      file: "deepseek_v3_r1_load", key: "prefill_in4096",
      imbalance: [8: 2.07, 16: 2.57, 32: 3.04, 64: 3.77], hottest: 8.1),
    Fact(
      file: "deepseek_v2_lite_load", key: "translation",
      imbalance: [8: 1.69, 16: 2.36, 32: 3.54, 64: 5.62], hottest: 5.6),
    Fact(
      file: "deepseek_v2_lite_load", key: "law",
      imbalance: [8: 1.39, 16: 1.70, 32: 2.35, 64: 3.52], hottest: 3.5),
    Fact(
      file: "olmoe_1b_7b_load", key: "arxiv",
      imbalance: [8: 1.66, 16: 2.27, 32: 3.91, 64: 7.20], hottest: 7.2),
    Fact(
      file: "olmoe_1b_7b_load", key: "c4",
      imbalance: [8: 1.16, 16: 1.40, 32: 1.90, 64: 2.72], hottest: 2.7),
    Fact(file: "mixtral_8x7b_load", key: "github", imbalance: [8: 1.29], hottest: 1.3),
    Fact(
      file: "qwen2_57b_a14b_load", key: "L256_prefill",
      imbalance: [8: 1.22, 16: 1.34, 32: 1.52, 64: 1.87], hottest: 1.9),
  ]

  @Test(arguments: facts)
  func imbalanceUnderContiguousPlacement(_ fact: Fact) throws {
    let table = try LoadTable(path: "\(SharedData.routing)/\(fact.file).csv")
    let trace = try table.trace(
      workload: table.keyColumn == "workload" ? fact.key : nil,
      domain: table.keyColumn == "domain" ? fact.key : nil)
    let loads = trace.windows[0]
    for (ranks, expected) in fact.imbalance.sorted(by: { $0.key < $1.key }) {
      let found = mean(loads.map { contiguousImbalance($0, ranks: ranks) })
      #expect(abs(found - expected) < 0.0055, "\(ranks) ranks: \(found)")
    }
    let hottest = mean(loads.map { contiguousImbalance($0, ranks: $0.count) })
    #expect(abs(hottest - fact.hottest) < 0.051, "\(hottest)")
  }

  @Test func qwenLayersHaveTheStatedSums() throws {
    let trace = try LoadTable(path: "\(SharedData.routing)/qwen2_57b_a14b_load.csv").trace()
    #expect(trace.windows[0].allSatisfy { $0.reduce(0, +) == 33_047_120 })
    for (ranks, expected) in [(8, 1.2177), (4, 1.1071), (2, 1.0210)] {
      let found = mean(trace.windows[0].map { contiguousImbalance($0, ranks: ranks) })
      #expect(abs(found - expected) < 5e-5)
    }
  }

  @Test(arguments: [
    ("deepseek_v3_r1_load", 58, 256), ("deepseek_v2_lite_load", 26, 64),
    ("olmoe_1b_7b_load", 3, 64), ("mixtral_8x7b_load", 3, 8), ("qwen2_57b_a14b_load", 28, 64),
    ("deepseek_v2_lite_chat_windows", 26, 64),
  ])
  func everyLoadTableIsReadWhole(file: String, layers: Int, experts: Int) throws {
    let table = try LoadTable(path: "\(SharedData.routing)/\(file).csv")
    let trace = try table.trace()
    #expect(trace.layers.count == layers)
    #expect(trace.experts == experts)
    #expect(table.warnings.isEmpty)
    #expect(trace.windows.count == (table.isWindowed ? 43 : 1))
  }

  @Test func drawsFollowTheTrace() throws {
    // 64 ranks of 4,096 tokens: 8,192 copies an expert on average, so that the noise of a rank's
    // load is under half a percent and the drawn imbalance is the trace's.
    let context = world(
      experts: 256, topK: 8, layers: Array(3...60), ranks: 64, tokens: 4096,
      folder: SharedData.routing)
    let drawn = try source(
      "trace",
      [
        "file": .text("deepseek_v3_r1_load.csv"), "format": .text("loadTable"),
        "workload": .text("decode_in1000out1000"),
      ], in: context)
    #expect(drawn.warnings.isEmpty)
    let layers = drawn.step(0).layers
    #expect(layers.allSatisfy { $0.isConserved })
    for (ranks, expected) in [(8, 2.01), (16, 2.44), (32, 2.88), (64, 3.36)] {
      let found = mean(
        layers.map { contiguousImbalance($0.expertLoads.map(Double.init), ranks: ranks) })
      #expect(abs(found / expected - 1) < 0.01, "\(ranks) ranks: \(found)")
    }
  }
}
