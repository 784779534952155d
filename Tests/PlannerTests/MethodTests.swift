import Testing

@testable import Planner

@Suite struct MethodTests {
  private let budget = PlannerOptions(stepBudget: 600)

  /// Every method on every small problem: feasible, certificate true, never above what all
  /// placements reach, and the bound below it.
  @Test(arguments: 1...300)
  func everyMethodKeepsItsWord(seed: Int) throws {
    let problem = SmallProblems.make(seed: seed)
    let optimum = BruteForce(problem: problem).optimum
    for entry in PlacementMethodCatalog.entries {
      let plan = try PlacementPlanner.solve(problem, method: entry.name, options: budget)
      let certificate = plan.certificate
      let score = try problem.score(plan.slots)
      let tolerance = 1e-6 * max(1, optimum)
      #expect(score.feasible, "\(entry.name): \(score.violations)")
      #expect(certificate.objective == score.objective)
      #expect(score.objective >= optimum - tolerance, "\(entry.name) beats all placements")
      #expect(certificate.lowerBound <= optimum + tolerance, "\(entry.name)'s bound is too high")
      #expect(certificate.lowerBound <= certificate.objective)
      if certificate.objective > 0 {
        let gap = (certificate.objective - certificate.lowerBound) / certificate.objective
        #expect(certificate.gap == gap)
      }
      if certificate.status == .optimal { #expect(score.objective <= optimum + tolerance) }
    }
  }

  /// The same where replicas are split otherwise and moves cost something: here every row is judged by the scoring function, layer by layer.
  @Test(arguments: 1...120)
  func everyMethodKeepsItsWordUnderOptions(seed: Int) throws {
    var problem = SmallProblems.make(seed: seed)
    guard !problem.objective.couplesLayers else { return }
    problem.replicaSplit = seed % 2 == 0 ? .static : .leastLoaded
    let rows = BruteForce(problem: problem).rows
    if seed % 3 == 0, let row = rows.last {
      problem.currentPlacement = PlacementSlots(
        ranks: problem.ranks, slotsPerRank: problem.slotsPerRank,
        layers: problem.loads.map { _ in row })
      problem.moveCost = Double(seed % 7)
    }
    let optimum = try (0..<problem.layers).reduce(0.0) { sum, layer in
      try sum + (rows.map { try problem.layerValue(of: $0, layer: layer) }.min() ?? 0)
    }
    let tolerance = 1e-6 * max(1, optimum)
    for entry in PlacementMethodCatalog.entries {
      let plan = try PlacementPlanner.solve(problem, method: entry.name, options: budget)
      let score = try problem.score(plan.slots)
      #expect(score.feasible && plan.certificate.objective == score.objective)
      #expect(score.objective >= optimum - tolerance, "\(entry.name) beats all placements")
      #expect(plan.certificate.lowerBound <= optimum + tolerance, "\(entry.name)'s bound")
      if plan.certificate.status == .optimal { #expect(score.objective <= optimum + tolerance) }
    }
  }

  @Test(arguments: 1...60)
  func theSearchFindsTheOptimumOfTinyProblems(seed: Int) throws {
    let problem = SmallProblems.make(seed: seed)
    let optimum = BruteForce(problem: problem).optimum
    let plan = try PlacementPlanner.solve(problem, options: .init(stepBudget: 20_000))
    #expect(plan.certificate.objective <= optimum * 1.000001 + 1e-6)
  }

  @Test(arguments: ["ilp", "naiveILP", "balanced", "eplb"])
  func aStepBudgetMakesPlansReproducible(method: String) throws {
    for seed in 1...20 {
      let problem = SmallProblems.make(seed: seed)
      let first = try PlacementPlanner.solve(problem, method: method, options: budget)
      let second = try PlacementPlanner.solve(problem, method: method, options: budget)
      #expect(first.slots == second.slots)
    }
  }

  @Test func theNumberOfThreadsDoesNotChangeBalancedPlans() throws {
    for seed in stride(from: 1, to: 60, by: 5) {
      var problem = SmallProblems.make(seed: seed)
      problem.objective = .expected
      let one = try PlacementPlanner.solve(
        problem, options: .init(stepBudget: 2_000, threads: 1))
      let two = try PlacementPlanner.solve(
        problem, options: .init(stepBudget: 2_000, threads: 2))
      #expect(one.slots == two.slots)
    }
  }

  /// Chains are long enough here for two threads to search ranges of their own.
  @Test(arguments: [
    PlacementObjective.joint, .traffic(layerLoadCaps: Array(repeating: 900, count: 10)),
  ])
  func theNumberOfThreadsDoesNotChangeChains(objective: PlacementObjective) throws {
    var random = SearchRandom(seed: 3)
    for spare in 0...1 {
      var problem = PlacementProblem(
        loads: (0..<10).map { _ in (0..<24).map { _ in Double(10 + random.below(50)) } },
        ranks: 6, ranksPerNode: 3, slotsPerRank: 4 + spare, objective: objective)
      problem.costs = TokenCosts(
        computeNanoseconds: 5, intraNodeNanoseconds: 1, interNodeNanoseconds: 6)
      problem.transitions = (0..<9).map { _ in
        (0..<100).map { _ in
          ExpertTransition(
            source: random.below(24), destination: random.below(24),
            tokens: Double(random.below(20)))
        }
      }
      let plans = try [1, 2, 4].map {
        try PlacementPlanner.solve(problem, options: .init(stepBudget: 40_000, threads: $0))
      }
      #expect(plans[0].slots == plans[1].slots)
      #expect(plans[0].slots == plans[2].slots)
      let eplb = try PlacementPlanner.solve(problem, method: "balanced")
      #expect(plans[0].certificate.objective < eplb.certificate.objective)
    }
  }

  /// Loads from 1 to 10¹⁵ are what GLPK scales badly; whatever it says, every method has a plan.
  @Test(arguments: 1...12)
  func badlyScaledLoadsAreStillPlanned(seed: Int) throws {
    var random = SearchRandom(seed: UInt64(seed))
    func row() -> [Double] {
      (0..<6).map { _ in [0, 1, 3, 1e6, 1e11, 1e15][random.below(6)] }
    }
    let problem = PlacementProblem(
      loads: [row(), row()], samples: (0..<3).map { _ in [row(), row()] }, ranks: 3,
      ranksPerNode: 3, slotsPerRank: 3, objective: seed % 2 == 0 ? .balance : .expected)
    for method in PlacementMethodCatalog.entries.map(\.name) {
      let plan = try PlacementPlanner.solve(problem, method: method, options: budget)
      #expect(try problem.score(plan.slots).feasible)
      #expect(plan.certificate.lowerBound <= plan.certificate.objective)
    }
  }

  @Test func anUnknownMethodIsNamedWithTheKnownOnes() {
    let problem = SmallProblems.make(seed: 1)
    #expect {
      try PlacementPlanner.solve(problem, method: "magic")
    } throws: { error in
      let text = (error as? PlacementError)?.description ?? ""
      return text.contains("'magic' is unknown") && text.contains("contiguous, roundRobin")
    }
  }

  @Test func theCallerCanStopAtOnceAndStillGetsAPlan() throws {
    for seed in 1...10 {
      let problem = SmallProblems.make(seed: seed)
      let plan = try PlacementPlanner.solve(
        problem, options: .init(timeLimit: 60), shouldStop: { true })
      #expect(try problem.score(plan.slots).feasible)
      #expect(plan.certificate.wallSeconds < 30)
    }
  }

  /// Loads 4, 3, 2, 1 on two ranks: 4 + 1 and 3 + 2 are both 5, the mean.
  @Test func aBalanceByHand() throws {
    let problem = PlacementProblem(
      loads: [[4, 3, 2, 1]], ranks: 2, ranksPerNode: 2, slotsPerRank: 2)
    let plan = try PlacementPlanner.solve(problem, method: "balanced")
    #expect(plan.certificate.objective == 5)
    #expect(plan.certificate.status == .optimal)
    #expect(plan.slots.layers == [[0, 3, 1, 2]])
    let contiguous = try PlacementPlanner.solve(problem, method: "contiguous")
    #expect(contiguous.certificate.objective == 7)
    #expect(contiguous.certificate.gap == 2.0 / 7)
    #expect(contiguous.slots.layers == [[0, 1, 2, 3]])
  }

  @Test func zeroLoadsAndOneRankAreSolved() throws {
    for method in PlacementMethodCatalog.entries.map(\.name) {
      let idle = PlacementProblem(
        loads: [[0, 0, 0]], ranks: 2, ranksPerNode: 2, slotsPerRank: 2)
      let plan = try PlacementPlanner.solve(idle, method: method, options: budget)
      #expect(plan.certificate.objective == 0)
      #expect(plan.certificate.status == .optimal)
      let alone = PlacementProblem(
        loads: [[5, 0, 2]], ranks: 1, ranksPerNode: 1, slotsPerRank: 3)
      #expect(
        try PlacementPlanner.solve(alone, method: method, options: budget)
          .certificate.objective == 7)
    }
  }
}
