import ArgumentParser
import Foundation
import Reports
import Results
import Scenarios
import Workbench

struct SweepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep",
    abstract: "Run a scenario at every combination of the values in its 'sweep'.",
    discussion: """
      Examples:
        shunt sweep sizes.yaml --output sizes.html
        shunt sweep sizes.yaml --format csv --pareto memory

      In the scenario, a list of values or a range for every key that varies:
        sweep:
          workload.tokensPerRank: [64, 128, 256]
          cluster.interNode.bandwidth: { from: 25 GB/s, to: 400 GB/s, steps: 5, scale: log }
          placements.eplb.redundantExperts: [0, 16, 32]

      Finished points are kept in a journal, by default SCENARIO.sweep-journal in the current folder.
      A sweep that was interrupted goes on from there; the journal is removed at the end.
      """)

  @Argument(help: "The scenario file.", completion: .file(extensions: ["yaml", "yml"]))
  var file: String

  @Option(help: "Take this seed instead of the scenario's.")
  var seed: UInt64?

  @Option(help: "The cell that speed-ups are relative to, such as contiguous/ep.")
  var baseline: String?

  @Option(
    help: """
      What the Pareto set trades the step time against: memory or throughput; by default throughput \
      where tokens or ranks vary, else memory.
      """)
  var pareto: Objective?

  enum Objective: String, ExpressibleByArgument, CaseIterable {
    case memory, throughput

    var value: SweepResult.Objective { self == .memory ? .memory : .throughput }
  }

  @Option(
    name: [.short, .long], help: "The report: .html, .md, .json, .csv or .txt by its ending.",
    completion: .file())
  var output: String?

  @Option(help: "What to print without --output: text, json, csv, markdown or html.")
  var format = ResultFormat.text

  @Option(help: "Where finished points are kept.", completion: .file())
  var journal: String?

  @Flag(help: "Say what would run, and stop.")
  var dryRun = false

  @OptionGroup var common: CommonOptions

  func run() throws {
    let console = common.console
    try OutputFile.check(output, inputs: [file], console: console)
    let chosen = try output.map { try ResultFormat.of(output: $0, console: console) } ?? format
    let scenario = try console.load(file, seed: seed)
    let result = try console.reporting { () -> SweepResult? in
      let study = try SweepStudy(scenario)
      guard !dryRun else {
        console.print(summary(of: study))
        return nil
      }
      return try run(study, console: console, chosen)
    }
    if result == nil, !dryRun { throw ExitStatus.interrupted }
  }

  private func run(
    _ study: SweepStudy, console: Console, _ chosen: ResultFormat
  ) throws -> SweepResult? {
    let path = journal ?? Self.journalPath(of: file)
    try OutputFile.check(path, inputs: [file], console: console)
    let journal = try SweepJournal(
      path, scenarioText: study.scenario.text, seed: study.scenario.simulation.seed,
      version: Shunt.version, baseline: baseline)
    if !journal.finished.isEmpty {
      console.note(
        "resuming: \(journal.finished.count) of \(study.points.count) points are in \(path)")
    }
    Interrupt.listen()
    let line = ProgressLine(study.scenario.name, unit: "points", console: console)
    let found = try study.run(
      baseline: baseline, version: Shunt.version, objective: pareto?.value, journal: journal,
      onProgress: { line.show($0) }, shouldStop: { Interrupt.isRequested })
    line.finish()
    guard let result = found else {
      console.note("interrupted: finished points are in \(path); run the same command to go on")
      return nil
    }
    try show(result, chosen, console)
    journal.remove()
    return result
  }

  private func show(_ result: SweepResult, _ chosen: ResultFormat, _ console: Console) throws {
    let data = try chosen.render(result, console: console)
    guard let output else {
      FileHandle.standardOutput.write(data)
      return
    }
    try OutputFile.write(data, to: output, console: console)
    if !common.quiet { console.print(SweepReport.text(result, width: console.width)) }
    console.print("  report: \(output)")
  }

  private func summary(of study: SweepStudy) -> String {
    let axes = study.scenario.sweep.map { axis in
      "  \(axis.path): \(axis.values.map(\.text).joined(separator: ", "))"
    }
    let lines = ["\(study.scenario.name): \(study.points.count) points"] + axes
    return lines.joined(separator: "\n") + "\nat each point " + study.scenario.dryRunSummary
  }

  private static func journalPath(of file: String) -> String {
    URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent + ".sweep-journal"
  }
}
