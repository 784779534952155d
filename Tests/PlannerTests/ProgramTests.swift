import GLPKSolver
import LinearModel
import Testing

@testable import Planner

@Suite struct ProgramTests {
  /// Clusters by trying all assignments of experts to clusters.
  private func bestDeviation(_ loads: [Double], clusters: Int, largest: Int) -> Double {
    let mean = loads.reduce(0, +) / Double(clusters)
    var best = Double.infinity
    var code = Array(repeating: 0, count: loads.count)
    while true {
      var totals = Array(repeating: 0.0, count: clusters)
      var sizes = Array(repeating: 0, count: clusters)
      for (expert, cluster) in code.enumerated() {
        totals[cluster] += loads[expert]
        sizes[cluster] += 1
      }
      if sizes.allSatisfy({ $0 >= 1 && $0 <= largest }) {
        best = min(best, totals.reduce(0) { $0 + abs($1 - mean) })
      }
      guard let next = code.lastIndex(where: { $0 < clusters - 1 }) else { return best }
      code[next] += 1
      for later in next + 1..<code.count { code[later] = 0 }
    }
  }

  @Test(arguments: 1...25)
  func moETunersClustersAreOptimal(seed: Int) throws {
    var random = SearchRandom(seed: UInt64(seed))
    let loads = (0..<6).map { _ in Double(1 + random.below(50)) }
    let program = MoETunerPrograms.Clustering(loads: loads, clusters: 3, largest: 3)
    let solution = try GLPKSolver().solve(program.model)
    #expect(solution.status == .optimal)
    let clusters = program.clusters(of: solution.values)
    #expect(clusters.joined().sorted() == Array(0..<6))
    let mean = loads.reduce(0, +) / 3
    let deviation = clusters.reduce(0) { sum, cluster in
      sum + abs(cluster.reduce(0) { $0 + loads[$1] } - mean)
    }
    let best = bestDeviation(loads, clusters: 3, largest: 3)
    #expect(abs(deviation - best) < 1e-6 * max(1, best))
  }

  /// The second program by GLPK and by dynamic programming: two ways, one optimum.
  @Test(arguments: 1...15)
  func moETunersMappingAgreesWithDynamicProgramming(seed: Int) throws {
    var random = SearchRandom(seed: UInt64(seed))
    let flows = (0..<2).map { _ in
      (0..<3).map { _ in (0..<3).map { _ in Double(random.below(30)) } }
    }
    var problem = PlacementProblem(
      loads: [[1, 1, 1], [1, 1, 1], [1, 1, 1]], ranks: 3, ranksPerNode: 2, slotsPerRank: 1,
      objective: .joint)
    problem.costs = TokenCosts(
      computeNanoseconds: 0, intraNodeNanoseconds: 1, interNodeNanoseconds: 3)
    let cost = (0..<3).map { from in (0..<3).map { problem.tokenCost(from: from, to: $0) } }
    let program = MoETunerPrograms.Mapping(flows: flows, cost: cost)
    let solution = try GLPKSolver().solve(program.model, options: .init(timeLimit: 60))
    let mapping = ClusterMapping(problem, flows: flows)
    var run = PlanningRun(
      PlannerOptions(stepBudget: 1), onProgress: { _ in }, shouldStop: { false })
    let (clusters, proven) = mapping.solve(&run)
    #expect(proven)
    #expect(solution.status == .optimal)
    #expect(abs(solution.objective - mapping.value(of: clusters)) < 1e-4)
    let byRank = program.ranks(of: solution.values).map { ranks in
      (0..<3).map { rank in ranks.firstIndex(of: rank) ?? -1 }
    }
    #expect(abs(mapping.value(of: byRank) - solution.objective) < 1e-4)
  }

  /// MoETuner's own case, Mixtral's 8 experts on 4 and on 8 ranks: both programs to the optimum.
  @Test(
    .enabled(if: SharedData.exists),
    arguments: [(ranks: 4, ranksPerNode: 4), (4, 2), (8, 8)])
  func moETunersProgramsAreSolvedForMixtral(ranks: Int, ranksPerNode: Int) throws {
    var problem = try SharedData.problem("mixtral_joint_g4", layers: 4)
    (problem.ranks, problem.ranksPerNode) = (ranks, ranksPerNode)
    problem.slotsPerRank = 8 / ranks
    problem.rankMemoryBytes = []
    let plan = try PlacementPlanner.solve(
      problem, method: "moetuner", options: .init(timeLimit: 300))
    var clusters: [[[Int]]] = []
    for (layer, loads) in problem.loads.enumerated() {
      let lists = (0..<ranks).map { plan.slots.experts(ofRank: $0, inLayer: layer) }
      let mean = loads.reduce(0, +) / Double(ranks)
      let deviation = lists.reduce(0.0) { sum, list in
        sum + abs(list.reduce(0) { $0 + loads[$1] } - mean)
      }
      let best = bestPairing(loads, clusters: ranks)
      #expect(abs(deviation - best) <= 1e-6 * max(1, best), "layer \(layer)")
      clusters.append(lists)
    }
    let flows = problem.transitions.indices.map {
      MoETunerMethod.flow(problem.transitions[$0], clusters[$0], clusters[$0 + 1], 8)
    }
    let mapping = ClusterMapping(problem, flows: flows)
    var run = PlanningRun(
      PlannerOptions(stepBudget: 1), onProgress: { _ in }, shouldStop: { false })
    let (order, proven) = mapping.solve(&run)
    #expect(proven)
    let identity = Array(repeating: Array(0..<ranks), count: problem.layers)
    let (reached, least) = (mapping.value(of: identity), mapping.value(of: order))
    #expect(abs(reached - least) <= 1e-6 * least)
  }

  /// The least deviation over all ways to pair eight experts, or to have one each.
  private func bestPairing(_ loads: [Double], clusters: Int) -> Double {
    let mean = loads.reduce(0, +) / Double(clusters)
    guard clusters == 4 else { return loads.reduce(0) { $0 + abs($1 - mean) } }
    func descend(_ left: [Int]) -> Double {
      guard let first = left.first else { return 0 }
      return left.dropFirst().map { second in
        abs(loads[first] + loads[second] - mean)
          + descend(left.filter { $0 != first && $0 != second })
      }.min() ?? 0
    }
    return descend(Array(0..<8))
  }

  /// Loads 12, 4, 2 in 5 slots on 5 ranks: copies 3, 1, 1 make the largest share 4.
  @Test func copiesByHand() throws {
    let loads = LayerLoads(rows: [[12, 4, 2]], risk: .mean([1]))
    let program = ReplicaProgram(loads: loads, slots: 5, ranks: 5, bounds: [3.6], fastest: 1)
    let solution = try GLPKSolver().solve(program.model)
    #expect(program.copies(of: solution.values) == [3, 1, 1])
    #expect(abs(solution.objective * program.scale - 4) < 1e-9)
    let known = program.values(of: [3, 1, 1])
    #expect(program.model.violations(of: known).isEmpty)
    #expect(abs(program.model.objectiveValue(of: known) * program.scale - 4) < 1e-9)
  }

  /// A row's values satisfy the layer's program and cost what the scoring function says.
  @Test(arguments: 1...40)
  func theLayerProgramAgreesWithTheScore(seed: Int) throws {
    var problem = SmallProblems.make(seed: seed)
    problem.objective = [.balance, .expected, .conditionalValueAtRisk(tailFraction: 0.5)][seed % 3]
    let capacity = Array(repeating: problem.slotsPerRank, count: problem.ranks)
    for broken in [false, true] {
      let program = LayerProgram(
        problem, layer: 0, capacity: capacity, symmetryBroken: broken)
      let row = BalancedMethod.row(of: problem, layer: 0, capacity: capacity)
      let values = program.values(of: row)
      #expect(program.model.violations(of: values).isEmpty)
      let score = try problem.layerValue(of: row, layer: 0)
      #expect(
        abs(program.model.objectiveValue(of: values) * program.scale - score)
          <= 1e-6 * max(1, score))
      if !broken { #expect(program.row(of: values).sorted() == row.sorted()) }
    }
  }

  @Test func theLayerProgramIsWritten() throws {
    let problem = PlacementProblem(
      loads: [[4, 3, 2, 1]], ranks: 2, ranksPerNode: 2, slotsPerRank: 2)
    let text = try problem.layerProgram(0)
    #expect(text.contains("slots_of_rank_1:"))
    #expect(text.contains("load_of_rank_0_in_sample_0:"))
    #expect(throws: PlacementError.self) { try problem.layerProgram(1) }
  }
}
