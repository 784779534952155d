import ArgumentParser
import Executor
import Foundation
import Kernels
import Workbench

struct EfficiencyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "efficiency",
    abstract: "Compare the executor's parts with plain products and copies on this machine.",
    discussion: """
      Prints, for experts and for messages, the time of the plain way over the executor's: 1 is as
      fast as plain OpenBLAS or a plain copy.

      Examples:
        shunt calibrate efficiency
        shunt calibrate efficiency --quiet
      """)

  @OptionGroup var common: CommonOptions

  func run() throws {
    let console = common.console
    try console.reporting {
      do {
        let measurement = try EfficiencyMeasurement()
        let experts = measurement.experts()
        let messages = [1 << 20, 4 << 20, 16 << 20].map { measurement.messages(bytes: $0) }
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

  private static func percent(_ share: Double) -> String {
    let text = "\(Int((share * 100).rounded())) %"
    return String(repeating: " ", count: max(0, 6 - text.count)) + text
  }
}
