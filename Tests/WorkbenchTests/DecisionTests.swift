import Diagnostics
import Domain
import Foundation
import Planner
import Results
import Testing

@testable import Workbench

/// From a plan to a decision: what moves cost, and whether the gain survives.
@Suite struct DecisionTests {
  /// A migration that takes so long.
  private static func migration(seconds: Double) throws -> Migration {
    let folder = try TemporaryFolder()
    let first = try folder.write(MigrationTests.file([0, 1, 2, 3]), to: "a.json")
    let second = try folder.write(MigrationTests.file([1, 0, 2, 3]), to: "b.json")
    let cluster = try folder.write(MigrationTests.cluster, to: "cluster.yaml")
    // 100 GB/s inside the node.
    return try PlacementDiff.migration(
      from: first, to: second, cluster: cluster, expertBytes: seconds * 100e9)
  }

  @Test func movesPayBackAfterWholeSteps() throws {
    // Every step saves 1 s, so 2.5 s are back after 3 steps, at both ends of the interval.
    let verdict = PlanVerdict(
      baseline: "current", before: [10, 12, 11], after: [9, 11, 10],
      migration: try Self.migration(seconds: 2.5))
    #expect(verdict.decision == .better)
    #expect(verdict.savedSeconds == 1)
    #expect(verdict.paybackSteps == 3)
    #expect(verdict.paybackStepsConfidence95 == [3, 3])
    #expect(verdict.sentence.contains("pays back after 3 steps"))
  }

  @Test func aLossAndATieAreSaid() {
    let loss = PlanVerdict(
      baseline: "c", before: [9, 11, 10], after: [10, 12, 11], migration: nil)
    #expect(loss.decision == .worse)
    #expect(loss.sentence.contains("keep what you have"))
    #expect(loss.paybackSteps == nil)
    let tie = PlanVerdict(baseline: "c", before: [9, 11, 10], after: [10, 10, 10], migration: nil)
    #expect(tie.decision == .undecided)
    let single = PlanVerdict(baseline: "c", before: [9], after: [8], migration: nil)
    #expect(single.decision == .undecided)
  }

  private let skewed = SmallScenario(
    tokens: 4096, steps: 4, routing: "zipf: { exponent: 1.1 }",
    placements: "[contiguous, ilp: { stepBudget: 20000 }]", strategies: "[ep]")

  private func study(
    horizon: Int, in folder: TemporaryFolder
  ) throws -> (study: PlanStudy, price: Double, migration: Migration, planned: PlannedPlacement) {
    try folder.write(PlacementTests.file(), to: "current.json")
    var inputs = PlanningInputs()
    inputs.current = folder.path + "/current.json"
    var study = try PlanStudy(skewed.scenario(in: folder.path), inputs: inputs)
    let options = PlannerOptions(stepBudget: 20_000)
    let price = try #require(try study.priceMoves(payingWithin: horizon, options: options))
    let planned = try study.solve(method: "ilp", options: options)
    return (study, price, try #require(try study.migration(to: planned)), planned)
  }

  /// The longer a placement stays, the less a move costs; where it stays for no time, nothing moves.
  @Test func theHorizonDecidesWhatMoves() throws {
    let folder = try TemporaryFolder()
    let long = try study(horizon: 1_000_000, in: folder)
    let short = try study(horizon: 1, in: folder)
    #expect(long.migration.moves > 0)
    #expect(short.migration.moves <= long.migration.moves)
    #expect(abs(short.price / long.price - 1e6) < 1)
    let seconds = try #require(long.migration.seconds)
    #expect(seconds > 0)
    let verdict = try #require(
      try long.study.judge(long.planned, migration: long.migration, version: "test"))
    #expect(verdict.baseline == "current")
    #expect(verdict.decision == .better)
    #expect((verdict.paybackSteps ?? 0) >= 1)
  }

  /// Where all experts are alike, no balance makes steps faster and everything stays.
  @Test func nothingMovesWhereNothingIsGained() throws {
    let folder = try TemporaryFolder()
    try folder.write(PlacementTests.file(), to: "current.json")
    var scenario = skewed
    scenario.routing = "hotExperts: { fraction: 0.5, experts: 4, assignment: even }"
    var inputs = PlanningInputs()
    inputs.current = folder.path + "/current.json"
    var study = try PlanStudy(scenario.scenario(in: folder.path), inputs: inputs)
    let options = PlannerOptions(stepBudget: 20_000)
    _ = try study.priceMoves(payingWithin: 1000, options: options)
    let planned = try study.solve(method: "ilp", options: options)
    #expect(try study.migration(to: planned)?.moves == 0)
  }

  /// A file for another cluster is one finding.
  @Test func aCurrentPlacementMustFit() throws {
    let folder = try TemporaryFolder()
    try folder.write(PlacementTests.file(ranks: 2), to: "current.json")
    var inputs = PlanningInputs()
    inputs.current = folder.path + "/current.json"
    let found = findings { try PlanStudy(skewed.scenario(in: folder.path), inputs: inputs) }
    #expect(found.map(\.code) == [.invalidPlacement])
  }

  /// The problem says how the strategies split replicas, and which ranks are slow.
  @Test func theProblemFollowsTheScenario() throws {
    var scenario = skewed
    scenario.strategies = "[ep: { replicaDispatch: static }]"
    #expect(try PlanStudy(scenario.scenario()).problem.replicaSplit == .static)
    scenario.strategies = "[ep: { replicaDispatch: static, name: a }, ep]"
    #expect(try PlanStudy(scenario.scenario()).problem.replicaSplit == .even)
    scenario.strategies = "[ep]"
    #expect(try PlanStudy(scenario.scenario()).problem.rankSlowdown.isEmpty)
    let slow = scenario.text.replacingOccurrences(
      of: "acceleratorsPerNode: 2 }",
      with: "acceleratorsPerNode: 2, slowdown: { ranks: [3], compute: 1.5, network: 1 } }")
    #expect(try PlanStudy(readScenario(slow)).problem.rankSlowdown == [1, 1, 1, 1.5])
  }

  @Test func tailAndSamplesAreOptions() throws {
    var scenario = skewed
    scenario.placements = "[ilp: { objective: cvar, tailFraction: 0.5, samples: 6 }]"
    let problem = try PlanStudy(scenario.scenario()).problem
    #expect(problem.objective == .conditionalValueAtRisk(tailFraction: 0.5))
    #expect(problem.samples.count == 6)
    let result = try scenario.run()
    #expect(result.cells.count == 1)
  }
}
