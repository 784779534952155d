import ArgumentParser
import Foundation
import Planner
import Workbench

struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Compute where experts live and which are replicated, with a proven bound.",
    discussion: """
      Examples:
        shunt plan skewed.yaml --output placement.json
        shunt plan skewed.yaml --from current.json --horizon 2000
        shunt plan skewed.yaml --replan
        shunt plan --problem problem.json --time-limit 10 --output placement.json

      With --from, a copy is moved only where it pays within the horizon. With --replan, policies of
      planning anew are judged on the scenario's steps, the time to move included.
      """)

  @Argument(help: "The scenario file.", completion: .file(extensions: ["yaml", "yml"]))
  var file: String?

  @Option(help: "A problem file instead of a scenario.", completion: .file(extensions: ["json"]))
  var problem: String?

  @Option(name: [.short, .long], help: "Write the placement there.", completion: .file())
  var output: String?

  @Option(help: "How to place: contiguous, roundRobin, balanced, eplb, moetuner, naiveILP or ilp.")
  var method = "ilp"

  @Option(help: "Seconds to search at most; the result then depends on the machine.")
  var timeLimit: Double?

  @Option(help: "Search steps in all: the same budget gives the same plan.")
  var stepBudget: Int?

  @Option(help: "Stop when the proven gap is this small, such as 0.01.")
  var gap: Double?

  @Option(help: "Seed of the search.")
  var seed: UInt64 = 1

  @Flag(help: "Name the rank and experts that bind in each layer.")
  var explain = false

  @Option(help: "Write the integer program of the first layer there, for another solver.")
  var writeLp: String?

  @OptionGroup(title: "What is planned for") var inputs: PlanInputOptions

  @OptionGroup(title: "Re-planning") var replanning: ReplanningOptions

  @Option(help: "text or json.")
  var format = CheckCommand.Format.text

  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard (file == nil) != (problem == nil) else {
      throw ValidationError("give a scenario file or --problem, one of them")
    }
    let methods = PlacementMethodCatalog.entries.map(\.name)
    guard methods.contains(method) else {
      throw ValidationError("--method takes one of \(methods.joined(separator: ", "))")
    }
    if let timeLimit, !(timeLimit > 0 && timeLimit.isFinite) {
      throw ValidationError("--time-limit takes seconds above 0")
    }
    if let stepBudget, stepBudget < 1 { throw ValidationError("--step-budget takes 1 or more") }
    if let gap, !(gap >= 0 && gap < 1) { throw ValidationError("--gap lies between 0 and 1") }
    try inputs.validate(isProblem: problem != nil)
    if problem != nil, replanning.replan { throw ValidationError("--replan needs a scenario") }
  }

  func run() throws {
    let console = common.console
    try OutputFile.check(
      output, inputs: [file, problem, inputs.from].compactMap { $0 }, console: console)
    Interrupt.listen()
    try console.reporting {
      if replanning.replan {
        let scenario = try console.load(file ?? "")
        try replanning.run(
          scenario, inputs: inputs, stepBudget: stepBudget, format: format, output: output,
          console: console)
      } else {
        try plan(console)
      }
    }
    if Interrupt.isRequested { throw ExitStatus.interrupted }
  }

  private func plan(_ console: Console) throws {
    var study = try makeStudy(console)
    let watch = PlanWatch(console: console)
    defer { watch.finish() }
    let price = try study.priceMoves(
      payingWithin: inputs.horizon, options: options(share: 1 / 3.0),
      shouldStop: { Interrupt.isRequested })
    let planned = try study.solve(
      method: method, options: options(share: price == nil ? 1 : 2 / 3.0),
      onProgress: { watch.show($0) }, shouldStop: { Interrupt.isRequested })
    watch.finish()
    let file = PlacementFile(
      planned.slots, of: study.problem, certificate: planned.certificate)
    if let output { try OutputFile.write(file.json(), to: output, console: console) }
    if let writeLp {
      try OutputFile.write(study.layerProgram(0), to: writeLp, console: console)
    }
    let migration = try study.migration(to: planned)
    let text = PlanText(
      planned: planned, study: study, migration: migration, price: price,
      horizon: inputs.horizon, explains: explain)
    if format == .text { for line in text.lines { console.print(line) } }
    let verdict = try judge(planned, migration, study, console)
    if format == .json {
      let report = PlanReport(
        file: file, migration: migration, decision: verdict,
        explanation: explain ? study.problem.explanation(of: planned.slots) : nil)
      console.print(String(decoding: try report.json(), as: UTF8.self))
      return
    }
    for line in verdict.map(text.lines(of:)) ?? [] { console.print(line) }
    if let output { console.print("  placement: \(output)") }
  }

  private func makeStudy(_ console: Console) throws -> PlanStudy {
    let inputs = inputs.planningInputs
    if let problem { return try PlanStudy(problemFile: problem, inputs: inputs) }
    return try PlanStudy(console.load(file ?? ""), inputs: inputs)
  }

  /// The limits of one of two searches, or of all.
  private func options(share: Double) -> PlannerOptions {
    let seconds = timeLimit ?? (stepBudget == nil ? 10 : nil)
    return PlannerOptions(
      timeLimit: seconds.map { $0 * share },
      stepBudget: stepBudget.map { max(1, Int(Double($0) * share)) }, gap: gap ?? 1e-5, seed: seed)
  }

  /// Whether the gain survives in simulated steps that the plan has not seen.
  private func judge(
    _ planned: PlannedPlacement, _ migration: Migration?, _ study: PlanStudy, _ console: Console
  ) throws -> PlanVerdict? {
    guard !Interrupt.isRequested else { return nil }
    let line = ProgressLine("simulating", console: console)
    defer { line.finish() }
    return try study.judge(
      planned, migration: migration, version: Shunt.version, onProgress: { line.show($0) },
      shouldStop: { Interrupt.isRequested })
  }
}

/// What `--format json` prints: the placement file, and what was decided about it.
private struct PlanReport: Encodable {
  let file: PlacementFile
  let migration: Migration?
  let decision: PlanVerdict?
  let explanation: [LayerExplanation]?

  private enum CodingKeys: CodingKey {
    case migration, decision, explanation
  }

  func encode(to encoder: any Encoder) throws {
    try file.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encodeIfPresent(migration, forKey: .migration)
    try container.encodeIfPresent(decision, forKey: .decision)
    try container.encodeIfPresent(explanation, forKey: .explanation)
  }

  func json() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(self)
  }
}
