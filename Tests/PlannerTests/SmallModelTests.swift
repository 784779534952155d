import Testing

@testable import Planner

/// Exact answers for few experts: enumeration and dynamic programming against trying everything.
@Suite struct SmallModelTests {
  private func run() -> PlanningRun {
    PlanningRun(PlannerOptions(stepBudget: 1), onProgress: { _ in }, shouldStop: { false })
  }

  /// One layer by enumeration and by brute force, in every load objective and with slow ranks.
  @Test(arguments: 1...120)
  func enumerationFindsTheBestLayer(seed: Int) throws {
    var problem = SmallProblems.make(seed: seed)
    problem.objective = [.balance, .expected, .conditionalValueAtRisk(tailFraction: 0.5)][seed % 3]
    problem.loads = [problem.loads[0]]
    problem.samples = problem.samples.map { [$0[0]] }
    problem.layerNumbers = [0]
    problem.transitions = []
    let capacity = Array(repeating: problem.slotsPerRank, count: problem.ranks)
    var search = try #require(
      LayerEnumeration(problem, layer: 0, capacity: capacity, nodeLimit: 1_000_000))
    let found = search.best(below: .greatestFiniteMagnitude)
    let best = try #require(found)
    let optimum = BruteForce(problem: problem).optimum
    #expect(abs(best.value - optimum) <= 1e-9 * max(1, optimum))
    #expect(try abs(problem.layerValue(of: best.row, layer: 0) - optimum) <= 1e-9 * max(1, optimum))
    // Nothing lies below the optimum, and everything up to a limit is found.
    let below = search.best(below: optimum)
    #expect(below?.row.isEmpty == true || optimum == 0)
    let listed = search.all(upTo: optimum * 1.5 + 1e-9, count: 100_000)
    let all = try #require(listed)
    for row in all {
      #expect(try problem.layerValue(of: row, layer: 0) <= optimum * 1.5 * (1 + 1e-9) + 1e-6)
    }
  }

  @Test func enumerationGivesUpWhenItIsTooLong() throws {
    let problem = PlacementProblem(
      loads: [[9, 8, 7, 6, 5, 4, 3, 2]], ranks: 8, ranksPerNode: 8, slotsPerRank: 3)
    let capacity = Array(repeating: 3, count: 8)
    var search = try #require(
      LayerEnumeration(problem, layer: 0, capacity: capacity, nodeLimit: 50))
    let best = search.best(below: .greatestFiniteMagnitude)
    #expect(best == nil)
  }

  /// Leaving dear placements out of the dynamic program does not lose the optimum.
  @Test(arguments: 1...60)
  func pruningKeepsTheOptimum(seed: Int) throws {
    var random = SearchRandom(seed: UInt64(seed), stream: 5)
    let experts = 4
    let loads = (0..<4).map { _ in (0..<experts).map { _ in Double(10 + random.below(90)) } }
    var problem = PlacementProblem(
      loads: loads, ranks: 3, ranksPerNode: 1 + random.below(3), slotsPerRank: 2,
      objective: .joint)
    problem.costs = TokenCosts(
      computeNanoseconds: Double(2 + random.below(40)), intraNodeNanoseconds: 1,
      interNodeNanoseconds: Double(1 + random.below(4)))
    problem.transitions = (0..<3).map { _ in
      (0..<12).map { _ in
        ExpertTransition(
          source: random.below(experts), destination: random.below(experts),
          tokens: Double(random.below(30)))
      }
    }
    var run = run()
    let exact = SmallModelSearch(problem, listLimit: 0, &run)?.solve(&run)
    let pruned = try #require(exact)
    let everything = SmallModelSearch(problem, &run)?.solve(&run)
    let whole = try #require(everything)
    let (first, second) = (try problem.score(pruned).objective, try problem.score(whole).objective)
    #expect(abs(first - second) <= 1e-6 * second)
    #expect(try problem.score(pruned).feasible)
  }

  /// Eight experts on four ranks of three slots: proven in every objective.
  @Test(arguments: [
    PlacementObjective.balance, .expected, .conditionalValueAtRisk(tailFraction: 0.5), .joint,
  ])
  func eightExpertsWithSpareSlotsAreProven(objective: PlacementObjective) throws {
    var random = SearchRandom(seed: 8)
    func row() -> [Double] { (0..<8).map { _ in Double(200 + random.below(400)) } }
    var problem = PlacementProblem(
      loads: (0..<2).map { _ in row() },
      samples: (0..<8).map { _ in (0..<2).map { _ in row() } },
      ranks: 4, ranksPerNode: 4, slotsPerRank: 3, objective: objective)
    problem.costs = TokenCosts(
      computeNanoseconds: 8_000, intraNodeNanoseconds: 18, interNodeNanoseconds: 160)
    problem.transitions = (0..<1).map { _ in
      (0..<64).map {
        ExpertTransition(source: $0 / 8, destination: $0 % 8, tokens: Double(random.below(100)))
      }
    }
    let plan = try PlacementPlanner.solve(problem, options: .init(stepBudget: 400_000))
    #expect(plan.certificate.status == .optimal)
    #expect(plan.certificate.gap == 0)
    // Annealing from another method's side never beats it.
    for method in ["balanced", "eplb"] {
      let other = try PlacementPlanner.solve(problem, method: method)
      #expect(other.certificate.objective >= plan.certificate.objective * (1 - 1e-9))
    }
  }

  @Test(.enabled(if: SharedData.exists))
  func thePublicMixtralProblemIsProven() throws {
    let plan = try PlacementPlanner.solve(
      SharedData.problem("mixtral_joint_g4"), options: .init(stepBudget: 1))
    #expect(plan.certificate.status == .optimal)
    #expect(abs(plan.certificate.objective / 62.855e6 - 1) < 1e-4)
  }

  @Test(.enabled(if: SharedData.exists))
  func thePublicMixtralProblemWithSpareSlotsIsProven() throws {
    let problem = try SharedData.problem("mixtral_joint_g4_redundant", layers: 2)
    let plan = try PlacementPlanner.solve(problem, options: .init(stepBudget: 1))
    #expect(plan.certificate.status == .optimal)
  }
}
