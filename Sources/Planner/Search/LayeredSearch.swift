/// The search for objectives whose layers are independent: constructed, annealed layer by layer
/// on all threads, and returned as it stands whenever the run ends.
struct LayeredSearch {
  let problem: PlacementProblem
  let capacities: SlotCapacities
  private(set) var bounds: [Double]
  /// The best slots of each layer.
  private(set) var rows: [[Int]] = []
  /// Their objective, by the scoring function.
  private(set) var values: [Double] = []

  init(_ problem: PlacementProblem, bounds: [Double]) {
    self.problem = problem
    self.bounds = bounds
    capacities = SlotCapacities(problem)
  }

  /// A valid plan in milliseconds: the best of the constructions, layer by layer.
  mutating func construct() throws(PlacementError) {
    for layer in 0..<problem.layers {
      var best: (row: [Int], value: Double)?
      for row in starts(layer) {
        let value = try value(of: row, layer)
        if best.map({ value < $0.value }) ?? true { best = (row, value) }
      }
      guard let best else { throw Self.noStart(problem, layer) }
      rows.append(best.row)
      values.append(best.value)
    }
  }

  private func starts(_ layer: Int) -> [[Int]] {
    let current = StartRow.current(of: problem, layer: layer, capacity: capacities.rows[layer])
    let pinned = problem.protectedExperts.contains { $0.layer == layer }
    if pinned { return current.map { [$0] } ?? [] }
    let packed = BalancedMethod.row(
      of: problem, layer: layer, capacity: capacities.rows[layer])
    return [packed] + (current.map { [$0] } ?? [])
  }

  private static func noStart(_ problem: PlacementProblem, _ layer: Int) -> PlacementError {
    PlacementError(
      .infeasible, at: "protected_experts",
      "the current placement of layer \(problem.layerNumbers[layer]) breaks slots, memory or "
        + "groups", remedy: "give a current placement that fits, or protect nothing there")
  }

  /// The objective of one layer, moves included.
  private func value(of row: [Int], _ layer: Int) throws(PlacementError) -> Double {
    try problem.layerValue(of: row, layer: layer)
  }

  var total: Double { values.reduce(0, +) }
  var totalBound: Double { bounds.reduce(0, +) }

  func isProven(_ layer: Int, gap: Double) -> Bool {
    values[layer] - bounds[layer] <= gap * values[layer]
  }

  /// Raises a layer's bound.
  mutating func raise(_ layer: Int, to bound: Double) {
    bounds[layer] = min(values[layer], max(bounds[layer], bound))
  }

  /// Takes a row if it is better by the scoring function.
  mutating func offer(_ row: [Int], _ layer: Int) throws(PlacementError) {
    let value = try value(of: row, layer)
    guard value < values[layer] else { return }
    rows[layer] = row
    values[layer] = value
  }

  /// Anneals every unproven layer once.
  ///
  /// - Parameters:
  ///   - seconds: Wall seconds for all layers together, or `nil` with `steps`.
  ///   - steps: Steps for each layer, or `nil` with `seconds`.
  ///   - pass: Numbers the random streams.
  mutating func anneal(
    seconds: Double?, steps: Int?, schedule: (hot: Float, cold: Float), pass: Int,
    _ run: inout PlanningRun
  ) throws(PlacementError) {
    let open = rows.indices.filter { !isProven($0, gap: run.options.gap) }
    guard !open.isEmpty else { return }
    let job = AnnealingJob(
      searches: open.map { search($0, pass, run.options.seed) },
      targets: open.map { Float(bounds[$0] / problem.computeScale) },
      seconds: seconds, steps: steps, threads: run.options.threads, schedule: schedule)
    let (incumbent, bound) = (total, totalBound)
    let gain = gain(of: open)
    WorkerPool.run(
      count: open.count, threads: run.options.threads,
      work: {
        job.anneal($0)
        gain.note(job.searches[$0].row, $0)
      },
      watch: {
        if run.checkStop() { job.stop.set() }
        run.report(
          "search", layersDone: job.finished, incumbent: incumbent - gain.total, bound: bound)
      })
    for (index, layer) in open.enumerated() {
      try offer(job.searches[index].row, layer)
    }
    run.report("search", layersDone: rows.count, incumbent: total, bound: totalBound)
  }

  /// What the finished ones of these layers have gained while the others are still searched.
  func gain(of open: [Int]) -> SearchGain {
    SearchGain(problem, layers: open, values: open.map { values[$0] })
  }

  private func search(_ layer: Int, _ pass: Int, _ seed: UInt64) -> LayerSearch {
    let loads = LayerLoads(problem, layer: layer)
    let regions =
      Region.regions(of: problem, asIn: rows[layer])
      ?? Region.regions(
        of: problem, layer: layer, loads: loads, capacity: capacities.rows[layer])
    return LayerSearch(
      problem, layer: layer, capacity: capacities.rows[layer], regions: regions,
      start: rows[layer],
      random: SearchRandom(seed: seed, stream: pass * problem.layers + layer))
  }
}
