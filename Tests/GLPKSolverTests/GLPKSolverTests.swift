import GLPKSolver
import LinearModel
import Testing

/// Items of a knapsack with their integer program.
private struct Knapsack {
  var values: [Double]
  var weights: [Double]
  var capacity: Double

  init(seed: UInt64, items: Int) {
    var state = seed
    func next() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(1 + (state >> 33) % 40)
    }
    values = (0..<items).map { _ in next() }
    weights = (0..<items).map { _ in next() }
    capacity = (weights.reduce(0, +) / 2).rounded(.down)
  }

  var model: LinearModel {
    var model = LinearModel(name: "knapsack")
    let taken = values.indices.map { model.binary("item \($0)") }
    model.require("capacity", sum(taken.indices) { weights[$0] * taken[$0] } <= capacity)
    model.maximize(sum(taken.indices) { values[$0] * taken[$0] })
    return model
  }

  /// The best value over all subsets.
  var bruteForce: Double {
    (0..<(1 << values.count)).map { subset -> Double in
      let chosen = values.indices.filter { subset >> $0 & 1 == 1 }
      let weight = chosen.reduce(0) { $0 + weights[$1] }
      return weight <= capacity ? chosen.reduce(0) { $0 + values[$1] } : 0
    }.max() ?? 0
  }
}

@Suite struct GLPKSolverTests {
  /// min 2x + 3y, x + y >= 4, x <= 3: the corner x = 3, y = 1 costs 9.
  /// One more unit of demand is met by y: dual 3.
  @Test func aLinearProgramByHand() throws {
    var model = LinearModel(name: "diet")
    let x = model.variable("x", upper: 3)
    let y = model.variable("y")
    model.require("demand", x + y >= 4.0)
    model.minimize(2 * x + 3 * y + 1.0)
    let solution = try GLPKSolver().solve(model)
    #expect(solution.status == .optimal)
    #expect(solution.values == [3, 1])
    #expect(solution.objective == 10)
    #expect(solution.bound == 10)
    #expect(solution.rowDuals == [3])
  }

  @Test(arguments: 1...40)
  func knapsacksAgreeWithBruteForce(seed: Int) throws {
    let knapsack = Knapsack(seed: UInt64(seed), items: 10)
    for strong in [true, false] {
      let solution = try GLPKSolver().solve(
        knapsack.model, options: .init(strongSearch: strong))
      #expect(solution.status == .optimal)
      #expect(solution.objective == knapsack.bruteForce)
      #expect(solution.gap < 1e-12)
    }
  }

  @Test func infeasibleAndUnboundedAreStatuses() throws {
    var model = LinearModel(name: "m")
    let x = model.variable("x")
    model.maximize(x)
    #expect(try GLPKSolver().solve(model).status == .unbounded)
    model.require("small", x <= 1.0)
    model.require("large", x >= 2.0)
    #expect(try GLPKSolver().solve(model).status == .infeasible)
  }

  @Test func anIncumbentIsUsed() throws {
    let knapsack = Knapsack(seed: 7, items: 30)
    let best = try GLPKSolver().solve(knapsack.model)
    let stopped = try GLPKSolver().solve(
      knapsack.model, options: .init(nodeLimit: 1, incumbent: best.values))
    #expect(stopped.objective == best.objective)
    #expect(stopped.bound >= best.objective - 1e-9)
  }

  @Test func aHeuristicsSolutionIsUsedOnlyIfFeasible() throws {
    let knapsack = Knapsack(seed: 9, items: 12)
    var calls = 0
    let solution = try GLPKSolver().solve(
      knapsack.model,
      heuristic: { _ in
        calls += 1
        return [Double](repeating: 1, count: 12)
      })
    #expect(calls > 0)
    #expect(solution.objective == knapsack.bruteForce)
  }

  @Test func theCallerCanStopAndSeesBounds() throws {
    let knapsack = Knapsack(seed: 11, items: 30)
    var seen: [SolverProgress] = []
    let solution = try GLPKSolver().solve(
      knapsack.model, options: .init(strongSearch: false),
      onProgress: { progress in
        seen.append(progress)
        return seen.count < 3
      })
    #expect(!seen.isEmpty)
    #expect(solution.status != .infeasible)
    if solution.status == .feasible { #expect(solution.bound >= solution.objective) }
  }

  @Test func badModelsAreRefusedBeforeGLPKSeesThem() {
    var empty = LinearModel(name: "empty")
    #expect(throws: SolverError.self) { try GLPKSolver().solve(empty) }
    let x = empty.variable("x", lower: 2, upper: 1)
    empty.minimize(x)
    #expect(throws: SolverError.self) { try GLPKSolver().solve(empty) }
    var infinite = LinearModel(name: "infinite")
    let y = infinite.variable("y")
    infinite.require("row", Double.infinity * y <= 1.0)
    #expect(throws: SolverError.self) { try GLPKSolver().solve(infinite) }
  }

  /// Coefficients over thirty orders of magnitude: GLPK may solve it, give up or fail inside; it
  /// never ends the process, an answer is never wrong, and the next model is solved as ever.
  @Test(arguments: 1...60)
  func badlyScaledModelsNeverEndTheProcess(seed: Int) throws {
    var state = UInt64(seed)
    func next() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 33) / Double(1 << 31)
    }
    func wild() -> Double {
      var value = 0.1 + next()
      for _ in 0..<Int(next() * 15) { value *= seed % 2 == 0 ? 10 : 0.1 }
      return next() < 0.5 ? value : 1 / value
    }
    var model = LinearModel(name: "wild")
    let variables = (0..<8).map {
      $0 % 2 == 0 ? model.binary("b\($0)") : model.variable("x\($0)")
    }
    for row in 0..<6 {
      model.require("row \(row)", sum(variables) { wild() * $0 } >= wild())
    }
    model.minimize(sum(variables) { wild() * $0 })
    do {
      let solution = try GLPKSolver().solve(model, options: .init(timeLimit: 2))
      if !solution.values.isEmpty {
        #expect(model.violations(of: solution.values, tolerance: 1e-5).isEmpty)
      }
    } catch {
      #expect(!error.description.isEmpty)
    }
    let knapsack = Knapsack(seed: UInt64(seed), items: 8)
    #expect(try GLPKSolver().solve(knapsack.model).objective == knapsack.bruteForce)
  }

  @Test func anInternalErrorIsSurvived() throws {
    let knapsack = Knapsack(seed: 3, items: 10)
    for _ in 0..<3 {
      #expect(provokeInternalError().contains("invalid direction flag"))
      #expect(try GLPKSolver().solve(knapsack.model).objective == knapsack.bruteForce)
    }
  }
}
