import ArgumentParser
import Domain
import Foundation
import Planner
import Quantities
import Scenarios
import Workbench

/// What `shunt plan` plans for, beside its file.
struct PlanInputOptions: ParsableArguments {
  /// How several workloads become one objective.
  enum Combination: String, ExpressibleByArgument, CaseIterable {
    case worst, weighted

    var ofSets: LoadSetCombination { self == .worst ? .worst : .weighted }
  }

  @Option(help: "Expert copies of a layer beyond one each.")
  var redundantExperts: Int?

  @Option(
    help: "A placement file with where experts live now; moves from there cost time.",
    completion: .file(extensions: ["json"]))
  var from: String?

  @Option(help: "With --from: the steps within which a move must pay.")
  var horizon = 1000

  @Option(
    parsing: .singleValue,
    help: "A workload or domain of the scenario's trace; give several to plan for all of them.")
  var workload: [String] = []

  @Option(help: "With --workload: plan for the worst in each layer, or for all alike (weighted).")
  var combine: Combination?

  func validate(isProblem: Bool) throws {
    if let redundantExperts, redundantExperts < 0 {
      throw ValidationError("--redundant-experts takes 0 or more")
    }
    guard (1...1_000_000_000).contains(horizon) else {
      throw ValidationError("--horizon takes steps from 1 to 1000000000")
    }
    if isProblem, !workload.isEmpty || redundantExperts != nil {
      throw ValidationError("--workload and --redundant-experts go with a scenario")
    }
    if combine != nil, workload.isEmpty {
      throw ValidationError("--combine goes with --workload")
    }
  }

  var planningInputs: PlanningInputs {
    var result = PlanningInputs()
    result.redundantExperts = redundantExperts
    result.current = from
    result.workloads = workload
    result.combination = combine?.ofSets
    return result
  }
}

/// When to plan anew, tried out on the scenario's steps.
struct ReplanningOptions: ParsableArguments {
  @Flag(help: "Judge policies of planning anew instead of writing one plan.")
  var replan = false

  @Option(
    parsing: .singleValue, help: "With --replan: steps between decisions; several are all tried.")
  var interval: [Int] = []

  @Option(
    parsing: .singleValue,
    help: "With --replan: past steps that are planned for; several are tried.")
  var window: [Int] = []

  @Option(
    parsing: .singleValue,
    help: "With --replan: the gain below which nothing moves, such as '3 %'; several are tried.")
  var hysteresis: [String] = []

  func validate() throws {
    guard replan || interval.isEmpty && window.isEmpty && hysteresis.isEmpty else {
      throw ValidationError("--interval, --window and --hysteresis go with --replan")
    }
    for (name, values) in [("--interval", interval), ("--window", window)]
    where values.contains(where: { !(1...1_000_000).contains($0) }) {
      throw ValidationError("\(name) takes steps from 1 to 1000000")
    }
    guard (try policies(steps: 100)).count <= 200 else {
      throw ValidationError("more than 200 policies; give fewer intervals, windows or thresholds")
    }
  }

  /// The policies to try: those of the standard grid, with what was given in their place.
  func policies(steps: Int) throws -> [ReplanningPolicy] {
    let standard = ReplanningPolicy.standardGrid(steps: steps)
    func distinct<Value: Equatable>(_ values: [Value]) -> [Value] {
      values.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }
    let thresholds = try hysteresis.map { text in
      do {
        let share = try QuantityParser.parse(text, as: .fraction)
        guard (0..<1).contains(share) else {
          throw ValidationError("--hysteresis lies between 0 and 100 %")
        }
        return share
      } catch let error as QuantityError {
        throw ValidationError("--hysteresis: \(error.message)")
      }
    }
    return ReplanningPolicy.grid(
      intervals: distinct(interval.isEmpty ? standard.map(\.intervalSteps) : interval),
      windows: distinct(window.isEmpty ? standard.map(\.windowSteps) : window),
      hystereses: distinct(thresholds.isEmpty ? standard.map(\.hysteresis) : thresholds))
  }

  /// Judges the policies and says which is best.
  func run(
    _ scenario: Scenario, inputs: PlanInputOptions, stepBudget: Int?, format: CheckCommand.Format,
    output: String?,
    console: Console
  ) throws {
    let study = try ReplanningStudy(
      scenario, policies: policies(steps: scenario.workload.steps), from: inputs.from,
      redundantExperts: inputs.redundantExperts,
      stepBudget: stepBudget ?? ReplanningStudy.standardStepBudget)
    let line = ProgressLine("replaying", console: console)
    defer { line.finish() }
    let result = try study.run(
      onProgress: { line.show($0) }, shouldStop: { Interrupt.isRequested })
    line.finish()
    if let output { try OutputFile.write(result.json(), to: output, console: console) }
    if format == .json {
      console.print(String(decoding: try result.json(), as: UTF8.self))
    } else {
      for text in ReplanningText(result: result).lines { console.print(text) }
    }
  }
}
