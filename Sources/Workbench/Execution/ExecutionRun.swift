import Domain
public import Executor
import Plan
public import Results
import Scenarios
import Simulator
import Strategies
import TokenRouting

/// Carries out the plans of a scenario for real and holds the measured times against the predicted.
///
/// Rounds go over all steps and cells before any is repeated, so that a noisy moment of the machine
/// meets all cells alike. The first round warms up, and its results are checked.
public struct ExecutionRun {
  private let scale: ExecutionScale
  private let settings: ExecutionSettings
  private let run: ScenarioRun
  /// Plans of every step, `[cells][steps]`.
  private let worlds: [[PlanWorld]]
  private let weights: SeededWeights
  private let budget: MemoryBudget

  private var scenario: Scenario { run.scenario }

  /// Plans every step of every cell.
  ///
  /// - Parameter ranks: the ranks that live in this process; all by default.
  /// - Throws: ``WorkbenchError`` where a scenario, a plan or this machine refuses.
  public init(
    _ scale: ExecutionScale, settings: ExecutionSettings, ranks: Range<Int>? = nil
  ) throws(WorkbenchError) {
    self.scale = scale
    self.settings = settings
    run = try ScenarioRun(scale.scenario, adding: [], keepsAssignments: true)
    let scenario = scale.scenario
    let seed = scenario.simulation.seed
    budget = MemoryBudget(limitBytes: settings.memoryLimitBytes)
    weights = SeededWeights(model: scenario.model, seed: seed)
    var sessions: [any StrategySession] = []
    for cell in run.cells { sessions.append(try cell.session(before: 0, of: run.routing)) }
    var worlds = [[PlanWorld]](repeating: [], count: run.cells.count)
    for index in 0..<scenario.workload.steps {
      let step = run.routing.step(index)
      // Strategies may cut a step into different numbers of micro-batches.
      var tokens: [Int: TokenWorld] = [:]
      for (position, cell) in run.cells.enumerated() {
        let (plan, _) = try cell.run(step, as: sessions[position])
        let count = PlanWorld.microBatches(of: plan)
        let world =
          tokens[count]
          ?? TokenWorld(
            model: scenario.model, step: step, microBatches: count, seed: seed, ranks: ranks)
        tokens[count] = world
        worlds[position].append(try Self.world(plan, world, cell))
        try cell.observe(step, in: &sessions[position])
      }
    }
    self.worlds = worlds
  }

  private static func world(
    _ plan: ExecutionPlan, _ tokens: TokenWorld, _ cell: Cell
  ) throws(WorkbenchError) -> PlanWorld {
    do {
      return try PlanWorld(
        plan: plan, tokens: tokens, groups: cell.context.groups,
        residency: Residency(
          plan: plan, groups: cell.context.groups, policy: cell.context.memory))
    } catch {
      throw .failed("\(cell.name), \(error.message)")
    }
  }

  /// A program for each of `ranks`, on this run's memory.
  public func programs(_ ranks: Range<Int>) -> [RankProgram] {
    guard let world = worlds.first?.first else { return [] }
    return ranks.map { rank in
      let store = WeightStore(weights, layerNumbers: scenario.model.layers, budget: budget)
      return RankProgram(rank: rank, world: world, store: store, budget: budget)
    }
  }

  /// The ranks of the scenario.
  public var ranks: Int { scenario.cluster.ranks }

  /// Ranks of an expert-parallel group.
  public var groupSize: Int { scenario.parallelism.expert }

  /// A number that is the same wherever the same plans are to be carried out.
  ///
  /// - Parameter version: Shunt's own.
  public func digest(version: String) -> UInt64 {
    var digest = PlanDigest()
    digest.add(version)
    digest.add(settings.repetitions)
    for worlds in worlds {
      for world in worlds { digest.add(world) }
    }
    return digest.value
  }

  /// Carries everything out.
  ///
  /// - Parameters:
  ///   - executor: what runs plans, on ``programs(_:)``.
  ///   - onRound: told what was measured so far, after every round that was.
  ///   - shouldStop: asked between runs; once true, what was measured so far is the result.
  /// - Throws: ``WorkbenchError`` where a plan cannot be carried out or its results are wrong.
  public func measure(
    on executor: some PlanExecutor, onProgress: (RunProgress) -> Void = { _ in },
    onRound: (ExecutionMeasurement) -> Void = { _ in }, shouldStop: () -> Bool = { false }
  ) throws(WorkbenchError) -> ExecutionMeasurement {
    var measurement = ExecutionMeasurement(cells: worlds.count, steps: scenario.workload.steps)
    let total = (settings.repetitions + 1) * scenario.workload.steps * worlds.count
    var done = 0
    for round in 0...settings.repetitions {
      for step in 0..<scenario.workload.steps {
        var comparison = FingerprintComparison()
        for cell in worlds.indices {
          if shouldStop() { return measurement }
          try refusing(cell, step) { () throws(ExecutionError) in
            let executed = try executor.execute(worlds[cell][step])
            if round == 0 {
              measurement.agreement.merge(try check(executor, worlds[cell][step]))
              let fingerprint = try fingerprint(executor)
              try comparison.add(fingerprint, worlds[cell][step])
              measurement.fingerprints[cell].merge(fingerprint)
            } else {
              measurement.add(executed, cell: cell, step: step)
            }
          }
          done += 1
          onProgress(RunProgress(done: done, total: total))
        }
        if round == 0 { measurement.comparison.merge(comparison) }
      }
      if round > 0 { onRound(measurement) }
    }
    // Buffers have grown to their full size by now.
    measurement.bufferBytes = executor.programs.map(\.workspaceBytes)
    return measurement
  }

  /// Holds the results of a sample of tokens against a plain computation.
  private func check(
    _ executor: some PlanExecutor, _ world: PlanWorld
  ) throws(ExecutionError) -> Agreement {
    var agreement = Agreement()
    for slot in 0..<world.tokens.slots {
      for program in executor.programs {
        let tokens = max(1, world.tokens.dealt[slot][program.rank].tokens)
        let sample = (0..<settings.checkedTokensPerLayer).map {
          (program.rank * 7919 + slot * 31 + $0 * 104_729) % tokens
        }
        agreement.merge(
          try program.agreement(slot: slot, weights: weights, sample: sample))
      }
    }
    let all = try executor.combine(agreement)
    guard all.holds else {
      throw .wrongResult(
        """
        they differ from a plain computation by \(all.largestError) of the largest value, where \
        rounding comes to \(Agreement.tolerance) at most
        """)
    }
    return all
  }

  private func fingerprint(
    _ executor: some PlanExecutor
  ) throws(ExecutionError) -> Fingerprint {
    var own = Fingerprint()
    for program in executor.programs { own.merge(program.fingerprint()) }
    return try executor.combine(own)
  }

  private func refusing<Value>(
    _ cell: Int, _ step: Int, _ body: () throws(ExecutionError) -> Value
  ) throws(WorkbenchError) -> Value {
    do { return try body() } catch {
      throw .failed("\(run.cells[cell].name), step \(step): \(error.message)")
    }
  }

  // MARK: - The result

  /// The predicted result with what was measured beside it.
  ///
  /// - Throws: ``WorkbenchError`` where the prediction fails.
  public func result(
    _ measurement: ExecutionMeasurement, transport: String, library: String, version: String
  ) throws(WorkbenchError) -> Results.ComparisonResult {
    var result = try run.compare(version: version)
    let layers = worlds.first?.first?.tokens.imposedLayers ?? []
    var cells: [MeasuredCell] = []
    for index in worlds.indices {
      cells.append(try measured(index, measurement))
      cells[index].write(to: &result.cells[index], bufferBytes: measurement.bufferBytes)
      result.cells[index].measured?.fingerprint = measurement.fingerprint(of: index)
    }
    let ranking = Ranking(cells)
    let spreads = cells.flatMap { cell in
      zip(cell.spreads, cell.measured).map { $1 > 0 ? $0 / $1 : 0 }
    }.sorted()
    var execution = ExecutionResult(
      timing: settings.timing.rawValue, transport: transport,
      processor: scenario.cluster.accelerator.name, library: library,
      repetitions: measurement.fewestRepetitions,
      noise: spreads.isEmpty ? 0 : spreads[spreads.count / 2], scaling: scale.changes,
      checkedTokens: measurement.agreement.tokens,
      largestError: measurement.agreement.largestError, tolerance: Agreement.tolerance,
      imposedLayers: layers.map { scenario.model.layers[$0] }, comparedPairs: ranking.compared,
      rankedAsMeasured: ranking.asMeasured)
    execution.engineShare = measurement.engineShare
    execution.comparedRuns = measurement.comparison.runs
    execution.largestDistance = measurement.comparison.largestDistance
    result.execution = execution
    return result
  }

  private func measured(
    _ cell: Int, _ measurement: ExecutionMeasurement
  ) throws(WorkbenchError) -> MeasuredCell {
    var result = MeasuredCell()
    for step in worlds[cell].indices {
      let runs = measurement.runs[cell][step]
      guard !runs.isEmpty else { continue }
      let plan = worlds[cell][step].plan
      do {
        let simulator = run.cells[cell].machine.simulator
        try result.add(plan, predicted: simulator.run(plan), runs: runs) {
          seconds throws(SimulationError) in try simulator.compose(plan, seconds: seconds)
        }
      } catch {
        throw .failed("\(run.cells[cell].name), step \(step): \(error.message)")
      }
    }
    return result
  }
}

/// What was measured so far.
public struct ExecutionMeasurement: Sendable {
  /// Every run of every step, `[cells][steps][repetitions]`.
  public private(set) var runs: [[[ExecutedStep]]]
  /// How results agree with a plain computation.
  public var agreement = Agreement()
  /// What every cell computed over all steps.
  public var fingerprints: [Fingerprint]
  /// How cells agree with each other.
  var comparison = FingerprintComparison()
  /// Bytes that every rank's own buffers take.
  public var bufferBytes: [Int] = []

  init(cells: Int, steps: Int) {
    runs = Array(repeating: Array(repeating: [], count: steps), count: cells)
    fingerprints = Array(repeating: Fingerprint(), count: cells)
  }

  mutating func add(_ run: ExecutedStep, cell: Int, step: Int) { runs[cell][step].append(run) }

  /// What a cell computed, by name of the part; parts that no step had are left out.
  func fingerprint(of cell: Int) -> [String: FingerprintResult] {
    var result: [String: FingerprintResult] = [:]
    for part in Fingerprint.Part.allCases where fingerprints[cell].length(part) > 0 {
      result[part.name] = FingerprintResult(
        projection: fingerprints[cell].projection(part), length: fingerprints[cell].length(part))
    }
    return result
  }

  /// The engine's own share of the work of all runs; nil where it was not measured.
  var engineShare: Double? {
    let all = runs.joined().joined()
    let engine = all.compactMap(\.engineSeconds)
    guard !engine.isEmpty else { return nil }
    let own = engine.reduce(0, +)
    let work = all.reduce(0) { $0 + $1.seconds.reduce(0, +) }
    return own + work > 0 ? own / (own + work) : nil
  }

  /// The fewest runs of any step that was run at all.
  var fewestRepetitions: Int {
    runs.joined().map(\.count).filter { $0 > 0 }.min() ?? 0
  }

  /// Whether every step of every cell has a measured run.
  public var isComplete: Bool { runs.joined().allSatisfy { !$0.isEmpty } }
}
