import Results
import Scenarios
import Testing
import Workbench

@Suite struct PrecisionRunTests {
  private func run(_ precision: String, maximum: Int = 4000) throws -> Results.ComparisonResult {
    let more = """
      simulation: { seed: 7, network: analytic, precision: \(precision), maximumSteps: \(maximum) }
      """
    var small = SmallScenario(steps: 50, placements: "[contiguous]")
    small.tokens = 64
    let text = small.text.replacing(#/simulation:.*/#, with: more)
    return try ScenarioRun(readScenario(text)).compare(version: "test")
  }

  /// A run goes on until every cell's p99 is as sure as asked; all cells have met the same steps.
  @Test func runsUntilThePrecisionIsReached() throws {
    let result = try run("3 %")
    let precision = try #require(result.precision)
    #expect(precision.isReached)
    #expect(precision.steps >= 368 && precision.steps <= 4000)
    #expect(try #require(precision.relativeHalfWidth) <= 0.03)
    for cell in result.cells {
      #expect(cell.stepTime.count == precision.steps)
      let ends = try #require(cell.stepTime.p99Confidence95Seconds)
      #expect((ends[1] - ends[0]) / 2 <= 0.03 * (cell.stepTime.p99Seconds ?? 0))
    }
    #expect(!result.warnings.contains { $0.contains("p99") })
    #expect(try run("3 %").json() == result.json())
  }

  /// The limit ends it, and the result says so.
  @Test(arguments: [60, 400])
  func aMissedPrecisionIsSaid(maximum: Int) throws {
    let result = try run("0.0001 %", maximum: maximum)
    let precision = try #require(result.precision)
    #expect(!precision.isReached)
    #expect(precision.steps == maximum && result.system.steps == maximum)
    #expect((precision.relativeHalfWidth == nil) == (maximum < 368))
    #expect(result.warnings.contains { $0.hasPrefix("p99 is known to") })
  }

  /// Where the scenario names neither steps nor a precision, steps go on until every mean is known to half
  /// a per cent, and no further than a thousand.
  @Test func meansDecideWhereNothingIsSaid() throws {
    func steps(tokens: Int, saying more: String = "") throws -> Int {
      var small = SmallScenario(steps: 50, placements: "[contiguous]")
      small.tokens = tokens
      let text = small.text.replacing(#/steps: 50/#, with: "sequenceLength: 128").replacing(
        #/simulation: {/#, with: "simulation: { \(more)")
      return try ScenarioRun(readScenario(text)).compare(version: "test").system.steps
    }
    // Few tokens scatter; many do not.
    #expect(try [250, 500, 1000].contains(steps(tokens: 4)))
    #expect(try steps(tokens: 4096) == 100)
    // A precision of p99 is another goal.
    #expect(try steps(tokens: 4096, saying: "precision: 50 %, ") >= 368)
  }

  /// Runs with different seeds judge one plan on different tokens.
  @Test(arguments: ["[balanced]", "[ilp]"]) func seedsDoNotChangePlans(placements: String) throws {
    func slots(_ seed: Int, planningSeed: Int) throws -> [[Int]] {
      let small = SmallScenario(steps: 4, placements: placements, seed: seed)
      let text = small.text.replacing(
        #/simulation: {/#, with: "simulation: { planningSeed: \(planningSeed),")
      return try ScenarioRun(readScenario(text)).compare(version: "test").placements
        .map(\.firstLayerSlots)
    }
    #expect(try slots(1, planningSeed: 3) == slots(2, planningSeed: 3))
  }
}
