import Diagnostics
import Foundation
import Results
import Scenarios
import Testing
import Workbench

@Suite struct SweepTests {
  private func scenario(_ sweep: String, steps: Int = 3) throws -> Scenario {
    let more = "sweep: { \(sweep) }"
    let base = SmallScenario(
      steps: steps, placements: "[contiguous, eplb: { redundantExperts: 4 }]", strategies: "[ep]",
      network: "analytic", more: more)
    return try base.scenario()
  }

  private func run(_ scenario: Scenario, journal: SweepJournal? = nil) throws -> SweepResult {
    let study = try SweepStudy(scenario)
    return try #require(try study.run(baseline: nil, version: "test", journal: journal))
  }

  /// The grid has every combination, the last axis fastest, and each point is what the scenario with
  /// these values gives.
  @Test func everyPointIsTheScenarioWithItsValues() throws {
    let swept = try scenario(
      "workload.tokensPerRank: [64, 128], placements.eplb.redundantExperts: [0, 4, 8]")
    let result = try run(swept)
    #expect(
      result.points.map(\.values) == [
        ["64", "0"], ["64", "4"], ["64", "8"], ["128", "0"], ["128", "4"], ["128", "8"],
      ])
    var alone = SmallScenario(
      steps: 3, placements: "[contiguous, eplb: { redundantExperts: 8 }]", strategies: "[ep]",
      network: "analytic")
    alone.tokens = 128
    let expected = try alone.run()
    let last = try #require(result.points.last)
    #expect(last.cells.map(\.meanSeconds) == expected.cells.map(\.stepTime.meanSeconds))
    #expect(last.best == expected.verdict.best)
    #expect(result.objective == .throughput)
  }

  /// Ranges with units, whole numbers and factors; a word becomes a mapping where a path goes below.
  @Test func rangesAreWrittenAsTheScenarioWould() throws {
    let swept = try scenario(
      """
      cluster.interNode.bandwidth: { from: 25 GB/s, to: 100 GB/s, steps: 3, scale: log },
      workload.tokensPerRank: { from: 10, to: 12, steps: 5 },
      routing.zipf.exponent: { from: 0.5, to: 1.0, steps: 3 },
      cluster.accelerator.memoryBandwidth: [2 TB/s]
      """)
    #expect(
      swept.sweep.map { $0.values.map(\.text) } == [
        ["25 GB/s", "50 GB/s", "100 GB/s"], ["10", "11", "12"], ["0.5", "0.75", "1"], ["2 TB/s"],
      ])
  }

  /// What is wrong with a value is found when the scenario is read, at the value.
  @Test(arguments: [
    (
      "workload.tokensPerRank: [64, 0]",
      "workload.tokensPerRank = 0: 'tokensPerRank' is 0: without tokens there is nothing to route or to time; give at least 1"
    ),
    ("workload.tokenz: [64]", "workload.tokenz = 64: no key 'tokenz' in 'workload'"),
    (
      "placements.ilp.redundantExperts: [4]",
      "placements.ilp.redundantExperts = 4: 'placements.ilp.redundantExperts' leads nowhere: 'placements' has no entry of the kind 'ilp'"
    ),
    ("workload.steps: []", "'steps' needs a list of values"),
    (
      "workload.tokensPerRank: { from: 10 GB/s, to: 20 B/s }",
      "'from' and 'to' of a range need one unit"
    ),
    ("workload.tokensPerRank: { from: 20, to: 10 }", "'from' must be below 'to'"),
    (
      "workload.tokensPerRank: { from: 0, to: 10, scale: log }",
      "'from' must be above 0 and below 'to'"
    ),
    ("workload.tokensPerRank: [64, 64]", "the sweep of 'workload.tokensPerRank' holds '64' twice"),
    ("workload.tokensPerRank: { from: a, to: 10 }", "a range needs numbers, not 'a'"),
  ])
  func badRangesAreFindings(sweep: String, message: String) throws {
    let text = SmallScenario(more: "sweep: { \(sweep) }").text
    let reading = ScenarioVocabulary.reader.read(text: text, file: "test.yaml")
    #expect(reading.scenario == nil)
    let errors = reading.findings.filter { $0.severity == .error }
    #expect(errors.count == 1)
    #expect(errors.first?.message.hasPrefix(message) == true, "\(errors.map(\.message))")
    #expect(errors.first?.position?.line == 9)
  }

  @Test func tooManyPointsAreRefused() throws {
    let values = (1...101).map(String.init).joined(separator: ", ")
    let text = SmallScenario(
      more: "sweep: { workload.tokensPerRank: [\(values)], workload.contextLength: [\(values)] }"
    ).text
    let reading = ScenarioVocabulary.reader.read(text: text, file: "test.yaml")
    #expect(reading.findings.contains { $0.message.hasPrefix("the sweep has more than 10000") })
  }

  /// A point that cannot be run says why and leaves the others alone: groups of 3 divide 6 ranks, and
  /// not the 4 ranks of two nodes.
  @Test func aPointThatFailsSaysWhy() throws {
    var base = SmallScenario(steps: 2, placements: "[contiguous]", strategies: "[ep]")
    base.model = "layers: 1, hiddenSize: 256, expertIntermediateSize: 128, experts: 12, topK: 2"
    base.more = """
      parallelism: { expert: 2 }
      sweep: { cluster.nodes: [3, 2], parallelism.expert: [2, 3] }
      """
    let text = base.text.replacing("nodes: 2,", with: "nodes: 3,")
    let result = try run(readScenario(text))
    #expect(
      result.points.map(\.failure) == [
        nil, nil, nil, "expert-parallel groups of 3 do not divide 4 ranks",
      ])
    #expect(result.points.map(\.cells.count) == [1, 1, 1, 0])
    #expect(result.warnings.contains("1 of 4 points could not be run"))
  }

  /// Members of the Pareto set are beaten by nobody, and everybody else is beaten by a member.
  @Test(arguments: [SweepResult.Objective.memory, .throughput])
  func paretoMembersAreUnbeaten(objective: SweepResult.Objective) throws {
    let swept = try scenario(
      "workload.tokensPerRank: [16, 64, 256], placements.eplb.redundantExperts: [0, 4, 8]")
    let study = try SweepStudy(swept)
    let result = try #require(
      try study.run(baseline: nil, version: "test", objective: objective, journal: nil))
    let all = result.points.flatMap(\.cells)
    func pair(_ cell: SweepResult.Cell) throws -> (Double, Double) {
      let seconds = try #require(cell.meanSeconds)
      let rate = try #require(cell.tokensPerSecondPerRank)
      return (seconds, objective == .memory ? Double(cell.peakMemoryBytes) : -rate)
    }
    func beats(_ left: SweepResult.Cell, _ right: SweepResult.Cell) throws -> Bool {
      let (a, b) = (try pair(left), try pair(right))
      return a.0 <= b.0 && a.1 <= b.1 && a != b
    }
    for cell in all {
      let isBeaten = try all.contains { try beats($0, cell) }
      #expect(cell.isPareto == !isBeaten)
    }
  }

  /// An interrupted sweep goes on where it stopped, and the result is the same to the byte; a line cut
  /// short is run again; another scenario's journal is refused.
  @Test func aSweepGoesOnFromItsJournal() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/sweep-journal"
    let swept = try scenario("workload.tokensPerRank: [16, 32, 64, 128]")
    func journal(_ seed: UInt64 = 7) throws -> SweepJournal {
      try SweepJournal(
        path, scenarioText: swept.text, seed: seed, version: "test", baseline: nil)
    }
    let whole = try run(swept).json()
    let first = try journal()
    #expect(first.finished.isEmpty)
    _ = try run(swept, journal: first)
    var lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 5)
    lines.removeLast(2)
    let torn = lines.joined(separator: "\n") + "\n{\"index\":3,\"poi"
    try Data(torn.utf8).write(to: URL(fileURLWithPath: path))
    let second = try journal()
    #expect(second.finished.count == 2)
    #expect(try run(swept, journal: second).json() == whole)
    #expect(try journal().finished.count == 4)
    let found = findings { try journal(8) }
    #expect(found.first?.message.hasPrefix("this journal belongs to another sweep") == true)
    second.remove()
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test func aStoppedSweepHasNoResult() throws {
    let study = try SweepStudy(scenario("workload.tokensPerRank: [16, 32]"))
    let result = try study.run(
      baseline: nil, version: "test", journal: nil, shouldStop: { true })
    #expect(result == nil)
  }

  @Test func aScenarioWithoutASweepIsAFinding() throws {
    let found = findings { try SweepStudy(SmallScenario().scenario()) }
    #expect(found.map(\.message) == ["the scenario has no 'sweep'"])
  }
}

@Suite struct CrossingTests {
  /// B is 20 % slower than A at 1 and 20 % faster at 3, so the lines of their ratio meet at 2; at 2 the
  /// steps tell nothing, and A keeps the place until 3.
  @Test func linesMeetWhereTheRatioIsOne() {
    let crossings = Crossings(
      values: [1, 2, 3], isLogarithmic: false, winners: [["a"], ["a", "b"], ["b"]],
      best: ["a", "a", "b"],
      seconds: [["a": 8, "b": 10], ["a": 10, "b": 10], ["a": 12, "b": 10]])
    #expect(crossings.found == [.init(value: 2, before: "a", after: "b")])
  }

  /// Without a difference beyond chance there is no crossing, whichever mean is smaller.
  @Test func tiesDoNotCross() {
    let crossings = Crossings(
      values: [1, 2], isLogarithmic: true, winners: [["a", "b"], ["a", "b"]], best: ["a", "b"],
      seconds: [["a": 8, "b": 10], ["a": 10, "b": 8]])
    #expect(crossings.found.isEmpty)
  }

  /// On a log axis the middle is the geometric mean.
  @Test func logAxesMeetInTheGeometricMiddle() throws {
    let crossings = Crossings(
      values: [10, 1000], isLogarithmic: true, winners: [["a"], ["b"]], best: ["a", "b"],
      seconds: [["a": 8, "b": 10], ["a": 12, "b": 10]])
    let value = try #require(crossings.found.first?.value)
    #expect(abs(value - 100) < 1e-6)
  }

  /// Around a scenario every parameter that it has is varied, its own value among the others.
  @Test func sensitivityVariesWhatTheScenarioHas() throws {
    let small = SmallScenario(
      steps: 2, placements: "[contiguous]", strategies: "[ep]", network: "analytic")
    let results = try #require(
      try SensitivityStudy(small.scenario()).run(baseline: nil, version: "test"))
    #expect(
      results.map(\.parameter) == [
        "skew (zipf exponent)", "tokens per rank", "bandwidth between nodes", "ranks",
      ])
    for result in results {
      let own = try #require(result.scenarioValue)
      #expect(result.points.contains { abs($0.value - own) < 1e-9 * own })
      #expect(result.points.count > 1)
    }
  }
}
