import ArgumentParser
import Foundation
import Planner
import Quantities
import Results
import Workbench

struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Compute where experts live and which are replicated, with a proven bound.",
    discussion: """
      Examples:
        shunt plan skewed.yaml --output placement.json
        shunt plan --problem problem.json --time-limit 10 --output placement.json
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

  @Option(help: "Expert copies of a layer beyond one each.")
  var redundantExperts: Int?

  @Flag(help: "Name the rank and experts that bind in each layer.")
  var explain = false

  @Option(help: "Write the integer program of the first layer there, for another solver.")
  var writeLp: String?

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
  }

  func run() throws {
    let console = common.console
    try OutputFile.check(
      output, inputs: [file, problem].compactMap { $0 }, console: console)
    Interrupt.listen()
    try console.reporting {
      let study = try makeStudy(console)
      let watch = PlanWatch(console: console)
      let planned = try study.solve(
        method: method,
        options: PlannerOptions(
          timeLimit: timeLimit, stepBudget: stepBudget, gap: gap ?? 1e-5, seed: seed),
        onProgress: { watch.show($0) }, shouldStop: { Interrupt.isRequested })
      watch.finish()
      let file = PlacementFile(
        planned.slots, of: study.problem, certificate: planned.certificate)
      let json = try file.json()
      if let output { try OutputFile.write(json, to: output, console: console) }
      if let writeLp {
        try OutputFile.write(study.layerProgram(0), to: writeLp, console: console)
      }
      if format == .json {
        FileHandle.standardOutput.write(json + Data("\n".utf8))
      } else {
        try describe(planned, study, console)
      }
    }
    if Interrupt.isRequested { throw ExitStatus.interrupted }
  }

  private func makeStudy(_ console: Console) throws -> PlanStudy {
    if let problem { return try PlanStudy(problemFile: problem) }
    return try PlanStudy(
      console.load(file ?? "", seed: nil), redundantExperts: redundantExperts)
  }

  private func describe(
    _ planned: PlannedPlacement, _ study: PlanStudy, _ console: Console
  ) throws {
    let certificate = planned.certificate
    let problem = study.problem
    console.print(
      """
      \(problem.name)   \(problem.layers) layers × \(problem.experts) experts on \
      \(problem.ranks) ranks × \(problem.slotsPerRank) slots, objective \(problem.objective.name)

        method       \(certificate.method)
        status       \(certificate.status.rawValue)
        objective    \(QuantityFormat.significant(certificate.objective, digits: 6))
        lower bound  \(QuantityFormat.significant(certificate.lowerBound, digits: 6))\
      \(certificate.boundIsWeak ? "   (weak: it ignores part of the problem)" : "")
        gap          \(QuantityFormat.percent(certificate.gap))
        search       \(QuantityFormat.seconds(certificate.wallSeconds))
      """)
    if let contiguous = study.contiguousObjective, contiguous > 0 {
      let gain = 1 - certificate.objective / contiguous
      console.print("  against contiguous  \(QuantityFormat.percent(gain)) lower")
    }
    if explain {
      for layer in study.problem.explanation(of: planned.slots) { console.print(text(of: layer)) }
    }
    try judge(planned, study, console)
    if let output { console.print("  placement: \(output)") }
  }

  /// What keeps one layer from being better.
  private func text(of layer: LayerExplanation) -> String {
    let experts = layer.experts.prefix(4).map { part in
      "\(part.expert)\(part.copies > 1 ? " (1 of \(part.copies) copies)" : "")"
    }
    let excess = layer.meanLoad > 0 ? layer.load / layer.meanLoad : 1
    let reason = layer.boundByOneExpert ? "; one expert alone is above the mean" : ""
    return """
        layer \(layer.layer): rank \(layer.rank) binds at \
      \(QuantityFormat.fixed(excess, decimals: 3)) × the mean with experts \
      \(experts.joined(separator: ", "))\(layer.experts.count > 4 ? ", …" : "")\(reason)
      """
  }

  /// Says whether the gain survives in simulated steps that the plan has not seen.
  private func judge(
    _ planned: PlannedPlacement, _ study: PlanStudy, _ console: Console
  ) throws {
    guard !Interrupt.isRequested else { return }
    let line = ProgressLine("simulating", console: console)
    let result = try study.judge(planned, version: Shunt.version) { line.show($0) }
    line.finish()
    guard let result, let cell = result.cells.last, let mean = cell.speedup.mean else { return }
    let ends = cell.speedup.confidence95 ?? []
    let interval =
      ends.count == 2
      ? " (95 % interval \(QuantityFormat.significant(ends[0])) to \(QuantityFormat.significant(ends[1])))"
      : ""
    let verdict: String
    switch ends.first {
    case .some(let low) where low > 1: verdict = "the gain survives on steps the plan has not seen"
    case .some where (ends.last ?? 1) < 1:
      verdict = "re-placing makes steps slower: keep what you have"
    default: verdict = "no difference can be told: keep what you have"
    }
    console.print(
      """

        simulated    \(QuantityFormat.significant(mean))× the speed of \(result.baseline)\(interval)
        \(verdict)
      """)
  }
}
