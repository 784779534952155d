import Diagnostics
import Domain
import Foundation
import Testing

@testable import Workbench

/// Policies of re-planning on routing that changes, and on routing that does not.
@Suite struct ReplanningTests {
  private func scenario(_ routing: String) -> SmallScenario {
    SmallScenario(
      model: "layers: 2, hiddenSize: 2048, expertIntermediateSize: 1408, experts: 16, topK: 2",
      tokens: 8192, steps: 120, routing: routing,
      placements: "[contiguous, ilp: { stepBudget: 4000, samples: 4 }]", strategies: "[ep]",
      network: "analytic")
  }

  private let policies = ReplanningPolicy.grid(
    intervals: [10, 20], windows: [6], hystereses: [0.02])

  private func result(_ routing: String) throws -> ReplanningResult {
    try ReplanningStudy(scenario(routing).scenario(), policies: policies, stepBudget: 4000).run()
  }

  /// Popularity moves to other experts at step 16: whoever plans again is faster from then on.
  @Test func driftIsWorthPlanningFor() throws {
    let result = try result(
      "zipf: { exponent: 0.6 }, modifiers: [drift: { at: 16, moved: 100 % }]")
    let best = try #require(result.best)
    #expect(policies.contains(best))
    let outcome = try #require(result.outcomes.first { $0.policy == best })
    #expect(outcome.replacements >= 1)
    #expect(outcome.moveSeconds > 0)
    #expect(outcome.savedSeconds > 0)
    #expect(outcome.meanSeconds < result.never.meanSeconds)
    #expect(result.sentence.contains("Plan every \(best.intervalSteps) steps from the last 6"))
    #expect(result.warmUpSteps == 6 && result.judgedSteps == 114)
  }

  /// Nothing changes, so never is the answer.
  @Test func steadyRoutingIsLeftAlone() throws {
    let result = try result("zipf: { exponent: 0.6 }")
    #expect(result.best == nil)
    #expect(result.sentence.hasPrefix("Keep the placement"))
    for outcome in result.outcomes where outcome.replacements == 0 {
      #expect(outcome.savedSeconds == 0)
      #expect(outcome.meanSeconds == result.never.meanSeconds)
    }
  }

  /// Where tokens do not decide, no price can be found and nothing moves.
  @Test func withoutWorthNothingMoves() throws {
    let result = try result("hotExperts: { fraction: 0.5, experts: 8, assignment: even }")
    #expect(result.best == nil)
    #expect(result.outcomes.allSatisfy { $0.replacements == 0 })
  }

  @Test func theSameScenarioGivesTheSameTable() throws {
    let routing = "zipf: { exponent: 0.6 }, modifiers: [drift: { at: 16, moved: 100 % }]"
    #expect(try result(routing).json() == result(routing).json())
  }

  @Test func tooFewStepsAreAFinding() throws {
    var short = scenario("zipf: { exponent: 0.6 }")
    short.steps = 12
    let found = findings { try ReplanningStudy(short.scenario(), policies: policies) }
    #expect(found.map(\.code) == [.outOfRange])
  }

  /// Standard policies leave steps to judge, whatever their number.
  @Test func theStandardGridFits() {
    for steps in 1...600 {
      let grid = ReplanningPolicy.standardGrid(steps: steps)
      #expect(!grid.isEmpty)
      #expect(Set(grid).count == grid.count)
      let window = grid.map(\.windowSteps).max() ?? 0
      #expect(window <= max(1, steps / 4))
      #expect(grid.allSatisfy { $0.intervalSteps >= 1 && $0.windowSteps >= 1 })
    }
  }
}
