private import Foundation
internal import Kernels
internal import Plan

/// Runs plans with a thread for every rank, side by side, by the wall clock.
///
/// Every rank carries out its operations in the plan's order. At an exchange members wait for each
/// other, then each copies what it receives, and none goes on before all have copied.
public struct ThreadedRunner: PlanExecutor {
  public let programs: [RankProgram]
  private let timeLimitSeconds: Double

  /// - Parameter timeLimitSeconds: how long a rank waits for another.
  public init(programs: [RankProgram], timeLimitSeconds: Double) {
    self.programs = programs
    self.timeLimitSeconds = timeLimitSeconds
  }

  public func execute(_ world: PlanWorld) throws(ExecutionError) -> ExecutedStep {
    for program in programs { try program.begin(world) }
    let board = ExchangeBoard(world.plan, timeLimitSeconds: timeLimitSeconds)
    for program in programs {
      // A program is used by its own thread alone until that has reported its end.
      nonisolated(unsafe) let program = program
      let thread = Thread {
        let outcome = Result { () throws(ExecutionError) in
          try Self.run(program, world, board)
        }
        switch outcome {
        case .success(let seconds): board.finish(seconds, wallSeconds: WorkClock.wall.now)
        case .failure(let error): board.fail(program.rank, error)
        }
      }
      thread.stackSize = 8 << 20
      thread.start()
    }
    return try board.result(ranks: programs.count)
  }

  /// Seconds of the rank's operations, zeros elsewhere.
  private static func run(
    _ program: RankProgram, _ world: PlanWorld, _ board: ExchangeBoard
  ) throws(ExecutionError) -> [Double] {
    var seconds = [Double](repeating: 0, count: world.plan.operations.count)
    for (index, operation) in world.plan.operations.enumerated()
    where operation.rank == program.rank {
      let start = WorkClock.wall.now
      if case .exchange(let exchange) = operation.work {
        let part = try program.part(of: OperationID(index))
        try board.exchange(part, number: Int(exchange), rank: program.rank)
        try program.close(OperationID(index))
      } else {
        try program.perform(OperationID(index))
      }
      seconds[index] = WorkClock.wall.now - start
    }
    return seconds
  }
}

/// Where the threads of one run meet.
///
/// A class because all threads share it; its lock guards everything in it.
private final class ExchangeBoard: @unchecked Sendable {
  private let lock = NSCondition()
  private let start = WorkClock.wall.now
  private let timeLimitSeconds: Double
  private let copier = MessageCopier()
  private var parts: [[ExchangePart?]]
  private var arrived: [Int]
  private var copied: [Int]
  private var seconds: [Double]
  private var finishedRanks = 0
  private var lastEnd = 0.0
  private var failure: (rank: Int, error: ExecutionError)?

  init(_ plan: ExecutionPlan, timeLimitSeconds: Double) {
    self.timeLimitSeconds = timeLimitSeconds
    parts = plan.exchanges.map { Array(repeating: nil, count: Int($0.ranks)) }
    arrived = [Int](repeating: 0, count: plan.exchanges.count)
    copied = arrived
    seconds = [Double](repeating: 0, count: plan.operations.count)
  }

  /// Takes a rank's part and returns when its messages have come and all members have theirs.
  func exchange(_ part: ExchangePart, number: Int, rank: Int) throws(ExecutionError) {
    let count = part.members.count
    guard let place = part.members.position(of: rank) else {
      throw .contradiction("rank \(rank) is no member of exchange \(number)")
    }
    lock.lock()
    parts[number][place] = part
    arrived[number] += 1
    lock.broadcast()
    let come = Result { () throws(ExecutionError) in
      try wait(rank, for: "the others in exchange \(number)") { arrived[number] == count }
    }
    let all = parts[number].compactMap { $0 }
    lock.unlock()
    try come.get()
    if case .sum = part.form {
      if place == 0 { MessageCopier.sum(all) }
    } else {
      try copier.receive(all, receiver: rank, exchange: number)
    }
    lock.lock()
    copied[number] += 1
    lock.broadcast()
    let done = Result { () throws(ExecutionError) in
      try wait(rank, for: "the others' copies in exchange \(number)") { copied[number] == count }
    }
    lock.unlock()
    try done.get()
  }

  func finish(_ part: [Double], wallSeconds: Double) {
    lock.lock()
    for (index, value) in part.enumerated() where value > 0 { seconds[index] = value }
    lastEnd = max(lastEnd, wallSeconds)
    finishedRanks += 1
    lock.broadcast()
    lock.unlock()
  }

  func fail(_ rank: Int, _ error: ExecutionError) {
    lock.lock()
    if failure == nil { failure = (rank, error) }
    finishedRanks += 1
    lock.broadcast()
    lock.unlock()
  }

  /// What the threads measured, once all have ended.
  func result(ranks: Int) throws(ExecutionError) -> ExecutedStep {
    lock.lock()
    while finishedRanks < ranks { lock.wait() }
    let outcome = (seconds, lastEnd - start, failure)
    lock.unlock()
    if let failure = outcome.2 { throw failure.error }
    return ExecutedStep(seconds: outcome.0, wallSeconds: outcome.1)
  }

  /// Waits until `isDone`, another rank fails, or time is up; the lock is held.
  private func wait(
    _ rank: Int, for what: String, until isDone: () -> Bool
  ) throws(ExecutionError) {
    let deadline = Date(timeIntervalSinceNow: timeLimitSeconds)
    while !isDone() {
      if let failure { throw .otherRankFailed(rank: failure.rank) }
      guard lock.wait(until: deadline) || isDone() else {
        throw .timedOut(rank: rank, waitingFor: what, seconds: timeLimitSeconds)
      }
    }
  }
}
