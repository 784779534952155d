import ArgumentParser
import Diagnostics
import Foundation
import Reports
import Results
import Scenarios
import Workbench

/// Options of commands that simulate.
struct RunOptions: ParsableArguments {
  @Option(help: "Take this seed instead of the scenario's.")
  var seed: UInt64?

  @Option(help: "The cell that speed-ups are relative to, such as contiguous/ep.")
  var baseline: String?

  @Flag(help: "Say what would run, and stop.")
  var dryRun = false

  /// Runs all cells with progress; Ctrl-C keeps the finished steps.
  func compare(_ run: ScenarioRun, console: Console) throws -> Results.ComparisonResult {
    Interrupt.listen()
    let line = ProgressLine(run.scenario.name, console: console)
    defer { line.finish() }
    let result = try run.compare(
      baseline: baseline, version: Shunt.version, onProgress: { line.show($0) },
      shouldStop: { Interrupt.isRequested })
    line.finish()
    // The scenario's own findings were shown when it was read.
    let shown = run.scenario.warnings.map(\.message)
    for warning in result.warnings where !shown.contains(warning) {
      console.note("warning: \(warning)")
    }
    if Interrupt.isRequested {
      console.note("interrupted: the result covers \(result.system.steps) steps")
    }
    return result
  }

  /// Ends with the status that the result stands for.
  static func finish(_ result: Results.ComparisonResult) throws {
    if Interrupt.isRequested { throw ExitStatus.interrupted }
    if result.expectations.contains(where: { !$0.passed }) { throw ExitStatus.thresholdMissed }
  }
}

/// How a result is written.
enum ResultFormat: String, ExpressibleByArgument, CaseIterable {
  case text, json, csv, markdown, html

  /// The format that a file's ending names.
  init?(path: String) {
    switch URL(fileURLWithPath: path).pathExtension.lowercased() {
    case "html", "htm": self = .html
    case "md", "markdown": self = .markdown
    case "json": self = .json
    case "csv": self = .csv
    case "txt": self = .text
    default: return nil
    }
  }

  func render(_ result: Results.ComparisonResult, console: Console) throws -> Data {
    switch self {
    case .json: try result.json()
    case .html: Data(try HTMLReport.render(result).utf8)
    case .markdown: Data(MarkdownReport.render(result).utf8)
    case .csv: Data(CSVReport.render(result).utf8)
    case .text:
      Data(
        TerminalSummary.render(result, width: console.width, colour: console.coloursOutput).utf8)
    }
  }
}
