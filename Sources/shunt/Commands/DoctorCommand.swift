import ArgumentParser
import Catalog
import Foundation
import Workbench

struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Show the libraries found, their versions, and what this machine offers.",
    discussion: """
      Examples:
        shunt doctor
        shunt doctor --quiet && echo ready
      """)

  @OptionGroup var common: CommonOptions

  func run() throws {
    let console = common.console
    let process = ProcessInfo.processInfo
    var lines = ["shunt    \(Shunt.version)"]
    for library in LibraryVersions.all { lines.append("\(library.name)     \(library.version)") }
    lines.append("cores    \(process.activeProcessorCount)")
    lines.append("memory   \(process.physicalMemory / 1_073_741_824) GiB")
    let catalog = Catalog.standard
    lines.append(
      """
      catalog  \(catalog.accelerators.count) accelerators, \(catalog.links.count) links, \
      \(catalog.nodes.count) nodes, \(catalog.models.count) models
      """)
    if !common.quiet { console.print(lines.joined(separator: "\n")) }
    guard !catalog.accelerators.isEmpty, !catalog.models.isEmpty else {
      console.error("error: the embedded catalogue cannot be read; this build is broken")
      throw ExitCode(70)
    }
  }
}
