import Domain
import Plan

/// Fully sharded experts at work: the loads of the last steps, and where experts live now.
struct ShardedSession: StrategySession {
  private let settings: FullyShardedExperts.Settings
  private let options: LayerOptions
  private var context: StepContext
  private var loads: LoadWindow
  /// Experts that change homes before the next step.
  private var migration: ExpertMigration?
  private let degrees: Degrees

  /// How many experts travel for a layer, and how many copies a rank has room for.
  struct Degrees: Sendable {
    let overlap: Int
    let memory: Int
  }

  init(
    settings: FullyShardedExperts.Settings, options: LayerOptions, context: StepContext
  ) {
    self.settings = settings
    self.options = options
    self.context = context
    loads = LoadWindow(length: settings.window)
    degrees = Degrees(
      overlap: settings.overlapDegree ?? OverlapBudget(context).experts,
      memory: settings.memoryDegree
        ?? MemoryBudget(context).copiesPerLayer(isRematerialized: settings.rematerializes))
  }

  func plan(_ step: RoutedStep) throws(StrategyError) -> ExecutionPlan {
    let style = options.style(
      for: context.workload.phase, eager: (.eagerWholeBatch, .allRows))
    let lowering = StepLowering(context: context, style: style, after: migration)
    return try lowering.plan(step) { layer, group in decide(layer, group: group) }
  }

  mutating func observe(_ step: RoutedStep) throws(StrategyError) {
    loads.append(try context.loads(of: step))
    migration = nil
    guard settings.reshards, (step.index + 1) % settings.reshardInterval == 0 else { return }
    let isMeasured = step.index + 1 > 0
    let moves = try reshard()
    // What happens before the first step has been paid for.
    migration = isMeasured ? moves : nil
  }

  // MARK: - One layer

  private func decide(_ layer: LayerInGroup, group: Range<Int>) -> LayerDecision {
    let routes = context.routes(in: group)
    var holders = layer.holders
    var decision = LayerDecision(
      dispatch: CopyDispatch(ranks: group.count, experts: layer.holders.count))
    if settings.materializes,
      let forecast = loads.mean(layer: layer.index, group: context.number(of: group))
    {
      let made = SparseMaterialization(
        loads: forecast, holders: holders, overlapDegree: degrees.overlap,
        memoryDegree: degrees.memory, ranks: group.count, routes: routes)
      decision.prefetchedStages = made.collective(from: holders).stages
      holders = made.holders
    }
    decision.isRematerialized = settings.rematerializes
    decision.separatesPrefetch = true
    decision.dispatch = dispatch(layer, to: holders, routes: routes, ranks: group.count)
    if settings.materializes, settings.calibrates {
      decision.planning = .loads
      calibrate(&decision, layer, holders: holders, routes: routes, ranks: group.count)
    }
    decision.isPlainRouting =
      decision.prefetchedStages.isEmpty && decision.weightTransfers.isEmpty
    return decision
  }

  private func dispatch(
    _ layer: LayerInGroup, to holders: [[Int]], routes: WeightRoutes, ranks: Int
  ) -> CopyDispatch {
    CopyDispatch(
      counts: layer.counts, nearestOf: holders, routes: routes, ranks: ranks,
      keepsSegments: options.keepsSegments(in: context))
  }

  /// Algorithm 1 once more with the true loads and the memory that is left; its copies are made on
  /// the critical path where layer and transfers together are estimated to take less time.
  private func calibrate(
    _ decision: inout LayerDecision, _ layer: LayerInGroup, holders: [[Int]],
    routes: WeightRoutes, ranks: Int
  ) {
    let held = holders.indices.reduce(into: [Int](repeating: 0, count: ranks)) { held, expert in
      for rank in holders[expert].dropFirst(layer.holders[expert].count) { held[rank] += 1 }
    }
    let left = max(0, degrees.memory - (held.max() ?? 0))
    guard left > 0 else { return }
    let estimate = LayerEstimate(context)
    var best = estimate.seconds(of: decision.dispatch, routes: routes)
    // How many experts pay is not known before: 1, 2, 4, … are tried.
    var degree = 1
    while degree <= min(left, holders.count) {
      let made = SparseMaterialization(
        loads: layer.loads, holders: holders, overlapDegree: degree, memoryDegree: left,
        ranks: ranks, routes: routes)
      let transfers = made.collective(from: holders).stages.flatMap { $0 }
      let dispatch = dispatch(layer, to: made.holders, routes: routes, ranks: ranks)
      let seconds =
        estimate.seconds(of: dispatch, routes: routes)
        + estimate.seconds(of: transfers, ranks: ranks, routes: routes)
      if !transfers.isEmpty, seconds < best {
        best = seconds
        decision.weightTransfers = transfers
        decision.dispatch = dispatch
      }
      degree *= 2
    }
  }

  // MARK: - Homes

  /// Decides the homes anew; what has to move, nil where nothing does.
  private mutating func reshard() throws(StrategyError) -> ExpertMigration? {
    let old = context.placement
    let size = context.parallelism.expert
    let isPlain = old.layers.indices.allSatisfy {
      old.holders(layerAt: $0).allSatisfy { $0.count == 1 }
    }
    guard isPlain else { return nil }
    let sharding = HeterogeneousSharding(
      loads: loads.totals(), overlapDegree: degrees.overlap,
      ranks: size, routes: context.routes(in: 0..<size))
    var moves: [ExpertMigration.LayerMoves] = []
    for (index, homes) in sharding.homes.enumerated() {
      let before = old.homes(layerAt: index)
      let transfers = homes.indices.filter { homes[$0] != before[$0] }.map {
        LeastLoadedAssignment.Transfer(expert: $0, from: before[$0], to: homes[$0])
      }
      if !transfers.isEmpty { moves.append(.init(index: index, transfers: transfers)) }
    }
    guard !moves.isEmpty else { return nil }
    context.placement = try Self.placement(sharding.homes, like: old)
    let isTraining = context.workload.phase == .training
    let states = isTraining ? TrainingStates(context.model).optimizer : 0
    return ExpertMigration(
      before: old, layers: moves,
      bytesPerExpert: context.model.expertBytes + states * context.model.expertParameters,
      content: .states, timing: .before)
  }

  private static func placement(
    _ homes: [[Int]], like old: ExpertPlacement
  ) throws(StrategyError) -> ExpertPlacement {
    let held = homes.map { layer in
      (0..<old.ranks).map { rank in layer.indices.filter { layer[$0] == rank } }
    }
    let slots = held.joined().reduce(1) { max($0, $1.count) }
    return try old.rearranged(to: held, slotsPerRank: slots)
  }
}
