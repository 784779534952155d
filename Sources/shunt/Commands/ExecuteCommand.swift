import ArgumentParser
import Domain
import Executor
import Foundation
import Kernels
import Results
import Scenarios
import Workbench

struct ExecuteCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "execute",
    abstract: "Run a scenario's plans on this machine's cores and hold predictions against them.",
    discussion: """
      The plans that 'simulate' costs are carried out: real tokens, gates, experts and transfers, in
      32 bits. What is too large for one machine is made smaller first, and the result says how.

      Examples:
        shunt execute small.yaml
        shunt execute small.yaml --machine machine.json --output reality.html
      """)

  @Argument(help: "The scenario file.", completion: .file(extensions: ["yaml", "yml"]))
  var file: String

  @Option(help: "How ranks reach each other: inprocess or mpi.")
  var transport = TransportChoice.inprocess

  @Option(
    help: """
      How runs are timed: virtual (each rank alone, composed on the simulator's clock; the default) \
      or concurrent (side by side, by the wall clock).
      """)
  var timing: TimingChoice?

  @Option(
    help: "What 'calibrate measure' wrote; without it this machine is measured coarsely first.",
    completion: .file(extensions: ["json"]))
  var machine: String?

  @Option(help: "Steps to run; by default as many as fit into the time budget, eight at most.")
  var steps: Int?

  @Option(help: "Measured runs of every step; by default three to nine, as the time budget allows.")
  var repetitions: Int?

  @Option(help: "Seconds that all runs together should take.")
  var timeBudget = 90.0

  @Option(help: "Seconds that a rank waits for another before it gives up.")
  var timeLimit = 60.0

  @Option(
    help:
      "Memory that all ranks may take together, such as '4 GiB'; half of what is free by default.")
  var memoryLimit: String?

  @Option(help: "Take this seed instead of the scenario's.")
  var seed: UInt64?

  @Option(help: "text, json, csv, markdown or html.")
  var format = ResultFormat.text

  @Option(
    name: [.short, .long], help: "Write the result there, in the form that the ending names.",
    completion: .file())
  var output: String?

  @Option(help: .hidden)
  var partial: String?

  @OptionGroup var common: CommonOptions

  enum TransportChoice: String, ExpressibleByArgument, CaseIterable { case inprocess, mpi }
  enum TimingChoice: String, ExpressibleByArgument, CaseIterable { case virtual, concurrent }

  func validate() throws {
    if let steps, steps < 1 { throw ValidationError("--steps takes a number of at least 1") }
    if let repetitions, repetitions < 1 {
      throw ValidationError("--repetitions takes a number of at least 1")
    }
    guard timeBudget > 0, timeLimit > 0 else {
      throw ValidationError("--time-budget and --time-limit take seconds above 0")
    }
  }

  func run() throws {
    let console = common.console
    try OutputFile.check(output, inputs: [file], console: console)
    let scenario = try console.load(file, seed: seed)
    let result = try console.reporting {
      try ExecutionSession(
        command: self, scenario: scenario, console: console
      ).result()
    }
    // Other ranks of an MPI job have nothing to write.
    guard let result else { return }
    try write(result, console)
    if Interrupt.isRequested { throw ExitStatus.interrupted }
  }

  func write(_ result: Results.ComparisonResult, _ console: Console) throws {
    let chosen = output.map { ResultFormat(path: $0) ?? .json } ?? format
    let data = try chosen.render(result, console: console)
    guard let output else {
      FileHandle.standardOutput.write(data)
      if format == .text { console.print(ExecutionText.render(result)) }
      return
    }
    try OutputFile.write(data, to: output, console: console)
    if !common.quiet {
      console.print(ExecutionText.render(result))
      console.print("  result: \(output)")
    }
  }
}
