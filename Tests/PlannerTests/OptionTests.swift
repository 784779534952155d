import Foundation
import Testing

@testable import Planner

@Suite struct OptionTests {
  private let budget = PlannerOptions(stepBudget: 4_000)

  private func problem(seed: Int) -> PlacementProblem {
    var random = SearchRandom(seed: UInt64(seed))
    return PlacementProblem(
      loads: (0..<2).map { _ in (0..<8).map { _ in Double(random.below(90)) } }, ranks: 4,
      ranksPerNode: 2, slotsPerRank: 3)
  }

  @Test(arguments: 1...20)
  func groupsStayInTheirNodes(seed: Int) throws {
    var problem = problem(seed: seed)
    problem.expertGroups = 4
    for method in ["ilp", "balanced", "eplb"] {
      let plan = try PlacementPlanner.solve(problem, method: method, options: budget)
      #expect(try problem.score(plan.slots).feasible)
    }
    let free = PlacementPlanner.self
    problem.objective = .joint
    problem.transitions = [[ExpertTransition(source: 0, destination: 7, tokens: 5)]]
    #expect(try problem.score(free.solve(problem, options: budget).slots).feasible)
  }

  @Test(arguments: 1...20)
  func protectedExpertsStayAndMovesHaveTheirPrice(seed: Int) throws {
    var problem = problem(seed: seed)
    problem.currentPlacement = try PlacementPlanner.solve(problem, method: "contiguous").slots
    problem.protectedExperts = [
      ProtectedExpert(layer: 0, expert: 0), ProtectedExpert(layer: 1, expert: 5),
    ]
    let plan = try PlacementPlanner.solve(problem, options: budget)
    #expect(try problem.score(plan.slots).feasible)
    // At a price above any gain nothing moves, and the objective is the current placement's.
    problem.moveCost = 1e6
    let dear = try PlacementPlanner.solve(problem, options: budget)
    let current = try #require(problem.currentPlacement)
    #expect(try problem.score(dear.slots).perLayer.allSatisfy { $0.moves == 0 })
    #expect(dear.certificate.objective <= (try problem.score(current).objective))
  }

  /// Rank 1 is twice as slow: of 9 equal experts it should get 3, so that 6 = 2 · 3.
  @Test func slowRanksGetLess() throws {
    var problem = PlacementProblem(
      loads: [Array(repeating: 1, count: 9)], ranks: 2, ranksPerNode: 2, slotsPerRank: 9)
    problem.rankSlowdown = [1, 2]
    problem.rankMemoryBytes = [9, 9]
    problem.expertBytes = 1
    let plan = try PlacementPlanner.solve(problem, options: budget)
    #expect(plan.certificate.objective == 6)
    #expect(plan.certificate.status == .optimal)
  }

  /// Samples with the pairs 0-1 and 1-2 hot and an even one, which leaves the worse half: apart
  /// both pairs cost 4 and 4; with any pair together one of the two costs 8.
  @Test func theTailIsTheMeanOfTheWorst() throws {
    let problem = PlacementProblem(
      loads: [[1, 3, 1, 1]], samples: [[[4, 4, 0, 0]], [[0, 4, 4, 0]], [[1, 1, 1, 1]]], ranks: 2,
      ranksPerNode: 2, slotsPerRank: 2,
      objective: .conditionalValueAtRisk(tailFraction: 0.5))
    let plan = try PlacementPlanner.solve(problem, options: budget)
    #expect(plan.certificate.objective == 4)
    #expect(plan.certificate.status == .optimal)
  }

  /// Experts 0 and 1 are one group, so one of two single ranks has 5 + 5; without groups 5 + 1.
  @Test(arguments: [(groups: Int?.some(2), largest: 10.0), (groups: nil, largest: 6.0)])
  func aGroupCannotBeDivided(groups: Int?, largest: Double) throws {
    var problem = PlacementProblem(
      loads: [[5, 5, 1, 1]], ranks: 2, ranksPerNode: 1, slotsPerRank: 2)
    problem.expertGroups = groups
    let plan = try PlacementPlanner.solve(problem, options: budget)
    #expect(plan.certificate.objective == largest)
    #expect(plan.certificate.status == .optimal)
  }

  /// Rank 0 has memory for one copy, so the other holds three: 4 + 2 + 2 instead of 4 + 2.
  @Test func aRankWithLittleMemoryHoldsLess() throws {
    var problem = PlacementProblem(
      loads: [[4, 4, 2, 2]], ranks: 2, ranksPerNode: 2, slotsPerRank: 3)
    #expect(try PlacementPlanner.solve(problem, options: budget).certificate.objective == 6)
    problem.expertBytes = 10
    problem.rankMemoryBytes = [19, 30]
    let plan = try PlacementPlanner.solve(problem, options: budget)
    #expect(plan.certificate.objective == 8)
    #expect(plan.slots.experts(ofRank: 0, inLayer: 0).count == 1)
  }

  /// Now ranks hold 5 + 4 and 2 + 1. The best is 5 + 1 and 4 + 2 with two new copies: 6 + 2c.
  /// Protecting the two heavy experts leaves 9.
  @Test(arguments: [(cost: 0.0, best: 6.0), (1, 8), (2, 9)])
  func movesAreWeighedAgainstTheirGain(cost: Double, best: Double) throws {
    var problem = PlacementProblem(
      loads: [[5, 4, 2, 1]], ranks: 2, ranksPerNode: 2, slotsPerRank: 2)
    problem.currentPlacement = PlacementSlots(
      ranks: 2, slotsPerRank: 2, layers: [[0, 1, 2, 3]])
    problem.moveCost = cost
    #expect(try PlacementPlanner.solve(problem, options: budget).certificate.objective == best)
    problem.protectedExperts = [
      ProtectedExpert(layer: 0, expert: 0), ProtectedExpert(layer: 0, expert: 1),
    ]
    let plan = try PlacementPlanner.solve(problem, options: budget)
    #expect(plan.certificate.objective == 9)
    #expect(Set(plan.slots.experts(ofRank: 0, inLayer: 0)) == [0, 1])
  }

  /// Two workloads, each with another hot pair: together or in turn they need other partners.
  @Test func loadSetsAreServedTogether() throws {
    var problem = PlacementProblem(
      loads: [[1, 1, 1, 1]], ranks: 2, ranksPerNode: 2, slotsPerRank: 2)
    problem.loadSets = [
      LoadSet(name: "chat", weight: 1, loads: [[8, 8, 0, 0]]),
      LoadSet(name: "code", weight: 3, loads: [[0, 6, 6, 0]]),
    ]
    // Experts 0 and 1 apart and 1 and 2 apart: 0 and 2 share a rank, maxima 8 and 6.
    let worst = try PlacementPlanner.solve(problem, options: budget)
    #expect(worst.certificate.objective == 8)
    problem.loadSetCombination = .weighted
    let weighted = try PlacementPlanner.solve(problem, options: budget)
    #expect(weighted.certificate.objective == 6.5)
    #expect(weighted.certificate.status == .optimal)
  }

  /// One expert with 12 tokens on ranks 0 and 1, another with 4 on rank 0.
  /// Even: 6 + 4 = 10. Least loaded: (12 + 4) / 2 = 8.
  /// Static with four source ranks: rank 0 keeps its own, 1 its own, 2 sends to copy 0 and 3 to
  /// copy 1 as no copy is near: half each, 10 again.
  @Test(arguments: [
    (ReplicaSplit.even, 10.0), (.leastLoaded, 8.0), (.static, 10.0),
  ])
  func replicasAreSplitAsAsked(split: ReplicaSplit, largest: Double) throws {
    var problem = PlacementProblem(
      loads: [[12, 4, 0, 0]], ranks: 4, ranksPerNode: 2, slotsPerRank: 2)
    problem.replicaSplit = split
    let slots = PlacementSlots(
      ranks: 4, slotsPerRank: 2, layers: [[0, 1, 0, -1, 2, -1, 3, -1]])
    #expect(abs(try problem.score(slots).objective - largest) < 1e-9)
    let plan = try PlacementPlanner.solve(problem, options: budget)
    #expect(try problem.score(plan.slots).feasible)
    #expect(plan.certificate.lowerBound <= plan.certificate.objective)
  }

  @Test(arguments: 1...20)
  func tightMemoryIsKeptOverLayers(seed: Int) throws {
    var problem = problem(seed: seed)
    problem.expertBytes = 10
    // 16 copies are needed; the ranks hold 3, 5, 4 and 5 of them.
    problem.rankMemoryBytes = [39, 50, 45, 50]
    for method in ["ilp", "balanced"] {
      let plan = try PlacementPlanner.solve(problem, method: method, options: budget)
      #expect(try problem.score(plan.slots).feasible)
    }
  }

  @Test func violationsAreNamed() throws {
    var problem = problem(seed: 1)
    problem.expertBytes = 10
    problem.rankMemoryBytes = [60, 60, 60, 40]
    let row = [0, 0, 1, 2, 3, 9, 4, 5, -1, 6, -1, -1]
    let slots = PlacementSlots(
      ranks: 4, slotsPerRank: 3, layers: [row, [0, 1, -1, 2, 3, -1, 4, 5, -1, 6, 7, 0]])
    let score = try problem.score(slots)
    #expect(!score.feasible)
    #expect(
      score.violations.map(\.description) == [
        "layer 0, rank 0: expert 0 twice", "layer 0, rank 1: there is no expert 9",
        "layer 0: expert 7 has no copy",
      ])
  }

  @Test func theFileKeepsThePlan() throws {
    let problem = problem(seed: 3)
    let plan = try PlacementPlanner.solve(problem, options: budget)
    let file = PlacementFile(plan.slots, of: problem, certificate: plan.certificate)
    let read = try PlacementFile(json: file.json())
    #expect(read == file)
    #expect(read.slots == plan.slots)
    #expect(throws: PlacementError.self) { try PlacementFile(json: Data("{}".utf8)) }
  }

  /// Loads 8, 1, 1 without replicas: rank 0 holds expert 0, which alone is above the mean of 5.
  @Test func explanationsNameTheBindingExpert() throws {
    let problem = PlacementProblem(
      loads: [[8, 1, 1]], ranks: 2, ranksPerNode: 2, slotsPerRank: 2)
    let slots = PlacementSlots(ranks: 2, slotsPerRank: 2, layers: [[0, -1, 1, 2]])
    let layer = try #require(problem.explanation(of: slots).first)
    #expect(layer.rank == 0)
    #expect(layer.load == 8)
    #expect(layer.meanLoad == 5)
    #expect(layer.boundByOneExpert)
    #expect(layer.experts.map(\.expert) == [0])
  }

  @Test func progressNeverWorsensAndBoundsHold() throws {
    var seen: [PlanProgress] = []
    let plan = try PlacementPlanner.solve(
      problem(seed: 5), options: budget, onProgress: { seen.append($0) })
    for step in seen {
      #expect(step.bound <= plan.certificate.objective * (1 + 1e-6))
      #expect(step.incumbent >= plan.certificate.objective * (1 - 1e-6))
    }
  }
}
