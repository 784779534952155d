import ArgumentParser
import Executor
import Foundation
import Kernels
import MPITransport
import Results
import Workbench

/// One process of an MPI job: one rank of the scenario.
struct MPIRank {
  let session: ExecutionSession
  let scale: ExecutionScale
  let settings: ExecutionSettings
  let library: String

  /// The result on rank 0, nil elsewhere.
  func result() throws -> Results.ComparisonResult? {
    let world: MPIWorld
    do {
      world = try MPIWorld(timeLimitSeconds: settings.timeLimitSeconds)
    } catch {
      throw WorkbenchError.unavailable(error.message)
    }
    do {
      let result = try run(in: world)
      world.finish()
      return result
    } catch {
      // Others may wait for this rank, so the job ends with it, after saying why.
      _ = try? session.console.reporting { throw error }
      MPIWorld.abort(1)
      throw error
    }
  }

  private func run(in world: MPIWorld) throws -> Results.ComparisonResult? {
    let run = try ExecutionRun(scale, settings: settings, ranks: world.rank..<(world.rank + 1))
    guard world.size == run.ranks else {
      throw WorkbenchError.failed(
        """
        mpirun started \(world.size) ranks and the scenario has \(run.ranks); start as many, or let \
        shunt start them: shunt execute \(session.command.file) --transport mpi
        """)
    }
    do {
      try world.agree(on: "plans, version or seed", digest: run.digest(version: Shunt.version))
      try world.group(by: run.groupSize)
    } catch {
      throw WorkbenchError.failed(error.message)
    }
    guard let program = run.programs(world.rank..<(world.rank + 1)).first else { return nil }
    let runner = RankRunner(
      program: program, transport: MPIExchange(world, groupSize: run.groupSize), group: world,
      clock: settings.timing == .virtual ? .thread : .wall)
    let measurement = try run.measure(
      on: runner,
      onRound: { measured in
        // Should a rank die, what was measured up to now is there.
        if world.rank == 0 { save(measured, run) }
      })
    return world.rank == 0 ? try result(of: measurement, run) : nil
  }

  private func result(
    of measurement: ExecutionMeasurement, _ run: ExecutionRun
  ) throws(WorkbenchError) -> Results.ComparisonResult {
    try run.result(measurement, transport: "mpi", library: library, version: Shunt.version)
  }

  private func save(_ measurement: ExecutionMeasurement, _ run: ExecutionRun) {
    guard let path = session.command.partial,
      let json = try? result(of: measurement, run).json()
    else { return }
    try? json.write(to: URL(fileURLWithPath: path), options: .atomic)
  }
}
