import ArgumentParser
import EngineFormats
import Foundation
import Workbench

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write a placement in the form that an engine loads.",
    discussion: """
      Kinds:
      \(EngineFormats.placements.map { "  \($0.name): \($0.summary)" }.joined(separator: "\n"))

      Engines have a weight in every slot: an empty one gets a further copy, and a note says of which
      expert. What a form cannot hold is refused with the reason.

      Examples:
        shunt export sglang placement.json --output location.json
        shunt export tensorrt-llm placement.json --output load_balancer.yaml
      """)

  @Argument(help: "The form: \(EngineFormats.placements.map { $0.name }.joined(separator: ", ")).")
  var kind: String

  @Argument(
    help: "The placement file, from 'shunt plan'.", completion: .file(extensions: ["json"]))
  var placement: String

  @Option(
    name: [.short, .long], help: "Write there instead of standard output.", completion: .file())
  var output: String?

  @Option(
    help: """
      The model's number of the placement's first layer, such as 3 for a plan that counts MoE layers \
      from 0.
      """)
  var firstLayer: Int?

  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard EngineFormats.placement(named: kind) != nil else {
      throw ValidationError(
        "export writes \(EngineFormats.placements.map { $0.name }.joined(separator: ", ")), not '\(kind)'"
      )
    }
    if let firstLayer, !(0..<4096).contains(firstLayer) {
      throw ValidationError("--first-layer lies between 0 and 4095")
    }
  }

  func run() throws {
    guard let format = EngineFormats.placement(named: kind) else { return }
    let console = common.console
    try OutputFile.check(output, inputs: [placement], console: console)
    try console.reporting {
      let map = try FormatStudy.export(
        format, placement: placement, firstLayer: firstLayer)
      for note in map.notes { console.note("note: \(note)") }
      if let output {
        try OutputFile.write(map.text, to: output, console: console)
      } else {
        console.print(map.text)
      }
    }
  }
}
