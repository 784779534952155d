import CostModels
import NetworkSharing
import Plan
import Quantities

/// Carries the exchanges of a plan: who has entered, which messages are under way, who is done.
struct ExchangeRunner {
  /// A member that has finished its part.
  struct Finish {
    var operation: Int32
    var time: SimTime
    var heldBy: Int32
  }

  private let plan: ExecutionPlan
  private let costs: any OperationCostModel
  private let routes: Routes
  private var progress: [ExchangeProgress?]
  private var messages: [ExchangeMessages?]
  /// Operations that entered since the last settlement, in that order.
  private var entries: [Int32] = []
  private var fluid: FluidTraffic?
  private let fidelity: NetworkFidelity
  /// Durations that were measured, operation by operation.
  private let measured: [Double]?
  private var tally: TrafficTally
  private var pendingWake = SimTime.distantFuture

  init(
    plan: ExecutionPlan, costs: any OperationCostModel, routes: Routes, fidelity: NetworkFidelity,
    measured: [Double]?
  ) throws(SimulationError) {
    self.plan = plan
    self.fidelity = fidelity
    self.measured = measured
    self.costs = costs
    self.routes = routes
    progress = Array(repeating: nil, count: plan.exchanges.count)
    messages = Array(repeating: nil, count: plan.exchanges.count)
    tally = TrafficTally(routes: routes)
    if measured == nil, case .fluid(let tolerance) = fidelity {
      fluid = try FluidTraffic(routes: routes, plan: plan, tolerance: tolerance)
    }
  }

  var bytes: BytesMoved { tally.bytes }
  var linkBytes: [Double] { tally.linkBytes }

  /// Notes that an operation is ready for its part; ``settle(at:)`` does the rest.
  mutating func enter(_ operation: Int32) { entries.append(operation) }

  /// Starts the messages that became possible and returns the members that are done.
  ///
  /// - Throws: ``SimulationError/network(_:)`` where the network refuses a message.
  mutating func settle(at now: SimTime) throws(SimulationError) -> [Finish] {
    var finished: [Finish] = []
    collectCompleted(at: now, into: &finished)
    guard !entries.isEmpty else { return finished }
    var starting: [Message] = []
    for operation in entries { admit(operation, at: now, &starting, &finished) }
    entries.removeAll(keepingCapacity: true)
    try fluid?.start(starting, at: now)
    return finished
  }

  /// When the network wants to be settled next, if that is not arranged yet.
  mutating func nextWake(after now: SimTime) -> SimTime? {
    guard let next = fluid?.nextInstant() else { return nil }
    if next == pendingWake, next > now { return nil }
    pendingWake = next
    return max(next, now)
  }

  // MARK: - Entering

  private mutating func admit(
    _ operation: Int32, at now: SimTime, _ starting: inout [Message], _ finished: inout [Finish]
  ) {
    guard case .exchange(let exchange) = plan.operations[Int(operation)].work else { return }
    let definition = plan.exchanges[Int(exchange)]
    let rank = Int(plan.operations[Int(operation)].rank)
    guard let member = definition.members.position(of: rank) else { return }
    if progress[Int(exchange)] == nil { open(exchange, kind: plan.operations[Int(operation)].kind) }
    progress[Int(exchange)]?.operations[member] = operation
    progress[Int(exchange)]?.entered.append(Int32(member))
    if case .collective(let kind, let bytes) = definition.payload {
      finishCollective(exchange, kind, bytes, at: now, &finished)
    } else if fluid != nil {
      startMessages(exchange, member: member, operation, at: now, &starting, &finished)
    } else {
      let kind = plan.operations[Int(operation)].kind
      finishAnalytically(exchange, kind, at: now, &finished)
    }
  }

  /// Lists the messages of an exchange; the fluid network also counts what each member waits for.
  private mutating func open(_ exchange: Int32, kind: OperationKind) {
    let members = Int(plan.exchanges[Int(exchange)].ranks)
    let list = ExchangeMessages(exchange, of: plan)
    var state = ExchangeProgress(members: members)
    if fluid != nil {
      let base = plan.exchanges[Int(exchange)].firstRank
      list.forEach(members: members) { message in
        state.remaining[Int(message.from - base)] += 1
        state.remaining[Int(message.to - base)] += 1
        tally.add(message, kind: kind)
      }
    }
    progress[Int(exchange)] = state
    messages[Int(exchange)] = list
  }

  private mutating func finishCollective(
    _ exchange: Int32, _ kind: CollectiveKind, _ bytes: Double, at now: SimTime,
    _ finished: inout [Finish]
  ) {
    guard let state = progress[Int(exchange)], state.isComplete, let last = state.entered.last
    else { return }
    let seconds =
      measured.map { measured in state.operations.map { measured[Int($0)] }.max() ?? 0 }
      ?? costs.collectiveSeconds(
        kind, bytes: bytes, ranks: plan.exchanges[Int(exchange)].members)
    let end = now + SimDuration(seconds: seconds)
    let holder = state.operations[Int(last)]
    for operation in state.operations {
      finished.append(
        Finish(operation: operation, time: end, heldBy: operation == holder ? -1 : holder))
    }
    close(exchange)
  }

  // MARK: - Fluid

  private mutating func startMessages(
    _ exchange: Int32, member: Int, _ operation: Int32, at now: SimTime,
    _ starting: inout [Message], _ finished: inout [Finish]
  ) {
    guard let list = messages[Int(exchange)], let state = progress[Int(exchange)] else { return }
    let first = starting.count
    list.append(between: member, and: state.entered.dropLast(), to: &starting)
    let base = plan.exchanges[Int(exchange)].firstRank
    for message in starting[first...] {
      progress[Int(exchange)]?.heldBy[Int(message.from - base)] = operation
      progress[Int(exchange)]?.heldBy[Int(message.to - base)] = operation
    }
    if state.remaining[member] == 0 {
      finished.append(Finish(operation: operation, time: now, heldBy: -1))
    }
  }

  private mutating func collectCompleted(at now: SimTime, into finished: inout [Finish]) {
    for message in fluid?.completed(at: now) ?? [] {
      for member in [message.from, message.to] {
        progress[Int(message.exchange)]?.remaining[member] -= 1
        guard let state = progress[Int(message.exchange)], state.remaining[member] == 0 else {
          continue
        }
        let own = state.operations[member]
        let held = state.heldBy[member]
        finished.append(Finish(operation: own, time: now, heldBy: held == own ? -1 : held))
      }
    }
  }

  // MARK: - Analytic

  private mutating func finishAnalytically(
    _ exchange: Int32, _ kind: OperationKind, at now: SimTime, _ finished: inout [Finish]
  ) {
    guard let state = progress[Int(exchange)], state.isComplete, let last = state.entered.last,
      let list = messages[Int(exchange)]
    else { return }
    let members = plan.exchanges[Int(exchange)].members
    let seconds: [Double]
    if let bound = bound(of: list, members: members.count) {
      tally.add(bound, kind: kind)
      seconds = bound.finishSeconds
    } else {
      list.forEach(members: members.count) { tally.add($0, kind: kind) }
      if let measured {
        seconds = state.operations.map { measured[Int($0)] }
      } else if case .memoryCopies(let curve) = fidelity {
        seconds = list.copySeconds(members: members, curve: curve)
      } else {
        seconds = BusiestLink.finishSeconds(list, members: members, routes: routes)
      }
    }
    let holder = state.operations[Int(last)]
    for (member, operation) in state.operations.enumerated() {
      finished.append(
        Finish(
          operation: operation, time: now + SimDuration(seconds: seconds[member]),
          heldBy: operation == holder ? -1 : holder))
    }
    close(exchange)
  }

  /// The closed form of an all-to-all where the network is asked, and has one.
  private func bound(of list: ExchangeMessages, members: Int) -> GroupBound? {
    guard measured == nil, case .analytic = fidelity else { return nil }
    return list.groupBound(members: members, over: routes.links)
  }

  private mutating func close(_ exchange: Int32) {
    progress[Int(exchange)] = nil
    messages[Int(exchange)] = nil
  }
}
