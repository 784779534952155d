private import GLPKSolver
private import LinearModel

extension LayeredSearch {
  /// Counts copies exactly, or as well as the limit allows: raises bounds, and offers the counts
  /// packed greedily. With one slot a rank the counts are the whole placement.
  ///
  /// Worth its time where copies rather than packing decide, that is with one or two slots a rank.
  mutating func countCopies(
    seconds: Double?, nodes: Int?, _ run: inout PlanningRun
  ) throws(PlacementError) {
    guard problem.slotsPerRank <= 2, problem.slots > problem.experts,
      problem.experts <= 2_000, problem.expertGroups == nil, problem.moveCost == 0,
      problem.protectedExperts.isEmpty
    else { return }
    let open = openLayers(run)
    let (problem, capacities, rows) = (problem, capacities, rows)
    let job = ProgramJob(
      count: open.count, threads: run.options.threads,
      limit: .init(seconds: seconds, nodes: nodes, largestSlice: 4)
    ) { index, options, goOn in
      let layer = open[index]
      return Self.copyOutcome(
        problem, layer, capacities.rows[layer], rows[layer], options, goOn)
    }
    try finish(job, open, phase: "count copies", &run)
  }

  private static func copyOutcome(
    _ problem: PlacementProblem, _ layer: Int, _ capacity: [Int], _ row: [Int],
    _ options: GLPKSolver.Options, _ goOn: @escaping () -> Bool
  ) -> ProgramJob.Outcome {
    let loads = LayerLoads(problem, layer: layer)
    let free = (0..<problem.ranks).map {
      min(problem.slotsPerRank, problem.memoryCopies(ofRank: $0))
    }
    let bound = LoadBound(problem, capacity: free)
    let program = ReplicaProgram(
      loads: loads, slots: bound.slots, ranks: bound.ranks,
      bounds: loads.rows.map { bound.value(of: $0) * (1 - 1e-9) }, fastest: bound.fastest)
    let counts = Self.counts(of: row, problem)
    var options = options
    let incumbent = program.values(of: counts)
    if program.model.violations(of: incumbent).isEmpty { options.incumbent = incumbent }
    guard
      let solution = try? GLPKSolver().solve(
        program.model, options: options, onProgress: { _ in goOn() })
    else { return ProgramJob.Outcome() }
    var outcome = ProgramJob.Outcome()
    if solution.bound.isFinite { outcome.bound = solution.bound * program.scale * (1 - 1e-8) }
    guard !solution.values.isEmpty else { return outcome }
    let copies = program.copies(of: solution.values)
    outcome.row = packed(problem, loads, capacity, copies)
    return outcome
  }

  private static func packed(
    _ problem: PlacementProblem, _ loads: LayerLoads, _ capacity: [Int], _ copies: [Int]
  ) -> [Int] {
    let packing = GreedyPacking(
      loads: loads, slotsPerRank: problem.slotsPerRank, capacity: capacity,
      slowdown: (0..<problem.ranks).map { problem.slowdown(ofRank: $0) })
    var row = Array(repeating: PlacementSlots.empty, count: problem.slots)
    let whole = Region(ranks: Array(0..<problem.ranks), experts: Array(0..<problem.experts))
    packing.fill(&row, region: whole, copies: copies)
    return row
  }

  private static func counts(of row: [Int], _ problem: PlacementProblem) -> [Int] {
    var counts = Array(repeating: 0, count: problem.experts)
    for expert in row where expert != PlacementSlots.empty { counts[expert] += 1 }
    return counts
  }

  /// Anneals copy counts where a rank has one slot.
  ///
  /// - Parameters:
  ///   - seconds: Wall seconds for all layers, or `nil` with `steps`.
  ///   - steps: Steps for each layer, or `nil` with `seconds`.
  mutating func annealCopies(
    seconds: Double?, steps: Int?, _ run: inout PlanningRun
  ) throws(PlacementError) {
    let open = openLayers(run)
    let (problem, capacities, rows) = (problem, capacities, rows)
    let seed = run.options.seed
    let job = ProgramJob(
      count: open.count, threads: run.options.threads,
      limit: .init(seconds: seconds, nodes: nil, largestSlice: .infinity)
    ) { index, options, goOn in
      let layer = open[index]
      let loads = LayerLoads(problem, layer: layer)
      let search = CopySearch(
        loads: loads, copies: Self.counts(of: rows[layer], problem),
        limit: problem.ranks, random: SearchRandom(seed: seed, stream: layer))
      let begin = ContinuousClock.now
      search.anneal(hot: 0.02, cold: 1e-4) { done in
        if !goOn() { return 1 }
        if let steps { return Float(done) / Float(max(1, steps)) }
        return Float((ContinuousClock.now - begin) / .seconds(1) / (options.timeLimit ?? 0.01))
      }
      return ProgramJob.Outcome(
        row: Self.packed(problem, loads, capacities.rows[layer], search.copies.map { Int($0) }))
    }
    try finish(job, open, phase: "search", &run)
  }

  /// Whether counting copies is the whole problem.
  var countsOnly: Bool {
    problem.slotsPerRank == 1 && problem.slots > problem.experts && problem.expertGroups == nil
      && problem.moveCost == 0 && problem.protectedExperts.isEmpty
      && Set(problem.rankSlowdown).count <= 1
  }

  /// Gives small layers whose bound is not met to GLPK: symmetry broken, the present slots as the
  /// incumbent. Larger layers are beyond what it proves in seconds.
  mutating func prove(
    seconds: Double?, nodes: Int?, _ run: inout PlanningRun
  ) throws(PlacementError) {
    guard isProvable, problem.replicaSplit == .even else { return }
    let open = openLayers(run)
    let (problem, capacities, rows, bounds) = (problem, capacities, rows, bounds)
    let job = ProgramJob(
      count: open.count, threads: run.options.threads,
      limit: .init(seconds: seconds, nodes: nodes, largestSlice: 2)
    ) { index, options, goOn in
      let layer = open[index]
      let program = LayerProgram(
        problem, layer: layer, capacity: capacities.rows[layer],
        bound: bounds[layer] / problem.computeScale * (1 - 1e-7), symmetryBroken: true)
      var options = options
      let incumbent = program.values(of: rows[layer])
      if program.model.violations(of: incumbent).isEmpty { options.incumbent = incumbent }
      guard
        let solution = try? GLPKSolver().solve(
          program.model, options: options, onProgress: { _ in goOn() })
      else { return ProgramJob.Outcome() }
      return ProgramJob.Outcome(
        row: solution.values.isEmpty ? nil : program.row(of: solution.values),
        bound: solution.bound.isFinite ? solution.bound * program.scale * (1 - 1e-8) : 0)
    }
    try finish(job, open, phase: "prove", &run)
  }

  /// Tries all placements of layers of a few experts; what it ends is proven.
  mutating func enumerate(
    seconds: Double?, nodes: Int?, _ run: inout PlanningRun
  ) throws(PlacementError) {
    guard isPlain, problem.replicaSplit == .even, problem.experts <= 12, problem.ranks <= 8 else {
      return
    }
    let open = openLayers(run)
    let (problem, capacities, values) = (problem, capacities, values)
    let job = ProgramJob(
      count: open.count, threads: run.options.threads,
      limit: .init(seconds: seconds, nodes: nodes, largestSlice: .infinity)
    ) { index, options, goOn in
      let layer = open[index]
      let begin = ContinuousClock.now
      var search = LayerEnumeration(
        problem, layer: layer, capacity: capacities.rows[layer],
        nodeLimit: options.nodeLimit ?? .max
      ) {
        let seconds = (ContinuousClock.now - begin) / .seconds(1)
        return goOn() && seconds < options.timeLimit ?? .infinity
      }
      let limit = values[layer] / problem.computeScale
      guard let best = search?.best(below: limit) else { return ProgramJob.Outcome() }
      return ProgramJob.Outcome(row: best.row.isEmpty ? nil : best.row, bound: best.value)
    }
    try finish(job, open, phase: "enumerate", &run)
  }

  /// Whether a layer is loads and slots only.
  private var isPlain: Bool {
    problem.expertGroups == nil && problem.moveCost == 0 && problem.protectedExperts.isEmpty
      && capacities.rows.allSatisfy { $0.allSatisfy { $0 == problem.slotsPerRank } }
  }

  /// Whether a layer's integer program is small enough to be worth a try.
  var isProvable: Bool {
    let spare = problem.slots - problem.experts
    let size = problem.experts * problem.ranks * min(problem.ranks, spare + 1)
    // Every sample has a row for each rank, and no solver proves hundreds of variables over many
    // of them: the time is worth more in the search.
    let samples = problem.objective.usesSamples ? problem.samples.count : problem.loadSets.count
    guard size * max(1, samples) <= 4_000 else { return false }
    return size <= 2_000 && isPlain
  }

  private func openLayers(_ run: PlanningRun) -> [Int] {
    rows.indices.filter { !isProven($0, gap: run.options.gap) }
  }

  private mutating func finish(
    _ job: ProgramJob, _ open: [Int], phase: String, _ run: inout PlanningRun
  ) throws(PlacementError) {
    guard !open.isEmpty else { return }
    let (incumbent, bound) = (total, totalBound)
    let gain = gain(of: open)
    WorkerPool.run(
      count: open.count, threads: run.options.threads,
      work: {
        job.solve($0)
        if let row = job.outcome($0).row { gain.note(row, $0) }
      },
      watch: {
        if run.checkStop() { job.stop.set() }
        run.report(
          phase, layersDone: job.finished, incumbent: incumbent - gain.total, bound: bound)
      })
    for (index, layer) in open.enumerated() {
      let outcome = job.outcome(index)
      if let row = outcome.row { try offer(row, layer) }
      raise(layer, to: outcome.bound * problem.computeScale)
    }
    run.report(phase, layersDone: rows.count, incumbent: total, bound: totalBound)
  }
}
