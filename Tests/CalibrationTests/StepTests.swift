import CostModels
import Domain
import Foundation
import Testing
import WholeModel

@testable import Calibration

@Suite struct StepTests {
  /// Ranks 1 2 3 4 against 1 2 4 3: ρ = 1 − 6 · 2 / (4 · 15) = 0.8. Ties take the mean rank.
  @Test func rankCorrelationByHand() {
    #expect(abs(RankCorrelation.of([1, 2, 3, 4], [10, 20, 40, 30]) - 0.8) < 1e-12)
    #expect(RankCorrelation.of([1, 2, 3], [3, 2, 1]) == -1)
    #expect(RankCorrelation.of([1, 1, 2], [5, 5, 9]) == 1)
    #expect(RankCorrelation.of([1], [1]) == 0)
  }

  /// Twice as slow in four rows: trust 4 / (4 + 2), so 2^(2/3).
  @Test func aReleaseIsTrustedByItsRows() {
    let factors = ReleaseFactors(
      names: ["a", "a", "a", "a"], measured: [2, 4, 6, 8],
      times: [1, 2, 3, 4].map { EngineTime(steps: $0) })
    #expect(abs(factors["a"].factor - 1.5874) < 1e-4)
    #expect(factors["b"] == .unknown("b"))
    #expect(factors.list.map(\.rows) == [4])
  }

  /// Steps of 1 to 8 s with prompts of 4 s beside: where the prompts took twice as long, a factor on
  /// all time cannot say so, and the one on prompts does. Six rows are enough, five are not.
  @Test func aReleaseMayBeSlowWithPromptsOnly() {
    let times = (1...8).map { EngineTime(steps: Double($0), prompts: 4) }
    let measured = times.map { $0.steps + 2 * $0.prompts }
    let slow = ReleaseFactors(
      names: times.map { _ in "a" }, measured: measured, times: times)["a"]
    #expect(slow.prompts == 2)
    #expect(abs(slow.factor - 1) < 1e-12)
    let few = ReleaseFactors(
      names: ["a", "a", "a", "a", "a"], measured: Array(measured.prefix(5)),
      times: Array(times.prefix(5)))["a"]
    #expect(few.prompts == 1)
    #expect(few.factor > 1.2)
  }

  /// Stream 7: a (0-10), c (12-20), d (30-35); stream 27: b (11-29). b starts after a ended, d after
  /// b; c waits only for a.
  @Test func waitsAreInferred() throws {
    let csv = try CSVTable(
      file: "t.csv",
      text: """
        start_us,dur_us,stream,category
        0,10,7,a
        11,18,27,b
        12,8,7,c
        30,5,7,d
        """)
    let trace = try KernelTrace(csv)
    #expect(trace.kernels.map(\.waitsFor) == [[], [0], [0], [2, 1]])
    #expect(trace.makespan == 35)
    #expect(trace.busy.map(\.microseconds) == [23, 18])
  }

  private static let header =
    "backend,backend_version,model_path,system,isl,osl,gemm_quant_mode,moe_quant_mode,batch_size,"
    + "tp_size,pp_size,attention_dp_size,moe_tp_size,moe_ep_size,silicon_ttft_ms,silicon_tpot_ms\n"

  private func serving(_ rows: String...) throws -> ServingTable {
    try ServingTable(
      CSVTable(file: "serving.csv", text: Self.header + rows.joined(separator: "\n")))
  }

  /// tp 64 with MoE 8 × 8 stands for 8 ranks; an empty data-parallel size is one group.
  @Test func divisionsAreRead() throws {
    let table = try serving(
      "sglang,1,deepseek-ai/DeepSeek-R1,b200_sxm,1024,1024,fp8,fp8_block,4,64,1,1,8,8,200,8",
      "trtllm,1,Qwen/Qwen3-235B-A22B-FP8,h100_sxm,128,128,fp8,fp8,16,8,1,,1,8,200,8",
      "trtllm,1,deepseek-ai/DeepSeek-R1,b200_sxm,1024,1024,nvfp4,nvfp4,1,1,1,64,8,8,200,12",
      "vllm,1,MiniMaxAI/MiniMax-M2.5,h100_sxm,1024,1024,fp8,fp8,2,4,1,4,1,16,94,12.5")
    #expect(table.refused.isEmpty)
    #expect(table.rows[0].division == ModelDivision(tensor: 8, expert: 8))
    #expect(table.rows[1].division == ModelDivision(tensor: 8, expert: 8))
    #expect(table.rows[2].division == ModelDivision(data: 8, expert: 8))
    #expect(table.rows[2].batch == 8)
    #expect(table.rows[0].model.weightFormat == .fp8Block)
    #expect(table.rows[3].division == ModelDivision(tensor: 4, expert: 4))
    #expect(table.rows[3].batch == 8)
  }

  /// 8 requests of 512 tokens sent at once: at 10 ms a token and 1 s to the first they end together
  /// after 6.1 s; where the whole took 12 s, some waited. 48 ranks hold 160 experts four each.
  @Test func requestsAtOnceMayQueue() throws {
    let header =
      "model,tp_size,ep_size,dp_size,moe_a2a_backend,batch_size,input_len,output_len,duration_s,"
      + "mean_ttft_ms,mean_tpot_ms\n"
    let rows = ["6.2", "12", ""].map {
      "Qwen3-Coder-480B-A35B-FP8,48,48,48,deepep,8,1024,512,\($0),1000,10"
    }
    let table = try ServingTable(
      CSVTable(file: "burst.csv", text: header + rows.joined(separator: "\n")))
    #expect(table.refused.isEmpty)
    #expect(table.rows.map(\.queues) == [false, true, false])
    #expect(table.rows[0].division.slots(of: table.rows[0].model.experts) == 4)
  }

  @Test func rowsAreRefusedWithReasons() throws {
    let table = try serving(
      "sglang,1,unknown/Model,b200_sxm,1024,1024,fp8,fp8,4,8,1,1,8,1,200,8",
      "sglang,1,deepseek-ai/DeepSeek-R1,x900,1024,1024,fp8,fp8,4,8,1,1,8,1,200,8",
      "sglang,1,deepseek-ai/DeepSeek-R1,b200_sxm,1024,1024,fp8,fp8,4,8,2,1,8,1,200,8",
      "sglang,1,deepseek-ai/DeepSeek-R1,b200_sxm,1024,1024,fp8,fp8,4,36,1,1,36,1,200,8",
      "sglang,1,deepseek-ai/DeepSeek-R1,b200_sxm,1024,1024,fp8,fp8,4,8,1,1,2,2,200,8",
      "sglang,1,deepseek-ai/DeepSeek-R1,b200_sxm,1024,1024,fp8,fp8,4,8,1,1,8,1,200,")
    #expect(table.rows.isEmpty)
    #expect(
      table.refused.map(\.reason) == [
        "the model «unknown/Model» is not in the catalogue",
        "the system «x900» is not in the catalogue",
        "pipeline stages of a serving engine are not modelled",
        "36 ranks do not divide the attention heads",
        "expert and attention ranks differ in number", "no time per output token",
      ])
    let study = ServingStudy(table.rows)
    #expect(study.judged.isEmpty && study.engines.isEmpty)
  }

  @Test(arguments: [
    "a,b\n1,2", "", "start_us,dur_us,stream,category\nx,1,7,a",
    "start_us,dur_us,stream,category\n1,,7,a", header + "sglang",
    header
      + "sglang,1,deepseek-ai/DeepSeek-R1,b200_sxm,many,1,fp8,fp8,4,8,1,1,8,1,200,8",
    "release,model,system,gpus,precision,global_batch,micro_batch,seq_len,tp,pp,cp,vp,ep,"
      + "tokens_per_s_per_gpu\n1,deepseekv3,DGX-B200,0,FP8,1,1,1,1,1,1,1,1,1",
  ])
  func malformedTablesAreFaults(text: String) {
    #expect(throws: TableFault.self) {
      let csv = try CSVTable(file: "t.csv", text: text)
      switch StepTableKind(of: csv) {
      case .serving: _ = try ServingTable(csv)
      case .training: _ = try TrainingTable(csv)
      case .trace: _ = try KernelTrace(csv)
      }
    }
  }
}

/// Samples of the public tables of whole steps; `scripts/regenerate-costs` judges them in full.
@Suite(.enabled(if: Fixtures.data != nil, "the shared data folder is not there"))
struct PublicStepTests {
  private func read(_ name: String, every step: Int = 1) throws -> CSVTable {
    let folder = try #require(Fixtures.data)
    let text = try String(
      contentsOf: folder.appendingPathComponent("public/endtoend/\(name)"), encoding: .utf8)
    let lines = text.split(separator: "\n")
    let kept = lines.indices.filter { $0 == 0 || $0 % step == 0 }.map { lines[$0] }
    return try CSVTable(file: name, text: kept.joined(separator: "\n"))
  }

  @Test func servingEnginesOnConfigurationsNotSeen() throws {
    let table = try ServingTable(read("silicon_moe_aggregated.csv", every: 3))
    let study = ServingStudy(table.rows)
    #expect(study.failures.isEmpty)
    for engine in study.engines {
      let held = study.judged.filter { $0.row.engine == engine.variant && $0.heldOut }
      #expect(held.count > 20)
      #expect(Quantile.of(held.map { abs($0.error) }, 0.5) < 0.20)
      let order = RankCorrelation.of(
        held.map(\.tokenMilliseconds), held.map(\.row.tokenMilliseconds))
      #expect(order > 0.85)
    }
  }

  @Test func trainingOnPairsNotSeen() throws {
    let table = try TrainingTable(read("moe_pretraining_throughput.csv"))
    #expect(table.refused.isEmpty)
    let held = try TrainingStudy(table.rows).judged.filter(\.heldOut)
    #expect(Quantile.of(held.map { abs($0.error) }, 0.5) < 0.15)
  }
}
