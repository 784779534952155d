import Foundation
import Testing

@testable import Planner

/// The problem schema's own scorer, `score.py` of the shared data, run by Python.
private enum ReferenceScorer {
  static let script = SharedData.folder.appending(path: "planning/score.py")

  static let exists: Bool = {
    guard FileManager.default.fileExists(atPath: script.path) else { return false }
    return (try? run("import numpy", input: "")) != nil
  }()

  struct Unavailable: Error {}

  /// What a Python program prints.
  static func run(_ program: String, input: String) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-c", program, input]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Unavailable() }
    return String(decoding: data, as: UTF8.self)
  }

  /// The objectives of many placements, in one process.
  static func objectives(_ cases: [[String: Any]]) throws -> [Double] {
    let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).json")
    defer { try? FileManager.default.removeItem(at: file) }
    try JSONSerialization.data(withJSONObject: cases).write(to: file)
    let program = """
      import json, sys
      sys.path.insert(0, \(String(reflecting: script.deletingLastPathComponent().path)))
      from score import evaluate
      for case in json.load(open(sys.argv[1])):
          print(repr(evaluate(case["problem"], case["placement"])))
      """
    return try run(program, input: file.path).split(separator: "\n").compactMap { Double($0) }
  }
}

/// Our score is the schema's: two programs in two languages, one number.
@Suite struct ReferenceScorerTests {
  @Test(.enabled(if: ReferenceScorer.exists, "needs python3 with numpy and the shared data"))
  func everyMethodIsScoredAlike() throws {
    var cases: [[String: Any]] = []
    var ours: [(name: String, objective: Double)] = []
    for seed in 1...300 {
      var problem = SmallProblems.make(seed: seed)
      // The schema's scorer knows no slow ranks.
      problem.rankSlowdown = []
      let fields = problem.schemaFields
      for entry in PlacementMethodCatalog.entries {
        let plan = try PlacementPlanner.solve(
          problem, method: entry.name, options: PlannerOptions(stepBudget: 300))
        let lists = (0..<problem.layers).map { layer in
          (0..<problem.ranks).map { plan.slots.experts(ofRank: $0, inLayer: layer) }
        }
        cases.append(["problem": fields, "placement": lists])
        ours.append(("\(problem.name), \(entry.name)", try problem.score(plan.slots).objective))
      }
    }
    let theirs = try ReferenceScorer.objectives(cases)
    try #require(theirs.count == ours.count)
    for (mine, reference) in zip(ours, theirs) {
      #expect(
        abs(mine.objective - reference) <= 1e-9 * max(1, reference),
        "\(mine.name): \(mine.objective), not \(reference)")
    }
  }
}

extension PlacementProblem {
  /// The fields of a problem file that the schema's scorer reads.
  fileprivate var schemaFields: [String: Any] {
    var kind: [String: Any] = ["kind": objective.name]
    if case .conditionalValueAtRisk(let fraction) = objective { kind["tail_fraction"] = fraction }
    if case .traffic(let caps) = objective { kind["layer_load_caps"] = caps }
    return [
      "layers": layers, "experts": experts, "gpus": ranks, "gpus_per_node": ranksPerNode,
      "slots_per_gpu": slotsPerRank, "objective": kind, "loads": loads, "samples": samples,
      "transitions": transitions.map { flows in
        flows.flatMap { [Double($0.source), Double($0.destination), $0.tokens] }
      }.map { $0.map { Int($0) } },
      "cost": [
        "compute_ns_per_token": costs.computeNanoseconds,
        "intra_ns_per_token": costs.intraNodeNanoseconds,
        "inter_ns_per_token": costs.interNodeNanoseconds,
      ], "expert_bytes": 1, "gpu_expert_memory_bytes": layers * slotsPerRank,
    ]
  }
}
