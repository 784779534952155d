import ArgumentParser
import Domain
import Executor
import Foundation
import Quantities
import Scenarios
import Workbench

struct MeasureCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "measure",
    abstract: "Time this machine's cores; a scenario's 'accelerator' may name the file.",
    discussion: """
      Matrix products, copies, gathers, additions and launches are timed on one core, in under two
      minutes. Close what else runs: others on the machine slow it down and are measured with it.

      Examples:
        shunt calibrate measure --output machine.json
        shunt calibrate measure --output machine.json && shunt execute small.yaml --machine machine.json
      """)

  @Option(name: [.short, .long], help: "Write the measurements there.", completion: .file())
  var output: String

  @OptionGroup var common: CommonOptions

  func run() throws {
    let console = common.console
    try OutputFile.check(output, console: console)
    let start = Date()
    let machine = try console.reporting {
      try ThisMachine.measure(.thorough) { share in
        guard !console.quiet else { return }
        console.showProgress("measuring: \(Int(share * 100)) %")
      }
    }
    console.clearProgress()
    try OutputFile.write(AcceleratorFile.json(for: machine), to: output, console: console)
    guard !common.quiet else { return }
    let rate = (machine.peaks[.fp32]?.flopsPerSecond ?? 0) / 1e9
    let noise = (machine.processor?.noise ?? 0) * 100
    console.print(
      """
      \(machine.name): \(Int(rate)) GFLOP/s in products, \
      \(Int(machine.memoryBandwidth.bytesPerSecond / 1e9)) GB/s in copies, repeated within \
      \(Int(noise.rounded(.up))) % of each other, measured in \
      \(Int(Date().timeIntervalSince(start).rounded(.up))) s
      machine: \(output)   next: accelerator: \(output) in a scenario
      """)
  }
}
