import Domain
import Plan

/// When and how far experts are rearranged.
struct RearrangementSchedule: Sendable {
  /// Steps between two plans.
  let interval: Int
  /// Steps whose loads a plan looks at.
  let window: Int
  /// Layers that move between two steps.
  let layersPerStep: Int
  let timing: ExpertMigration.Timing
}

/// A strategy at work that moves experts between ranks now and then, and between the moves runs as
/// plain expert parallelism on the placement that it has reached.
///
/// A plan is made from the window behind the last step before a multiple of the interval. Its layers
/// move a few between each two steps, so that later layers run on an older plan: staleness is part of
/// the result.
struct RearrangingSession: StrategySession {
  private let balancer: any ExpertBalancer
  private let schedule: RearrangementSchedule
  private let options: LayerOptions
  private var context: StepContext
  private var loads: LoadWindow
  /// Layers that still have to move, with the experts of every rank.
  private var waiting: [(index: Int, placed: [[Int]])] = []
  /// What moves at the beginning of, or beside, the next step.
  private var migration: ExpertMigration?
  /// The placement after ``migration``, where that runs beside the step.
  private var arriving: ExpertPlacement?

  /// - Parameter slotsPerRank: slots of every rank and layer, at least those of the placement.
  /// - Throws: ``StrategyError`` where the placement cannot be widened.
  init(
    balancer: any ExpertBalancer, schedule: RearrangementSchedule, options: LayerOptions,
    slotsPerRank: Int, context: StepContext
  ) throws(StrategyError) {
    self.balancer = balancer
    self.schedule = schedule
    self.options = options
    self.context = context
    loads = LoadWindow(length: schedule.window)
    let lists = context.placement.layers.indices.map { context.placement.experts(layerAt: $0) }
    self.context.placement = try context.placement.rearranged(
      to: lists, slotsPerRank: slotsPerRank)
  }

  func plan(_ step: RoutedStep) throws(StrategyError) -> ExecutionPlan {
    let style = options.style(
      for: context.workload.phase, eager: (.eagerWholeBatch, .allRows))
    let lowering = StepLowering(context: context, style: style, after: migration)
    return try lowering.plan(step) { layer, group in
      LayerDecision(dispatch: options.homeDispatch(of: layer, group: group, in: context))
    }
  }

  mutating func observe(_ step: RoutedStep) throws(StrategyError) {
    loads.append(try context.loads(of: step))
    if let arrived = arriving { context.placement = arrived }
    (migration, arriving) = (nil, nil)
    if waiting.isEmpty, (step.index + 1) % schedule.interval == 0 { replan() }
    guard !waiting.isEmpty else { return }
    try startMoving(Array(waiting.prefix(schedule.layersPerStep)))
    waiting.removeFirst(min(waiting.count, schedule.layersPerStep))
  }

  /// Plans all layers anew and queues those that change.
  private mutating func replan() {
    for (index, layer) in loads.totals().enumerated() {
      let current = context.placement.experts(layerAt: index)
      let placed = balancer.arrange(layer, current: current)
      let changes = zip(placed, current).contains { Set($0) != Set($1) }
      if changes { waiting.append((index, placed)) }
    }
  }

  private mutating func startMoving(
    _ layers: [(index: Int, placed: [[Int]])]
  ) throws(StrategyError) {
    var lists = context.placement.layers.indices.map { context.placement.experts(layerAt: $0) }
    let routes = context.routes(in: 0..<context.parallelism.expert)
    var moves: [ExpertMigration.LayerMoves] = []
    for (index, placed) in layers {
      let holders = context.placement.holders(layerAt: index)
      moves.append(
        .init(index: index, transfers: Self.transfers(placed, holders: holders, routes: routes)))
      lists[index] = placed
    }
    let after = try context.placement.rearranged(
      to: lists, slotsPerRank: context.placement.slotsPerRank)
    let isTraining = context.workload.phase == .training
    let states = isTraining ? Self.stateBytesPerParameter * context.model.expertParameters : 0
    migration = ExpertMigration(
      before: context.placement, layers: moves, bytesPerExpert: context.model.expertBytes + states,
      content: isTraining ? .states : .weights, timing: schedule.timing)
    switch schedule.timing {
    case .before: context.placement = after
    case .beside: arriving = after
    }
  }

  /// Adam's 32-bit parameter and two moments, which move with an expert that trains.
  private static let stateBytesPerParameter = 12.0

  /// What every rank lacks of `placed`, from a holder of its node or, by turns, from any.
  private static func transfers(
    _ placed: [[Int]], holders: [[Int]], routes: WeightRoutes
  ) -> [LeastLoadedAssignment.Transfer] {
    placed.enumerated().flatMap { rank, experts in
      experts.filter { !holders[$0].contains(rank) }.map { expert in
        let all = holders[expert]
        let near = all.first { routes.node(of: $0) == routes.node(of: rank) }
        return .init(expert: expert, from: near ?? all[rank % all.count], to: rank)
      }
    }
  }
}

extension ExpertPlacement {
  /// The same layers with other experts on the ranks, `[layers][ranks][experts]`.
  ///
  /// - Throws: ``StrategyError`` where a rank has more experts than slots, or one is missing.
  func rearranged(to lists: [[[Int]]], slotsPerRank: Int) throws(StrategyError) -> ExpertPlacement {
    do {
      return try ExpertPlacement(
        experts: experts, ranks: ranks, slotsPerRank: slotsPerRank,
        layers: zip(layers, lists).map { layer, ranks in
          .init(
            layer: layer.layer,
            slots: ranks.flatMap { experts in
              experts.map { Int32($0) }
                + [Int32](repeating: -1, count: max(0, slotsPerRank - experts.count))
            })
        })
    } catch {
      throw StrategyError("experts cannot be rearranged: \(error.message)")
    }
  }

  /// The experts of every rank in the layer at `index`, `[ranks][experts]`.
  func experts(layerAt index: Int) -> [[Int]] {
    let slots = layers[index].slots
    return (0..<ranks).map { rank in
      slots[(rank * slotsPerRank)..<((rank + 1) * slotsPerRank)].compactMap {
        $0 >= 0 ? Int($0) : nil
      }
    }
  }
}
