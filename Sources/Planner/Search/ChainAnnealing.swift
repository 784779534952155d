private import RealModule

/// Cools a chain of layers: rounds of steps on all threads, each round with other layers between
/// the threads' ranges, the best slots kept.
struct ChainAnnealing {
  /// How a search cools down.
  struct Schedule {
    /// First temperature as a share of the mean size of a change.
    var hot: Float
    /// Last temperature as a share of the first.
    var cooling: Float
    /// Weight of the mean communication during the first part.
    var smoothing: Float = 0.3
    /// Share of the schedule without smoothing at its end.
    var pureShare: Float = 0.15
  }

  let chain: ChainSearch
  private let seed: UInt64
  private let moves: (([[Int]]) -> Double)?
  private(set) var bestRows: [[Int]]
  private let firstRows: [[Int]]
  /// The best objective, moves included, in single precision.
  private(set) var bestTotal: Double
  private var round = 0
  private var stepsDone = 0
  /// Mean size of the changes that random exchanges would make at the start.
  private var meanChange: Float = 0

  /// - Parameter moves: The price of a plan's moves, if there is one.
  init(_ chain: ChainSearch, seed: UInt64, moves: (([[Int]]) -> Double)? = nil) {
    self.chain = chain
    self.seed = seed
    self.moves = moves
    firstRows = chain.rows
    bestRows = firstRows
    bestTotal = chain.total + (moves?(bestRows) ?? 0)
    meanChange = measureChange()
  }

  /// Goes back to the slots at the start, so that the next run is not helped by those before.
  func restart() { chain.read(firstRows) }

  /// Cools once from hot to cold.
  ///
  /// - Parameters:
  ///   - seconds: Wall seconds, or `nil` with `steps`.
  ///   - steps: Steps of all threads together, or `nil` with `seconds`.
  /// - Returns: The best objective of this run.
  mutating func cool(
    _ schedule: Schedule, seconds: Double?, steps: Int?, bound: Double, _ run: inout PlanningRun
  ) -> Double {
    let hot = schedule.hot * meanChange
    let begin = ContinuousClock.now
    let firstStep = stepsDone
    // Rounds end often enough to be watched: every 20 ms or so, or 200 times a budget.
    var best = Double.infinity
    var perRound = max(256, min(60_000, (steps ?? 12_000_000) / 200))
    while !run.checkStop(), bestTotal - bound > run.options.gap * bestTotal {
      let elapsed = (ContinuousClock.now - begin) / .seconds(1)
      let share = Float(
        steps.map { Double(stepsDone - firstStep) / Double(max(1, $0)) }
          ?? elapsed / max(1e-6, seconds ?? 0))
      if share >= 1 { break }
      let pure = share > 1 - schedule.pureShare
      makeRound(
        perRound, temperature: hot * Float.pow(schedule.cooling, share),
        smoothing: pure ? 0 : schedule.smoothing, threads: run.options.threads)
      if steps == nil, elapsed > 0.05 {
        // Aim at 25 ms a round at the speed seen so far.
        let speed = Double(stepsDone - firstStep) / elapsed
        perRound = max(2_000, min(2_000_000, Int(speed * 0.025)))
      }
      best = min(best, keepBest())
      run.report(
        "search", layersDone: chain.tables.layers, incumbent: bestTotal, bound: bound)
    }
    chain.read(bestRows)
    return best
  }

  /// - Returns: The present objective without moves.
  private mutating func keepBest() -> Double {
    if round & 63 == 0 { chain.rebuild() }
    let total = chain.total
    guard total < bestTotal * (1 - 1e-7) else { return total }
    let rows = chain.rows
    let whole = total + (moves?(rows) ?? 0)
    if whole < bestTotal * (1 - 1e-7) { (bestTotal, bestRows) = (whole, rows) }
    return total
  }

  private mutating func measureChange() -> Float {
    let walker = ChainWalker(
      chain, range: 0..<chain.tables.layers, random: stream(0), temperature: 0, smoothing: 0.3,
      measures: true)
    walker.walk(4_000, stop: StopFlag())
    chain.read(bestRows)
    return Float(walker.sizeSum / Double(max(1, walker.sizeCount)))
  }

  private mutating func stream(_ part: Int) -> SearchRandom {
    round += 1
    return SearchRandom(seed: seed, stream: round &* 64 &+ part)
  }

  private mutating func makeRound(
    _ steps: Int, temperature: Float, smoothing: Float, threads: Int
  ) {
    let ranges = ranges()
    let searched = ranges.reduce(0) { $0 + $1.count }
    let walks = ranges.enumerated().map { part, range in
      (
        walker: ChainWalker(
          chain, range: range, random: stream(part), temperature: temperature,
          smoothing: smoothing), steps: steps * range.count / max(1, searched)
      )
    }
    let stop = StopFlag()
    WorkerPool.run(
      count: walks.count, threads: threads,
      work: { walks[$0].walker.walk(walks[$0].steps, stop: stop) }, watch: {})
    stepsDone += steps
  }

  /// Ranges that two threads search at the same time, with a layer between them that nobody changes
  /// this round; always two, so that the plan does not depend on the number of threads.
  private func ranges() -> [Range<Int>] {
    let layers = chain.tables.layers
    guard layers >= 8 else { return [0..<layers] }
    var random = SearchRandom(seed: seed, stream: round)
    let wall = layers * 3 / 8 + random.below(layers / 4)
    return [0..<wall, wall + 1..<layers]
  }
}
