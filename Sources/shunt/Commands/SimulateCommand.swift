import ArgumentParser
import Foundation
import Reports
import Results
import Scenarios
import Workbench

struct SimulateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Simulate every placement × strategy cell of a scenario.",
    discussion: """
      Examples:
        shunt simulate skewed.yaml
        shunt simulate skewed.yaml --format json --output result.json
        shunt simulate skewed.yaml --trace step.json     # opens in ui.perfetto.dev
      """)

  @Argument(help: "The scenario file.", completion: .file(extensions: ["yaml", "yml"]))
  var file: String

  @OptionGroup var options: RunOptions

  @Option(help: "text, json, csv or markdown.")
  var format = ResultFormat.text

  @Option(
    help: "Write the result there instead of printing it: .json, .html, .md, .csv or .txt.",
    completion: .file())
  var output: String?

  @Option(help: "Write one step as a trace for Perfetto.", completion: .file())
  var trace: String?

  @Option(help: "The step that --trace shows.")
  var traceStep = 0

  @Option(help: "The cell that --trace shows, such as contiguous/ep; the first by default.")
  var traceCell: String?

  @OptionGroup var common: CommonOptions

  func run() throws {
    let console = common.console
    try OutputFile.check(output, inputs: [file], console: console)
    try OutputFile.check(trace, inputs: [file], console: console)
    let chosen = try output.map { try ResultFormat.of(output: $0, console: console) } ?? format
    let scenario = try console.load(file, seed: options.seed)
    if options.dryRun {
      console.print(scenario.dryRunSummary)
      return
    }
    try console.reporting {
      let run = try ScenarioRun(scenario)
      if let trace {
        let step = try run.trace(step: traceStep, cell: traceCell)
        try OutputFile.write(
          PerfettoTrace.render(plan: step.plan, record: step.record), to: trace, console: console)
      }
      let result = try options.compare(run, console: console)
      let data = try chosen.render(result, console: console)
      if let output {
        try OutputFile.write(data, to: output, console: console)
        if !common.quiet {
          console.print(
            TerminalSummary.render(
              result, width: console.width, colour: console.coloursOutput))
        }
      } else {
        FileHandle.standardOutput.write(data)
      }
      try RunOptions.finish(result)
    }
  }
}
