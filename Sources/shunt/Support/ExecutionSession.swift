import ArgumentParser
import Diagnostics
import Domain
import Executor
import Foundation
import Kernels
import MPITransport
import Quantities
import Results
import Scenarios
import Workbench

/// One call of `shunt execute`: this machine, the scenario made small enough, the runs, the result.
struct ExecutionSession {
  let command: ExecuteCommand
  let scenario: Scenario
  let console: Console

  /// The result; nil in processes that leave it to rank 0.
  func result() throws -> Results.ComparisonResult? {
    let library = try openLibrary()
    if command.transport == .mpi, !MPIWorld.isLaunched {
      return try MPILauncher(session: self).result()
    }
    let limit = try memoryLimit()
    var scale = try ExecutionScale(
      scenario, accelerator: machine(), memoryBytes: Double(limit) / 2)
    let effort = Effort(scale, command: command)
    scale.limitSteps(to: effort.steps)
    for change in scale.changes { console.note("scaled down: \(change)") }
    let settings = ExecutionSettings(
      timing: timing(ranks: scale.scenario.cluster.ranks), repetitions: effort.repetitions,
      timeLimitSeconds: command.timeLimit, memoryLimitBytes: limit)
    if command.transport == .mpi {
      return try MPIRank(session: self, scale: scale, settings: settings, library: library).result()
    }
    return try measure(scale, settings, library: library)
  }

  private func measure(
    _ scale: ExecutionScale, _ settings: ExecutionSettings, library: String
  ) throws -> Results.ComparisonResult {
    let run = try ExecutionRun(scale, settings: settings)
    Interrupt.listen()
    let line = ProgressLine(scenario.name, console: console)
    defer { line.finish() }
    let programs = run.programs(0..<run.ranks)
    let measurement =
      switch settings.timing {
      case .virtual:
        try run.measure(
          on: VirtualRunner(programs: programs), onProgress: { line.show($0) },
          shouldStop: { Interrupt.isRequested })
      case .concurrent:
        try run.measure(
          on: ThreadedRunner(programs: programs, timeLimitSeconds: command.timeLimit),
          onProgress: { line.show($0) }, shouldStop: { Interrupt.isRequested })
      }
    return try run.result(
      measurement, transport: command.transport.rawValue, library: library,
      version: Shunt.version)
  }

  private func openLibrary() throws -> String {
    do {
      return try MatrixLibrary.open()
    } catch {
      throw WorkbenchError.unavailable(error.message)
    }
  }

  /// The scenario's own machine where that was measured, else the one that was asked for, else this
  /// one, measured now.
  func machine() throws -> Accelerator {
    if let path = command.machine {
      let reading = ScenarioVocabulary.reader.accelerator(file: path)
      console.show(reading.findings)
      guard let accelerator = reading.accelerator else {
        throw ExitCode(reading.findings.exitStatus)
      }
      guard accelerator.processor != nil else {
        console.error(
          "error: \(path) describes no processor cores; shunt calibrate measure --output \(path)")
        throw ExitCode(65)
      }
      return accelerator
    }
    if scenario.cluster.accelerator.processor != nil { return scenario.cluster.accelerator }
    console.note("measuring this machine; 'shunt calibrate measure' does it better, and once")
    return try ThisMachine.measure(.quick)
  }

  private func memoryLimit() throws -> Int {
    guard let text = command.memoryLimit else { return ThisMachine.availableMemoryBytes / 2 }
    do {
      return Int(try QuantityParser.parse(text, as: .data))
    } catch {
      console.error("error: --memory-limit: \(error.message)")
      throw ExitCode.validationFailure
    }
  }

  /// Virtual unless ranks side by side were asked for and there are cores for them: more ranks than
  /// cores measure the system's scheduler.
  private func timing(ranks: Int) -> ExecutionTiming {
    guard command.timing == .concurrent else { return .virtual }
    let cores = ProcessInfo.processInfo.activeProcessorCount
    if ranks > cores {
      console.note(
        """
        warning: \(ranks) ranks share \(cores) cores, so the wall clock measures how they are \
        scheduled; --timing virtual measures each alone
        """)
    }
    return .concurrent
  }

  /// Steps and repetitions that fit into the time budget.
  private struct Effort {
    let steps: Int
    let repetitions: Int

    /// Arithmetic a core does in a second, with everything around it.
    private static let usualRate = 40e9

    init(_ scale: ExecutionScale, command: ExecuteCommand) {
      let cells = Double(scale.scenario.cells.count)
      let round = max(1e-4, scale.flopsPerStep / Self.usualRate) * cells
      let affordable = command.timeBudget / round
      let most = min(8, scale.scenario.workload.steps)
      let steps = command.steps ?? max(1, min(most, Int(min(1e6, affordable / 4))))
      repetitions =
        command.repetitions ?? max(3, min(9, Int(min(1e6, affordable / Double(steps))) - 1))
      self.steps = steps
    }
  }
}
