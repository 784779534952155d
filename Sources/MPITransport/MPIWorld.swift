private import CMPI
public import Executor
private import Foundation
private import Synchronization

/// Why ranks cannot reach each other over MPI.
public struct MPIError: Error, Hashable, Sendable {
  /// One sentence that says what is missing or failed, and how to mend it.
  public let message: String
}

/// The ranks that were started together, as this one sees them.
///
/// MPI's calls wait for as long as it takes; a watchdog thread ends the process, and with it the
/// job, when one takes longer than the time limit.
public struct MPIWorld: ProcessGroup, Sendable {
  /// This process among the ranks.
  public let rank: Int
  /// How many ranks there are.
  public let size: Int
  private let watchdog: Watchdog

  /// Whether this process was started by `mpirun` or by Slurm with Open MPI's help.
  public static var isLaunched: Bool {
    let environment = ProcessInfo.processInfo.environment
    return environment["OMPI_COMM_WORLD_SIZE"] != nil || environment["PMIX_RANK"] != nil
  }

  /// This process among the ranks as its launcher counts, before MPI says so.
  private static var launchedRank: Int {
    let environment = ProcessInfo.processInfo.environment
    return (environment["OMPI_COMM_WORLD_RANK"] ?? environment["PMIX_RANK"]).flatMap { Int($0) }
      ?? 0
  }

  /// Finds out whether the library is there.
  ///
  /// - Throws: ``MPIError`` with how to install it.
  public static func open() throws(MPIError) {
    var message = [CChar](repeating: 0, count: 512)
    let status = shunt_mpi_open(&message, Int32(message.count))
    guard status != 0 else { return }
    let detail = message.withUnsafeBufferPointer {
      String(decoding: $0.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
    throw MPIError(
      message: status == 1
        ? "MPI is not installed (\(detail)); apt-get install openmpi-bin libopenmpi-dev"
        : "\(detail): Shunt works with Open MPI; apt-get install openmpi-bin libopenmpi-dev")
  }

  /// Starts MPI in this process.
  ///
  /// - Throws: ``MPIError`` where the library is missing or refuses.
  public init(timeLimitSeconds: Double) throws(MPIError) {
    try Self.open()
    var (rank, size): (Int32, Int32) = (0, 0)
    watchdog = Watchdog(timeLimitSeconds: timeLimitSeconds)
    watchdog.begin(rank: Self.launchedRank)
    watchdog.arm("the other ranks to start")
    let code = shunt_mpi_start(&rank, &size)
    watchdog.disarm()
    guard code == 0 else { throw MPIError(message: "MPI did not start (error \(code))") }
    self.rank = Int(rank)
    self.size = Int(size)
  }

  /// Makes communicators for every `size` consecutive ranks and for those with the same place in all
  /// groups; called once by all.
  public func group(by size: Int) throws(ExecutionError) {
    try call("the others' groups") { shunt_mpi_split(Int32(size)) }
  }

  /// Ends MPI; every rank calls it last.
  public func finish() { _ = shunt_mpi_finish() }

  /// Ends all ranks at once.
  public static func abort(_ status: Int32) { shunt_mpi_abort(status) }

  public func barrier() throws(ExecutionError) {
    try call("the others") { shunt_mpi_barrier(Int32(SHUNT_MPI_WORLD)) }
  }

  /// The sum over ranks, number by number.
  public func sum(_ numbers: [Double]) throws(ExecutionError) -> [Double] {
    guard !numbers.isEmpty else { return numbers }
    var result = numbers
    try call("the others' numbers") { shunt_mpi_sum_doubles(&result, Int32(result.count)) }
    return result
  }

  /// The largest of all ranks' numbers.
  public func largest(_ number: Double) throws(ExecutionError) -> Double {
    var result = number
    try call("the others' numbers") { shunt_mpi_largest_double(&result) }
    return result
  }

  /// Makes sure that every rank has the same `digest`.
  ///
  /// - Throws: ``ExecutionError/disagreement(_:)`` on every rank where one differs.
  public func agree(on what: String, digest: UInt64) throws(ExecutionError) {
    for part in [digest & 0xFFFF_FFFF, digest >> 32] {
      let most = try largest(Double(part))
      let least = -(try largest(-Double(part)))
      guard most == least else { throw .disagreement(what) }
    }
  }

  /// Makes a call that waits for others, watched.
  func call(_ what: String, _ body: () -> Int32) throws(ExecutionError) {
    watchdog.arm(what)
    let code = body()
    watchdog.disarm()
    guard code == 0 else { throw .system("rank \(rank): MPI error \(code) waiting for \(what)") }
  }
}

/// Ends the process when it waits too long.
///
/// A class because a thread of its own looks at it.
private final class Watchdog: Sendable {
  private let timeLimitSeconds: Double
  private let waiting = Mutex<(since: Date, what: String)?>(nil)

  init(timeLimitSeconds: Double) { self.timeLimitSeconds = timeLimitSeconds }

  func begin(rank: Int) {
    let thread = Thread { [self] in
      while true {
        Thread.sleep(forTimeInterval: min(0.2, timeLimitSeconds / 4))
        guard let waiting = waiting.withLock({ $0 }),
          Date().timeIntervalSince(waiting.since) > timeLimitSeconds
        else { continue }
        let error = ExecutionError.timedOut(
          rank: rank, waitingFor: waiting.what, seconds: timeLimitSeconds)
        FileHandle.standardError.write(Data("error: \(error.message)\n".utf8))
        // MPI itself may be what hangs, so it is not asked to end the others; mpirun does.
        _exit(1)
      }
    }
    thread.start()
  }

  func arm(_ what: String) { waiting.withLock { $0 = (Date(), what) } }

  func disarm() { waiting.withLock { $0 = nil } }
}
