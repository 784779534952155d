import ArgumentParser
import Diagnostics
import Scenarios
import Workbench

struct CheckCommand: ParsableCommand {
  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Validate scenarios and print every finding.",
    discussion: """
      Examples:
        shunt check skewed.yaml
        shunt check scenarios/*.yaml --format json
      """)

  @Argument(help: "Scenario files.", completion: .file(extensions: ["yaml", "yml"]))
  var files: [String]

  @Option(help: "text or json.")
  var format = Format.text

  @OptionGroup var common: CommonOptions

  func run() throws {
    let console = common.console
    let findings = files.flatMap { ScenarioVocabulary.reader.read(file: $0).findings }
    switch format {
    case .json: console.print(FindingJSON.render(findings))
    case .text:
      console.show(findings)
      if findings.isEmpty, !common.quiet {
        console.print("\(files.joined(separator: ", ")): no findings")
      }
    }
    if findings.containsErrors { throw ExitCode(findings.exitStatus) }
  }
}
