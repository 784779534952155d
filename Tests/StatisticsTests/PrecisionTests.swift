import Testing

@testable import Statistics

@Suite("Precision goals")
struct PrecisionTests {
  private func sample(_ count: Int) -> [Double] {
    var stream = RandomStream(seed: 21, purpose: "precision")
    return (0..<count).map { _ in 20 + stream.normal() }
  }

  @Test func tooFewValuesSayHowManyGiveAnInterval() {
    let goal = PrecisionGoal(relativeHalfWidth: 0.01)
    #expect(goal.assess([]) == .tooFew(valuesNeeded: 368))
    #expect(goal.assess(sample(367)) == .tooFew(valuesNeeded: 368))
    // A quantile of zero has no relative width, however many values there are.
    #expect(goal.assess(.init(repeating: 0, count: 500)) == .tooFew(valuesNeeded: 501))
  }

  /// What the goal asks for is enough, give or take what an estimate of a tail is off by.
  @Test func theNumberAskedForReachesTheGoal() throws {
    let goal = PrecisionGoal(relativeHalfWidth: 0.005)
    guard case .notReached(let width, let needed) = goal.assess(sample(400)) else {
      Issue.record("400 values cannot pin p99 to 0.5 %")
      return
    }
    #expect(width > 0.005 && needed > 400)
    guard case .reached(let reached) = goal.assess(sample(needed * 2)) else {
      Issue.record("\(2 * needed) values should pin p99 to 0.5 %")
      return
    }
    #expect(reached <= 0.005)
  }

  @Test func constantValuesArePreciseAtOnce() {
    let goal = PrecisionGoal(relativeHalfWidth: 1e-9)
    #expect(goal.assess(.init(repeating: 3, count: 368)) == .reached(relativeHalfWidth: 0))
  }
}
