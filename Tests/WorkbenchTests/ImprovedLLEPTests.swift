import Results
import Testing
import Workbench

/// The strategies that improve on LLEP, against LLEP, on one layer of DeepSeek-V3 over 2 × 4 H200.
@Suite struct ImprovedLLEPTests {
  /// - Parameter more: keys beside those of every scenario here.
  private func run(
    _ strategies: String, routing: String = "hotExperts: { fraction: 0.5, experts: 4 }",
    steps: Int = 2
  ) throws -> [String: CellResult] {
    let scenario = try readScenario(
      """
      name: improved
      cluster: { accelerator: h200-sxm-141, nodes: 2, acceleratorsPerNode: 4 }
      model: { preset: deepseek-v3, layers: [3] }
      workload: { phase: prefill, tokensPerRank: 8192, sequenceLength: 8192, steps: \(steps) }
      routing: { \(routing) }
      placements: [contiguous]
      strategies: [llep, \(strategies)]
      simulation: { seed: 7, network: analytic }
      """)
    let result = try ScenarioRun(scenario).compare(version: "test")
    return Dictionary(uniqueKeysWithValues: result.cells.map { ($0.strategy, $0) })
  }

  private func speedup(_ cells: [String: CellResult], _ name: String) throws -> Double {
    try #require(cells[name]?.speedup.mean)
  }

  /// Half of the tokens hot for four experts of one rank: every improvement pays.
  @Test func eachBeatsItsParentWhereItShould() throws {
    let names = ["llepNodeAware", "llepLocal", "llepPrefetch", "llepCached"]
    let cells = try run(names.joined(separator: ", "))
    for name in names { #expect(try speedup(cells, name) > 1.005, "\(name)") }
    let parent = try #require(cells["llep"])
    // One copy over the network, and none between steps.
    #expect(try #require(cells["llepCached"]).weightTransfersPerLayer == 0)
    #expect(
      try #require(cells["llepLocal"]).bytes.dispatchInterNode < parent.bytes.dispatchInterNode)
    // Prefetched weights are as many; none wait.
    #expect(
      try #require(cells["llepPrefetch"]).weightTransfersPerLayer == parent.weightTransfersPerLayer)
  }

  /// With popularity that is spread over many experts, filling the hot node first sends more copies
  /// of other experts away from it: node awareness loses, and the result says so.
  @Test func nodeAwarenessLosesOnSpreadLoads() throws {
    let cells = try run("llepNodeAware", routing: "powerLaw: { exponent: 1.01 }", steps: 8)
    let cell = try #require(cells["llepNodeAware"])
    let ends = try #require(cell.speedup.confidence95)
    #expect(ends[1] < 1)
  }

  /// Where popularity jumps from step to step, forecasts send weights for nothing.
  @Test func forecastsFailWhereLoadsJump() throws {
    let jumping = "zipf: { exponent: 0.9 }, modifiers: [fluctuation: { precision: 2 }]"
    let cells = try run("llepPrefetch", routing: jumping, steps: 8)
    let parent = try #require(cells["llep"])
    let prefetch = try #require(cells["llepPrefetch"])
    #expect(prefetch.weightTransfersPerLayer > parent.weightTransfersPerLayer)
    let ends = try #require(prefetch.speedup.confidence95)
    #expect(ends[0] < 1)
  }

  /// A helper that refuses weights which would not fit keeps the peak below that of plain LLEP; no
  /// room at all is expert parallelism with LLEP's overhead.
  @Test func memoryLimitsHold() throws {
    let cells = try run(
      "llep: { name: one, replicaSlots: 1 }, llep: { name: bytes, memoryLimit: 50 MB },"
        + " llep: { name: none, memoryLimit: 0 B }")
    let peak = try #require(cells["llep"]).peakMemoryBytes.max
    let expert = 44_050_000
    #expect(try #require(cells["none"]).weightTransfersPerLayer == 0)
    let one = try #require(cells["one"])
    #expect(one.weightTransfersPerLayer > 0 && one.weightTransfersPerLayer <= 7)
    #expect(try #require(cells["bytes"]).stepSeconds == one.stepSeconds)
    #expect(try #require(cells["llep"]).weightTransfersPerLayer > one.weightTransfersPerLayer)
    #expect(peak > expert)
  }

  /// Dropping is never silent: the result warns, counts, and does not recommend the cell.
  @Test func droppedCopiesAreSaid() throws {
    let small = SmallScenario(
      placements: "[contiguous]", strategies: "[ep, capacity: { capacityFactor: 0.5 }]")
    let result = try small.run()
    let cell = try #require(result.cells.last)
    #expect(cell.droppedCopiesPerStep > 0)
    #expect(
      result.warnings.contains { $0.contains("contiguous/capacity: ") && $0.contains("dropped") })
    #expect(result.verdict.best == "contiguous/ep")
  }
}
