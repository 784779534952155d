import ArgumentParser
import Foundation
import Reports
import Results
import Scenarios
import Workbench

struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Decide between the placement × strategy cells of a scenario, with a report.",
    discussion: """
      Examples:
        shunt compare skewed.yaml --output skewed.html
        shunt compare a.yaml b.yaml --format markdown --baseline contiguous/ep

      Without a file the embedded quickstart scenario is compared.
      """)

  @Argument(
    help: "Scenario files; the embedded quickstart without any.",
    completion: .file(extensions: ["yaml", "yml"]))
  var files: [String] = []

  @OptionGroup var options: RunOptions

  @Option(
    name: [.short, .long],
    help: """
      The report: .html, .md, .json or .csv by its ending. With several scenarios, each report gets \
      its scenario's name before the ending.
      """, completion: .file())
  var output: String?

  @Option(help: "What to print without --output: text, json, csv or markdown.")
  var format = ResultFormat.text

  @OptionGroup var common: CommonOptions

  func run() throws {
    let console = common.console
    try OutputFile.check(output, inputs: files, console: console)
    if let output { _ = try ResultFormat.of(output: output, console: console) }
    var missed = false
    let scenarios = try scenarios(console)
    try checkNames(scenarios, console)
    for scenario in scenarios {
      if options.dryRun {
        console.print(scenario.dryRunSummary)
        continue
      }
      let result = try console.reporting {
        try options.compare(ScenarioRun(scenario), console: console)
      }
      try show(result, scenario, console)
      missed = missed || result.expectations.contains { !$0.passed }
    }
    if Interrupt.isRequested { throw ExitStatus.interrupted }
    if missed { throw ExitStatus.thresholdMissed }
  }

  /// Reports of scenarios with one name would replace each other.
  private func checkNames(_ scenarios: [Scenario], _ console: Console) throws {
    guard let output else { return }
    let paths = scenarios.map { Self.path(output, for: $0.name) }
    for (index, scenario) in scenarios.enumerated() where paths[..<index].contains(paths[index]) {
      console.error(
        "error: two scenarios are named '\(scenario.name)', and their reports would be one file")
      throw ExitCode.validationFailure
    }
  }

  private func scenarios(_ console: Console) throws -> [Scenario] {
    guard files.isEmpty else { return try files.map { try console.load($0, seed: options.seed) } }
    let text = ScenarioTemplate.text(name: "quickstart")
    let reading = ScenarioVocabulary.reader.read(text: text, file: "quickstart")
    return [try console.use(reading, seed: options.seed)]
  }

  private func show(_ result: Results.ComparisonResult, _ scenario: Scenario, _ console: Console)
    throws
  {
    guard let output else {
      FileHandle.standardOutput.write(try format.render(result, console: console))
      if format == .text, !common.quiet {
        console.print("  next: shunt compare \(scenario.file) --output \(scenario.name).html")
      }
      return
    }
    let path = files.count > 1 ? Self.path(output, for: scenario.name) : output
    let format = ResultFormat(path: path) ?? .html
    try OutputFile.write(format.render(result, console: console), to: path, console: console)
    console.print(
      TerminalSummary.render(
        result, width: console.width, colour: console.coloursOutput))
    console.print("  report: \(path)")
  }

  /// The report's path with the scenario's name before its ending.
  private static func path(_ output: String, for name: String) -> String {
    let url = URL(fileURLWithPath: output)
    let safe = name.map { $0.isLetter || $0.isNumber || $0 == "-" ? $0 : "-" }.prefix(80)
    let file = "\(url.deletingPathExtension().lastPathComponent)-\(String(safe))"
    let folder = output.contains("/") ? url.deletingLastPathComponent().path + "/" : ""
    return folder + file + "." + url.pathExtension
  }
}
