import ArgumentParser
import Domain
import Foundation
import MPITransport
import Results
import Scenarios
import Workbench

/// Starts an MPI job of as many ranks as the scenario has, and reads its result.
struct MPILauncher {
  let session: ExecutionSession

  private var command: ExecuteCommand { session.command }

  func result() throws -> Results.ComparisonResult? {
    do {
      try MPIWorld.open()
    } catch {
      throw WorkbenchError.unavailable(error.message)
    }
    guard let mpirun = Self.find("mpirun.openmpi") ?? Self.find("mpirun") else {
      throw WorkbenchError.unavailable(
        "mpirun is not installed; apt-get install openmpi-bin, or start shunt with your own launcher"
      )
    }
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "shunt-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let machine = folder.appendingPathComponent("machine.json")
    try Data(AcceleratorFile.json(for: session.machine()).utf8).write(to: machine)
    let status = try run(mpirun, folder: folder, machine: machine.path)
    return try read(folder, status: status)
  }

  private func run(_ mpirun: String, folder: URL, machine: String) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: mpirun)
    let ranks = session.scenario.cluster.ranks
    var arguments = ["-n", "\(ranks)", "--mca", "mpi_yield_when_idle", "1"]
    if ranks > ProcessInfo.processInfo.activeProcessorCount { arguments.append("--oversubscribe") }
    if geteuid() == 0 { arguments.append("--allow-run-as-root") }
    process.arguments =
      arguments + [Self.ownPath] + own(result: folder.appendingPathComponent("result.json").path)
      + ["--partial", folder.appendingPathComponent("partial.json").path, "--machine", machine]
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }

  /// The options of this call, for every rank.
  private func own(result: String) -> [String] {
    var arguments = [
      "execute", command.file, "--transport", "mpi", "--output", result, "--quiet",
      "--time-limit", "\(command.timeLimit)", "--time-budget", "\(command.timeBudget)",
    ]
    if let timing = command.timing { arguments += ["--timing", timing.rawValue] }
    if let steps = command.steps { arguments += ["--steps", "\(steps)"] }
    if let repetitions = command.repetitions {
      arguments += ["--repetitions", "\(repetitions)"]
    }
    if let limit = command.memoryLimit { arguments += ["--memory-limit", limit] }
    if let seed = command.seed { arguments += ["--seed", "\(seed)"] }
    return arguments
  }

  /// The job's result, or what it had when a rank died.
  private func read(_ folder: URL, status: Int32) throws -> Results.ComparisonResult? {
    let whole = FileManager.default.contents(
      atPath: folder.appendingPathComponent("result.json").path)
    if status == 0, let whole { return try? Results.ComparisonResult(json: whole) }
    let partial = FileManager.default.contents(
      atPath: folder.appendingPathComponent("partial.json").path)
    if let partial, let result = try? Results.ComparisonResult(json: partial) {
      session.console.error(
        "error: a rank died (mpirun ended with \(status)); this was measured before")
      try command.write(result, session.console)
      throw ExitCode(1)
    }
    throw WorkbenchError.failed(
      "the MPI job ended with \(status) before a round was measured; its messages stand above")
  }

  /// The file of this program.
  private static var ownPath: String {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
      ?? CommandLine.arguments[0]
  }

  private static func find(_ name: String) -> String? {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin"
    return path.split(separator: ":").map { "\($0)/\(name)" }.first {
      FileManager.default.isExecutableFile(atPath: $0)
    }
  }
}
