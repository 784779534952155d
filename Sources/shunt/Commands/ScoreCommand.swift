import ArgumentParser
import Foundation
import Planner
import Quantities
import Workbench

struct ScoreCommand: ParsableCommand {
  /// What `--format json` prints.
  private struct Report: Encodable {
    let schemaVersion = 1
    let feasible: Bool
    let objective: Double?
    let perLayer: [LayerScore]
    let violations: [PlacementViolation]
  }

  static let configuration = CommandConfiguration(
    commandName: "score",
    abstract: "Judge a placement file by a problem or scenario, without solving.",
    discussion: """
      Examples:
        shunt score placement.json --problem problem.json
        shunt score placement.json --problem skewed.yaml --format json
      """)

  @Argument(help: "The placement file.", completion: .file(extensions: ["json"]))
  var placement: String

  @Option(help: "A problem file, or a scenario (.yaml).", completion: .file())
  var problem: String

  @Option(help: "text or json.")
  var format = CheckCommand.Format.json

  @OptionGroup var common: CommonOptions

  func run() throws {
    let console = common.console
    let score = try console.reporting {
      try study(console).score(placementFile: placement)
    }
    switch format {
    case .json: try printJSON(score, console)
    case .text:
      console.print(
        """
        feasible   \(score.feasible ? "yes" : "no")
        objective  \(QuantityFormat.significant(score.objective, digits: 6))
        """)
      for violation in score.violations { console.print("  \(violation)") }
    }
    if !score.feasible { throw ExitCode(65) }
  }

  private func study(_ console: Console) throws -> PlanStudy {
    guard problem.hasSuffix(".yaml") || problem.hasSuffix(".yml") else {
      return try PlanStudy(problemFile: problem)
    }
    return try PlanStudy(console.load(problem))
  }

  private func printJSON(_ score: PlacementScore, _ console: Console) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "infinity", negativeInfinity: "-infinity", nan: "nan")
    let report = Report(
      feasible: score.feasible, objective: score.objective.isFinite ? score.objective : nil,
      perLayer: score.perLayer, violations: score.violations)
    console.print(String(decoding: try encoder.encode(report), as: UTF8.self))
  }
}
