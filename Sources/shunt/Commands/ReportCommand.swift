import ArgumentParser
import Foundation
import Reports
import Results

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Render a saved result again, in any format.",
    discussion: """
      Examples:
        shunt report result.json --output report.html
        shunt report result.json --format markdown
      """)

  @Argument(help: "Result files.", completion: .file(extensions: ["json"]))
  var results: [String]

  @Option(name: [.short, .long], help: "The report: .html, .md, .json or .csv by its ending.")
  var output: String?

  @Option(help: "What to print without --output: text, json, csv, markdown or html.")
  var format = ResultFormat.text

  @OptionGroup var common: CommonOptions

  func run() throws {
    let console = common.console
    try OutputFile.check(output, console: console)
    guard output == nil || results.count == 1 else {
      console.error("error: --output takes one result; render several one after another")
      throw ExitCode.validationFailure
    }
    for path in results {
      let result = try console.loadResult(path)
      let chosen = output.flatMap { ResultFormat(path: $0) } ?? format
      let rendered = try chosen.render(result, console: console)
      if let output {
        try OutputFile.write(rendered, to: output, console: console)
        console.print("report: \(output)")
      } else {
        FileHandle.standardOutput.write(rendered)
      }
    }
  }
}
