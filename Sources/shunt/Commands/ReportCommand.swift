import ArgumentParser
import Foundation
import Reports
import Results

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Render saved results again, in any format.",
    discussion: """
      Examples:
        shunt report result.json --output report.html
        shunt report a.json b.json --format markdown

      Several results become one report: all cells side by side, then what each result says. A result
      of shunt sweep is rendered alone.
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
    try OutputFile.check(output, inputs: results, console: console)
    let chosen = try output.map { try ResultFormat.of(output: $0, console: console) } ?? format
    let rendered = try render(results.map { try console.loadSaved($0) }, chosen, console)
    guard let output else {
      FileHandle.standardOutput.write(rendered)
      return
    }
    try OutputFile.write(rendered, to: output, console: console)
    console.print("report: \(output)")
  }

  private func render(
    _ saved: [SavedResult], _ format: ResultFormat, _ console: Console
  ) throws -> Data {
    var comparisons: [Results.ComparisonResult] = []
    for result in saved {
      switch result {
      case .comparison(let comparison): comparisons.append(comparison)
      case .merged(let merged): comparisons += merged.results
      case .sweep(let sweep):
        guard saved.count == 1 else {
          console.error("error: a sweep is rendered alone; leave the other results out")
          throw ExitCode.validationFailure
        }
        return try format.render(sweep, console: console)
      }
    }
    return comparisons.count == 1
      ? try format.render(comparisons[0], console: console)
      : try format.render(comparisons, console: console)
  }
}
