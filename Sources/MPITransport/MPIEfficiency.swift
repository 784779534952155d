private import CMPI
public import Executor
private import Kernels
private import Plan

/// How near exchanges over MPI come to bare calls of `MPI_Alltoallv`.
public struct MPIEfficiency {
  private let world: MPIWorld
  private let rounds: Int

  public init(_ world: MPIWorld, rounds: Int = 41) {
    self.world = world
    self.rounds = rounds
  }

  /// An all-to-all of all ranks with messages of `bytes`, beside a bare call with prepared counts; in
  /// turns, by the wall clock of the slowest rank.
  ///
  /// Every rank calls it at the same time.
  ///
  /// - Throws: ``ExecutionError`` where a rank fails or does not come in time.
  public func messages(bytes: Int) throws(ExecutionError) -> EfficiencyMeasurement.Ratio {
    let count = bytes / 4
    let sent = FloatBuffer(count: world.size * count)
    let received = FloatBuffer(count: world.size * count)
    func regions(_ buffer: FloatBuffer) -> [Region] {
      (0..<world.size).map {
        Region(peer: $0, start: buffer.pointer + $0 * count, count: count)
      }
    }
    let part = ExchangePart(
      form: .allToAll, members: RankSet(first: 0, count: world.size), sends: regions(sent),
      receives: regions(received))
    let exchange = MPIExchange(world, groupSize: world.size)
    let counts = [Int32](repeating: Int32(count), count: world.size)
    let offsets = (0..<world.size).map { Int32($0 * count) }
    var (bare, own): ([Double], [Double]) = ([], [])
    for round in 0...rounds {
      let first = try seconds { () throws(ExecutionError) in
        try world.call("the others") {
          shunt_mpi_all_to_all(
            Int32(SHUNT_MPI_WORLD), sent.pointer, counts, offsets, received.pointer, counts,
            offsets)
        }
      }
      let second = try seconds { () throws(ExecutionError) in
        try exchange.exchange(part, number: 0, rank: world.rank)
      }
      guard round > 0 else { continue }
      bare.append(first)
      own.append(second)
    }
    return EfficiencyMeasurement.Ratio(
      what: "MPI messages of \(bytes >> 10) KiB between \(world.size) ranks",
      efficiency: bare.sorted()[rounds / 2] / own.sorted()[rounds / 2])
  }

  /// Seconds of the slowest rank from a common start.
  private func seconds(
    _ body: () throws(ExecutionError) -> Void
  ) throws(ExecutionError) -> Double {
    try world.barrier()
    let start = WorkClock.wall.now
    try body()
    return try world.largest(WorkClock.wall.now - start)
  }
}
