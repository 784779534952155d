import Diagnostics
import Foundation
import Results
import Scenarios
import Testing
import Workbench

@Suite struct ComparisonTests {
  /// Both networks, all phases, one rank a group and all: shares add up, layers fit in steps, every
  /// copy is counted.
  @Test(arguments: [
    ("prefill", "fluid", ""), ("prefill", "analytic", "parallelism: { expert: 2 }"),
    ("decode", "{ fluid: { tolerance: 1 % } }", "parallelism: { expert: 1 }"),
    ("training", "analytic", ""),
  ])
  func everyCellAddsUp(phase: String, network: String, more: String) throws {
    var small = SmallScenario(phase: phase, network: network, more: more)
    small.steps = 2
    let result = try small.run()
    #expect(
      result.cells.map(\.name) == [
        "contiguous/ep", "contiguous/llep", "balanced/ep", "balanced/llep",
      ])
    for cell in result.cells {
      // The sum depends on the order of a dictionary, so only to the last bits.
      let shares = cell.timeShares.sorted { $0.key < $1.key }.map(\.value)
      #expect(abs(shares.reduce(0, +) - 1) < 1e-9)
      #expect(shares.allSatisfy { $0 >= 0 })
      #expect(cell.stepTime.count == 2)
      #expect(cell.stepSeconds.count == 2)
      let groups = more.isEmpty ? 1 : (more.contains("2") ? 2 : 4)
      #expect(cell.moeLayerTime.count == 2 * 2 * groups)
      let step = try #require(cell.stepTime.maxSeconds)
      let layer = try #require(cell.moeLayerTime.maxSeconds)
      #expect(layer > 0 && layer <= step)
      #expect(cell.tokenImbalance.mean >= 1)
      #expect(cell.tokenImbalance.max >= cell.tokenImbalance.mean)
      #expect(cell.peakMemoryBytes.perRank.count == 4)
      #expect(cell.peakMemoryBytes.max == cell.peakMemoryBytes.perRank.max())
      #expect(cell.peakMemoryBytes.byCategory.values.reduce(0, +) == cell.peakMemoryBytes.max)
      #expect(!cell.outOfMemory)
    }
  }

  /// Speed-ups are ratios of mean step times against the baseline that was asked for, 1 for itself.
  @Test(arguments: [nil, "balanced/llep"] as [String?])
  func speedupsArePairedWithTheBaseline(baseline: String?) throws {
    let result = try SmallScenario().run(baseline: baseline)
    let name = baseline ?? "contiguous/ep"
    #expect(result.baseline == name)
    let reference = try #require(result.cells.first { $0.name == name })
    #expect(reference.speedup == SpeedupResult(mean: 1, confidence95: [1, 1], pValue: nil))
    let mean = try #require(reference.stepTime.meanSeconds)
    for cell in result.cells where cell.name != name {
      let own = try #require(cell.stepTime.meanSeconds)
      let speedup = try #require(cell.speedup.mean)
      #expect(abs(speedup - mean / own) < 1e-9)
      let ends = try #require(cell.speedup.confidence95)
      #expect(ends[0] <= speedup && speedup <= ends[1])
      let pValue = try #require(cell.speedup.pValue)
      #expect((ends[0] <= 1 && 1 <= ends[1]) == (pValue > 0.05))
    }
  }

  @Test func anUnknownBaselineIsAFinding() throws {
    let found = findings { try SmallScenario(steps: 1).run(baseline: "contiguous/magic") }
    #expect(found.map(\.message) == ["no cell 'contiguous/magic'"])
    #expect(found.first?.help.first?.contains("balanced/llep") == true)
  }

  /// The best has the smallest mean and is among those that cannot be told apart; uniform tokens on
  /// both placements give equal steps and two winners.
  @Test func theVerdictNamesTheFastest() throws {
    let result = try SmallScenario().run()
    let best = try #require(
      result.cells.min { left, right in
        (left.stepTime.meanSeconds ?? 0) < (right.stepTime.meanSeconds ?? 0)
      })
    #expect(result.verdict.best == best.name)
    #expect(result.verdict.winners.contains(best.name))
    #expect(result.verdict.sentence.contains(best.name))
    let even = SmallScenario(
      routing: "uniform: {}", placements: "[contiguous, roundRobin]", strategies: "[ep]")
    #expect(try even.run().verdict.winners.count == 2)
  }

  /// Where no cell fits into memory nothing is recommended, the cells keep their times, and the
  /// first shortage says who asked.
  @Test func cellsOutOfMemoryAreNotRecommended() throws {
    let result = try SmallScenario(steps: 1, more: "memory: { reserved: 100 GiB }").run()
    #expect(result.verdict.best == nil)
    #expect(result.verdict.winners.isEmpty)
    for cell in result.cells {
      #expect(cell.outOfMemory)
      #expect(cell.stepTime.meanSeconds != nil)
      let detail = try #require(cell.outOfMemoryDetail)
      #expect(detail.rank == 0 && detail.step == 0 && detail.timeSeconds == 0)
      #expect(detail.category == "workspace")
      #expect(detail.neededBytes > cell.peakMemoryBytes.capacityBytes)
    }
  }

  /// Thresholds are held against the cell that the verdict chooses.
  @Test func expectationsPassAndFail() throws {
    let more = """
      expect: { meanStepTime: "< 10 s", p99StepTime: "< 1 ns", peakMemory: "< 90 %", speedup: ">= 1" }
      """
    let result = try SmallScenario(more: more).run()
    let passed = Dictionary(
      uniqueKeysWithValues: result.expectations.map { ($0.metric, $0.passed) })
    #expect(
      passed == [
        "meanStepTime": true, "p99StepTime": false, "peakMemory": true, "speedup": true,
      ])
    #expect(result.expectations.allSatisfy { $0.cell == result.verdict.best })
  }

  /// The same scenario gives the same bytes; another seed gives others.
  @Test func resultsAreReproducible() throws {
    let first = try SmallScenario(steps: 3).run().json()
    #expect(try SmallScenario(steps: 3).run().json() == first)
    #expect(try SmallScenario(steps: 3, seed: 8).run().json() != first)
    let read = try Results.ComparisonResult(json: first)
    #expect(try read.json() == first)
  }

  /// Stopping keeps the finished steps and says so.
  @Test func aStoppedRunKeepsItsSteps() throws {
    let run = try ScenarioRun(SmallScenario(steps: 500).scenario())
    let result = try run.compare(version: "test", shouldStop: { true })
    #expect(result.system.steps < 500)
    #expect(result.cells[0].stepTime.count == result.system.steps)
    #expect(result.warnings.contains { $0.hasPrefix("stopped after") })
  }
}
