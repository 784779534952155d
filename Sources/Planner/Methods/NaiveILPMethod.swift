private import GLPKSolver

/// The plain integer program of each layer given to GLPK: exact on tiny layers, and the measure of
/// what formulation is worth on larger ones.
///
/// It sees loads only. Flows, moves and groups are judged by the certificate, not optimised.
struct NaiveILPMethod: PlacementMethod {
  static let name = "naiveILP"
  static let summary = "GLPK on the plain program of each layer; for tiny models and comparisons"

  func place(
    _ problem: PlacementProblem, _ run: inout PlanningRun
  ) throws(PlacementError) -> MethodResult {
    let capacities = SlotCapacities(problem)
    var rows: [[Int]] = []
    var bounds: [Double] = []
    var proven = !problem.objective.couplesLayers && problem.moveCost == 0
    for layer in 0..<problem.layers {
      let solved = try solve(problem, layer, capacities.rows[layer], &run)
      rows.append(solved.row)
      bounds.append(solved.bound)
      proven = proven && solved.proven
    }
    let slots = PlacementSlots(
      ranks: problem.ranks, slotsPerRank: problem.slotsPerRank, layers: rows)
    // Where memory binds over layers, the layers' own optima prove nothing about the whole.
    let free = capacities.rows.allSatisfy { $0.allSatisfy { $0 == problem.slotsPerRank } }
    let usable = free && problem.replicaSplit == .even && !problem.objective.couplesLayers
    return MethodResult(slots: slots, layerBounds: usable ? bounds : [], proven: proven && usable)
  }

  private func solve(
    _ problem: PlacementProblem, _ layer: Int, _ capacity: [Int], _ run: inout PlanningRun
  ) throws(PlacementError) -> (row: [Int], bound: Double, proven: Bool) {
    let fallback = BalancedMethod.row(of: problem, layer: layer, capacity: capacity)
    let left = Double(problem.layers - layer)
    guard !run.checkStop(), problem.experts * problem.slots <= 200_000 else {
      return (fallback, 0, false)
    }
    let program = LayerProgram(problem, layer: layer, capacity: capacity)
    var options = GLPKSolver.Options(strongSearch: false)
    options.timeLimit = run.options.timeLimit.map { _ in run.secondsLeft / left }
    options.nodeLimit = run.options.stepBudget.map { max(1, $0 / problem.layers) }
    do {
      let solution = try GLPKSolver().solve(program.model, options: options)
      if solution.status != .optimal { run.noteLimit() }
      let scale = program.scale * problem.computeScale
      let bound = solution.bound.isFinite ? solution.bound * scale * (1 - 1e-9) : 0
      guard !solution.values.isEmpty else { return (fallback, bound, false) }
      return (program.row(of: solution.values), bound, solution.status == .optimal)
    } catch {
      // GLPK gave up: the heaviest-first plan stands, without a proof.
      return (fallback, 0, false)
    }
  }
}
