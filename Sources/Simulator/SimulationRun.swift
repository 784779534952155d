import CostModels
import EventKernel
import NetworkSharing
import Plan
import Quantities

/// What can happen next.
enum SimulationEvent: Sendable {
  /// An operation with a known duration ends.
  case operationEnds(Int32)
  /// A rank has done what precedes its part of an exchange.
  case entersExchange(Int32)
  /// The network said that a message would end now.
  case networkChanges
}

/// One simulation in progress.
struct SimulationRun {
  private let plan: ExecutionPlan
  private let costs: any OperationCostModel
  private var graph: OperationGraph
  private var queue = EventQueue<SimulationEvent>()
  private var spans: [Span]
  private var ended = 0
  private var memory: MemoryLedger
  private var exchanges: ExchangeRunner
  /// Durations that were measured, in place of what the cost model says.
  private let measured: [Double]?

  init(
    plan: ExecutionPlan, costs: any OperationCostModel, routes: Routes,
    fidelity: NetworkFidelity, memoryCapacity: Int64, measured: [Double]?
  ) throws(SimulationError) {
    self.plan = plan
    self.costs = costs.prepared(for: plan)
    self.measured = measured
    graph = OperationGraph(plan)
    spans = [Span](
      repeating: Span(start: .zero, end: .zero, releasedBy: -1), count: plan.operations.count)
    memory = MemoryLedger(plan: plan, capacity: memoryCapacity)
    exchanges = try ExchangeRunner(
      plan: plan, costs: costs, routes: routes, fidelity: fidelity, measured: measured)
  }

  /// Runs until nothing is left to do.
  mutating func toTheEnd() throws(SimulationError) -> RunRecord {
    for index in plan.operations.indices where graph.waitingFor[index] == 0 {
      start(Int32(index), releasedBy: -1)
    }
    try settleNetwork()
    while let event = queue.next() {
      handle(event)
      // All that happens at one instant is known before messages start, so that an all-to-all
      // whose members enter together reaches the network as one.
      if queue.nextTime() != queue.now { try settleNetwork() }
    }
    guard ended == plan.operations.count else {
      throw .stalled(operations: plan.operations.count - ended)
    }
    return RunRecord(
      spans: spans, peakMemory: memory.peak, memoryAtPeak: memory.peakByCategory,
      outOfMemory: memory.shortages.compactMap { $0 }, bytes: exchanges.bytes,
      linkBytes: exchanges.linkBytes)
  }

  private mutating func handle(_ event: SimulationEvent) {
    switch event {
    case .operationEnds(let operation): end(operation)
    case .entersExchange(let operation): exchanges.enter(operation)
    case .networkChanges: break
    }
  }

  /// Starts the messages that became possible at this instant and ends what they completed.
  private mutating func settleNetwork() throws(SimulationError) {
    for finish in try exchanges.settle(at: queue.now) {
      spans[Int(finish.operation)].heldBy = finish.heldBy
      if finish.time <= queue.now {
        end(finish.operation)
      } else {
        queue.schedule(.operationEnds(finish.operation), at: finish.time)
      }
    }
    if let wake = exchanges.nextWake(after: queue.now) {
      queue.schedule(.networkChanges, at: wake)
    }
  }

  private mutating func start(_ operation: Int32, releasedBy: Int32) {
    let index = Int(operation)
    let definition = plan.operations[index]
    spans[index].start = queue.now
    spans[index].releasedBy = releasedBy
    applyMemory(of: operation, atEnd: false)
    if case .exchange(let exchange) = definition.work {
      let startup =
        measured != nil
        ? SimDuration.zero
        : SimDuration(
          seconds: costs.startupSeconds(of: plan.exchanges[Int(exchange)].payload, in: plan))
      queue.schedule(.entersExchange(operation), at: queue.now + startup)
    } else {
      let seconds = measured?[index] ?? costs.seconds(of: definition, in: plan)
      queue.schedule(.operationEnds(operation), at: queue.now + SimDuration(seconds: seconds))
    }
  }

  private mutating func end(_ operation: Int32) {
    ended += 1
    spans[Int(operation)].end = queue.now
    applyMemory(of: operation, atEnd: true)
    for position in graph.followerRange(of: operation) {
      let follower = graph.follower(at: position)
      if graph.release(follower) { start(follower, releasedBy: operation) }
    }
  }

  private mutating func applyMemory(of operation: Int32, atEnd: Bool) {
    for index in plan.memoryRange(of: OperationID(Int(operation)))
    where plan.memoryChanges[index].atEnd == atEnd {
      let change = plan.memoryChanges[index]
      memory.apply(
        change.bytes, change.category, to: Int(plan.operations[Int(operation)].rank),
        at: queue.now, operation: operation)
    }
  }
}
