import ArgumentParser
import EngineFormats
import Foundation
import Workbench

struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Turn an engine's records into a routing table, or its map into a placement.",
    discussion: """
      Kinds of records:
      \(EngineFormats.loads.map { "  \($0.name): \($0.summary)" }.joined(separator: "\n"))

      The table is CSV whatever its name ends with; a scenario reads it with
      'routing: { trace: { file: loads.csv, format: loadTable } }', and 'shunt profile' describes it.
      Records with steps become windows in time order. Each file becomes one workload of the table.

      With --placement, kinds of maps:
      \(EngineFormats.placements.map { "  \($0.name): \($0.summary)" }.joined(separator: "\n"))

      Examples:
        shunt import sglang logical_count.json --output loads.csv
        shunt import sglang --placement location.json --ranks 8 --output placement.json
      """)

  @Argument(help: "The form of the files.")
  var kind: String

  @Argument(help: "Files, or folders for tensorrt-llm.", completion: .file())
  var files: [String]

  @Option(
    name: [.short, .long], help: "Write there instead of standard output.", completion: .file())
  var output: String?

  @Flag(help: "Read one map of expert locations and write a placement file.")
  var placement = false

  @Option(help: "Ranks of the expert-parallel group, for maps that do not say it.")
  var ranks: Int?

  @Option(help: "The number of the model's first MoE layer, such as 3 after three dense ones.")
  var firstLayer = 0

  @Option(help: "Experts of a layer, for text traces that name only those that were used.")
  var experts: Int?

  @Option(help: "The model's name in the placement file.")
  var model = "imported"

  @OptionGroup var common: CommonOptions

  func validate() throws {
    let names =
      placement
      ? EngineFormats.placements.map { $0.name } : EngineFormats.loads.map { $0.name }
    guard names.contains(kind) else {
      let what = placement ? "import --placement" : "import"
      throw ValidationError("\(what) reads \(names.joined(separator: ", ")), not '\(kind)'")
    }
    if placement, files.count != 1 { throw ValidationError("--placement reads one file") }
    if let ranks, ranks < 1 { throw ValidationError("--ranks takes 1 or more") }
    guard (0..<4096).contains(firstLayer) else {
      throw ValidationError("--first-layer lies between 0 and 4095")
    }
    if let experts, !(1...65_536).contains(experts) {
      throw ValidationError("--experts lies between 1 and 65536")
    }
  }

  func run() throws {
    let console = common.console
    try OutputFile.check(output, inputs: files, console: console)
    try console.reporting {
      let data = try placement ? importMap() : importLoads(console)
      if let output {
        try OutputFile.write(data, to: output, console: console)
      } else {
        FileHandle.standardOutput.write(data)
      }
    }
    if let output, !placement { console.note("routing: \(output)   next: shunt profile \(output)") }
  }

  private func importMap() throws -> Data {
    guard let format = EngineFormats.placement(named: kind) else { return Data() }
    let json = try FormatStudy.placement(
      format, file: files[0], reading: MapReading(ranks: ranks, firstLayer: firstLayer),
      model: model)
    return json + Data("\n".utf8)
  }

  private func importLoads(_ console: Console) throws -> Data {
    guard let format = EngineFormats.loads(named: kind) else { return Data() }
    let (table, notes) = try FormatStudy.loads(
      format, files: files, reading: LoadReading(firstLayer: firstLayer, experts: experts))
    for note in notes { console.note("note: \(note)") }
    return Data(table.utf8)
  }
}
