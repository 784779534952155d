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

  @Flag(
    help: """
      Vary skew, batch, bandwidth and ranks around the scenario, and say where another cell wins.
      """)
  var sensitivity = false

  @Flag(help: "Say how long planning and simulating a step took on this machine.")
  var timings = false

  @Flag(help: "Say what would run, and stop.")
  var dryRun = false

  /// Runs all cells with progress; Ctrl-C keeps the finished steps.
  func compare(_ run: ScenarioRun, console: Console) throws -> Results.ComparisonResult {
    Interrupt.listen()
    let line = ProgressLine(run.scenario.name, console: console)
    defer { line.finish() }
    let times = timings ? CellTimings() : nil
    var result = try run.compare(
      baseline: baseline, version: Shunt.version, timings: times, onProgress: { line.show($0) },
      shouldStop: { Interrupt.isRequested })
    line.finish()
    for sentence in times?.sentences ?? [] { console.note(sentence) }
    // The scenario's own findings were shown when it was read.
    let shown = run.scenario.warnings.map(\.message)
    for warning in result.warnings where !shown.contains(warning) {
      console.note("warning: \(warning)")
    }
    if sensitivity, !Interrupt.isRequested {
      let points = ProgressLine("\(run.scenario.name), varied", unit: "values", console: console)
      defer { points.finish() }
      result.sensitivity = try SensitivityStudy(run.scenario).run(
        baseline: baseline, version: Shunt.version, onProgress: { points.show($0) },
        shouldStop: { Interrupt.isRequested })
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

  /// The format that the ending of an output file names, or the end of the command with the reason.
  static func of(output path: String, console: Console) throws -> ResultFormat {
    guard let format = ResultFormat(path: path) else {
      console.error("error: \(path) must end in .html, .md, .json, .csv or .txt")
      throw ExitCode.validationFailure
    }
    return format
  }

  func render(_ result: SweepResult, console: Console) throws -> Data {
    switch self {
    case .json: try result.json()
    case .html: Data(try SweepReport.html(result).utf8)
    case .markdown: Data(SweepReport.markdown(result).utf8)
    case .csv: Data(SweepReport.csv(result).utf8)
    case .text: Data(SweepReport.text(result, width: console.width).utf8)
    }
  }

  func render(_ results: [Results.ComparisonResult], console: Console) throws -> Data {
    switch self {
    case .json: try MergedResult(results).json()
    case .html: Data(try MergedReport.html(results).utf8)
    case .markdown: Data(MergedReport.markdown(results).utf8)
    case .csv: Data(MergedReport.csv(results).utf8)
    case .text:
      Data(
        MergedReport.text(results, width: console.width, colour: console.coloursOutput).utf8)
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
