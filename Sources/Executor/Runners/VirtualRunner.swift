public import Kernels
internal import Plan
private import Simulator

/// Runs plans with every rank's work alone on one thread, and measures each operation.
///
/// Operations are taken up in the order in which dependencies and lanes release them, as on the
/// simulator's clock; messages are copied when all members of an exchange have come. What ranks would
/// do side by side is done one after another, so that nobody disturbs anybody, and the durations are
/// composed afterwards.
public struct VirtualRunner {
  public let programs: [RankProgram]
  let clock: WorkClock
  private let copier: MessageCopier

  /// - Parameter isLost: tells which messages get lost, for tests: (exchange, from, to).
  public init(
    programs: [RankProgram], clock: WorkClock = .thread,
    isLost: (@Sendable (Int, Int, Int) -> Bool)? = nil
  ) {
    self.programs = programs
    self.clock = clock
    copier = MessageCopier(isLost: isLost)
  }

  /// Carries out `world`'s plan once.
  ///
  /// - Returns: seconds of every operation.
  /// - Throws: ``ExecutionError`` where the plan cannot be carried out.
  public func run(_ world: PlanWorld) throws(ExecutionError) -> [Double] {
    for program in programs { try program.begin(world) }
    let plan = world.plan
    var seconds = [Double](repeating: 0, count: plan.operations.count)
    var graph = OperationGraph(plan)
    var ready = plan.operations.indices.filter { graph.waitingFor[$0] == 0 }
    var waiting = plan.exchanges.map { [Int](repeating: -1, count: Int($0.ranks)) }
    var next = 0
    while next < ready.count {
      let operation = ready[next]
      next += 1
      var ended: [Int] = []
      if case .exchange(let exchange) = plan.operations[operation].work {
        let rank = Int(plan.operations[operation].rank)
        guard let place = plan.exchanges[Int(exchange)].members.position(of: rank) else {
          throw .contradiction("rank \(rank) is no member of exchange \(exchange)")
        }
        waiting[Int(exchange)][place] = operation
        if !waiting[Int(exchange)].contains(-1) {
          ended = waiting[Int(exchange)]
          try carryOut(ended, exchange: Int(exchange), plan: plan, &seconds)
        }
      } else {
        try measure(operation, plan, &seconds)
        ended = [operation]
      }
      for operation in ended {
        for position in graph.followerRange(of: Int32(operation)) {
          let follower = graph.follower(at: position)
          if graph.release(follower) { ready.append(Int(follower)) }
        }
      }
    }
    guard next == plan.operations.count else {
      throw .contradiction("\(plan.operations.count - next) operations wait for each other")
    }
    return seconds
  }

  private func measure(
    _ operation: Int, _ plan: ExecutionPlan, _ seconds: inout [Double]
  ) throws(ExecutionError) {
    let program = programs[Int(plan.operations[operation].rank)]
    let start = clock.now
    try program.perform(OperationID(operation))
    seconds[operation] = clock.now - start
  }

  /// Moves the messages of an exchange that all members have come to.
  private func carryOut(
    _ operations: [Int], exchange: Int, plan: ExecutionPlan, _ seconds: inout [Double]
  ) throws(ExecutionError) {
    var parts: [ExchangePart] = []
    for operation in operations {
      parts.append(
        try programs[Int(plan.operations[operation].rank)].part(of: OperationID(operation)))
    }
    if case .sum? = parts.first?.form {
      let spent = clock.seconds { MessageCopier.sum(parts) }
      for operation in operations { seconds[operation] = spent / Double(operations.count) }
    }
    for operation in operations {
      let rank = Int(plan.operations[operation].rank)
      let start = clock.now
      try copier.receive(parts, receiver: rank, exchange: exchange)
      seconds[operation] += clock.now - start
      try programs[rank].close(OperationID(operation))
    }
  }
}
