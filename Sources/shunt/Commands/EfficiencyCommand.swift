import ArgumentParser
import Executor
import Foundation
import Kernels
import MPITransport
import Workbench

struct EfficiencyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "efficiency",
    abstract: "Compare the executor's parts with plain products and copies on this machine.",
    discussion: """
      Prints, for experts and for messages, the time of the plain way over the executor's: 1 is as
      fast as plain OpenBLAS or a plain copy. Started by mpirun, it compares all-to-alls over MPI with
      bare calls of MPI_Alltoallv instead.

      Examples:
        shunt calibrate efficiency
        mpirun -n 2 shunt calibrate efficiency
      """)

  @OptionGroup var common: CommonOptions

  func run() throws {
    let console = common.console
    try console.reporting {
      if MPIWorld.isLaunched { return try compareMessages(console) }
      do {
        let measurement = try EfficiencyMeasurement()
        let experts = measurement.experts()
        let messages = Self.messageBytes.map { measurement.messages(bytes: $0) }
        for ratio in experts + messages {
          console.print("\(Self.percent(ratio.efficiency))  \(ratio.what)")
        }
        guard !common.quiet, let worst = experts.map(\.efficiency).min() else { return }
        console.print("experts reach \(Self.percent(worst)) of plain products at least")
      } catch let error as MatrixLibraryError {
        throw WorkbenchError.unavailable(error.message)
      }
    }
  }

  /// All-to-alls over MPI, by rank 0.
  private func compareMessages(_ console: Console) throws {
    do {
      let world = try MPIWorld(timeLimitSeconds: 60)
      for bytes in Self.messageBytes {
        let ratio = try MPIEfficiency(world).messages(bytes: bytes)
        if world.rank == 0 {
          console.print("\(Self.percent(ratio.efficiency))  \(ratio.what)")
        }
      }
      world.finish()
    } catch let error as MPIError {
      throw WorkbenchError.unavailable(error.message)
    } catch let error as ExecutionError {
      throw WorkbenchError.failed(error.message)
    }
  }

  private static let messageBytes = [1 << 20, 4 << 20, 16 << 20]

  private static func percent(_ share: Double) -> String {
    let text = "\(Int((share * 100).rounded())) %"
    return String(repeating: " ", count: max(0, 6 - text.count)) + text
  }
}
