import ArgumentParser
import Scenarios
import Workbench

struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Print the JSON Schema of scenarios.",
    discussion: """
      Examples:
        shunt schema > scenario.schema.json
        shunt schema | python3 -m json.tool
      """)

  @OptionGroup var common: CommonOptions

  func run() throws {
    common.console.print(ScenarioVocabulary.schema)
  }
}
