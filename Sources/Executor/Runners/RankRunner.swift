public import Kernels
internal import Plan

/// Numbers that the processes of an execution bring together.
public protocol ProcessGroup {
  func barrier() throws(ExecutionError)
  /// The sum over processes, number by number.
  func sum(_ numbers: [Double]) throws(ExecutionError) -> [Double]
  /// The largest of all processes' numbers.
  func largest(_ number: Double) throws(ExecutionError) -> Double
}

/// Runs plans with one process a rank: this one's operations in the plan's order, and exchanges over
/// a transport.
///
/// With the clock of the thread, exchanges are charged what copying the received messages once more
/// takes, because waiting for others is no work of this rank.
public struct RankRunner<Carrier: Transport, Group: ProcessGroup>: PlanExecutor {
  public let programs: [RankProgram]
  private let program: RankProgram
  private let transport: Carrier
  private let group: Group
  private let clock: WorkClock

  public init(program: RankProgram, transport: Carrier, group: Group, clock: WorkClock) {
    self.program = program
    programs = [program]
    self.transport = transport
    self.group = group
    self.clock = clock
  }

  public func execute(_ world: PlanWorld) throws(ExecutionError) -> ExecutedStep {
    try program.begin(world)
    var seconds = [Double](repeating: 0, count: world.plan.operations.count)
    try group.barrier()
    let begin = WorkClock.wall.now
    for (index, operation) in world.plan.operations.enumerated()
    where operation.rank == program.rank {
      let start = clock.now
      if case .exchange(let exchange) = operation.work {
        let part = try program.part(of: OperationID(index))
        try transport.exchange(part, number: Int(exchange), rank: program.rank)
        seconds[index] = clock == .wall ? clock.now - start : try secondsToCopy(part)
        try program.close(OperationID(index))
      } else {
        try program.perform(OperationID(index))
        seconds[index] = clock.now - start
      }
    }
    let end = WorkClock.wall.now
    // Clocks of machines differ, so every rank times itself from the common start.
    let wall = try group.largest(end - begin)
    return ExecutedStep(
      seconds: try group.sum(seconds), wallSeconds: clock == .wall ? wall : nil)
  }

  public func combine(_ agreement: Agreement) throws(ExecutionError) -> Agreement {
    var result = Agreement()
    result.tokens = Int(try group.sum([Double(agreement.tokens)])[0])
    result.largestError = try group.largest(
      agreement.largestError.isFinite ? agreement.largestError : 1e300)
    return result
  }

  public func combine(_ fingerprint: Fingerprint) throws(ExecutionError) -> Fingerprint {
    var result = fingerprint
    result.summands = try group.sum(fingerprint.summands)
    return result
  }

  /// What one more copy of what was received takes.
  private func secondsToCopy(_ part: ExchangePart) throws(ExecutionError) -> Double {
    let largest = part.receives.map(\.count).max() ?? 0
    guard largest > 0 else { return 0 }
    let scratch = try program.scratch(largest)
    return clock.seconds {
      for region in part.receives { scratch.update(from: region.start, count: region.count) }
    }
  }
}
