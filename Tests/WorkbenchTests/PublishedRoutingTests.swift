import Results
import Testing
import Workbench

/// The imbalance of a real trace under contiguous placement, all the way through a simulation.
@Suite(.enabled(if: Folders.haveRouting, "the folder of measured data is missing"))
struct PublishedRoutingTests {
  /// DeepSeek-V3/R1, decode, mean over 58 layers of busiest over mean rank. Draws of 32 000 tokens a
  /// rank leave less than a hundredth of noise.
  @Test(arguments: [(8, 2.01), (16, 2.44), (32, 2.88), (64, 3.36)])
  func contiguousPlacementOfDeepSeek(ranks: Int, expected: Double) throws {
    let text = """
      name: trace
      cluster: { accelerator: h200-sxm-141, nodes: \(ranks / 8), acceleratorsPerNode: 8 }
      model: { preset: deepseek-v3 }
      workload: { phase: prefill, tokensPerRank: 32000, steps: 1 }
      routing:
        trace: { file: deepseek_v3_r1_load.csv, format: loadTable, workload: decode_in1000out1000 }
      placements: [contiguous]
      strategies: [ep]
      simulation: { seed: 3, network: analytic }
      """
    let run = try ScenarioRun(readScenario(text, folder: Folders.routing))
    let imbalance = try run.compare(version: "test").cells[0].tokenImbalance.mean
    #expect(abs(imbalance - expected) < 0.01)
  }
}
