import Foundation
import Testing

/// Plans, moves and decisions at the command line.
@Suite struct PlanCommandTests {
  private static let skewed =
    SmallScenario.text
    .replacingOccurrences(of: "tokensPerRank: 128", with: "tokensPerRank: 4096")
    .replacingOccurrences(of: "steps: 2", with: "steps: 24")
    .replacingOccurrences(
      of: "[contiguous, balanced]", with: "[contiguous, ilp: { stepBudget: 4000, samples: 4 }]")

  private static let current = """
    {"schemaVersion": 1, "model": "m", "experts": 8, "ranks": 4, "slotsPerRank": 2,
     "layers": [{"layer": 0, "slots": [0, 1, 2, 3, 4, 5, 6, 7]}]}
    """

  private func folder() throws -> WorkFolder {
    let folder = try WorkFolder()
    try folder.write(Self.skewed, to: "s.yaml")
    try folder.write(Self.current, to: "current.json")
    return folder
  }

  /// EPLB of the command line is EPLB of a scenario, its groups kept inside nodes where they divide.
  @Test func ePLBIsTheSameByPlanAndInAScenario() throws {
    let folder = try WorkFolder()
    try folder.write(
      """
      name: grouped
      cluster: { accelerator: h100-sxm-80, nodes: 2, acceleratorsPerNode: 8 }
      model: { preset: deepseek-v3, layers: [3] }
      workload: { phase: prefill, tokensPerRank: 256, steps: 2 }
      routing: { zipf: { exponent: 0.8 } }
      placements: [eplb: { redundantExperts: 16 }, file: planned.json]
      strategies: [ep]

      """, to: "s.yaml")
    try folder.write("{}", to: "planned.json")
    let planned = try Command.run(
      [
        "plan", "s.yaml", "--method", "eplb", "--redundant-experts", "16", "--output",
        "planned.json",
      ],
      in: folder)
    #expect(planned.status == 0, "\(planned.errors)")
    let run = try Command.run(["simulate", "s.yaml", "--format", "json"], in: folder)
    let cells = try #require(try run.json()["cells"] as? [[String: Any]])
    let means = cells.compactMap { ($0["stepTime"] as? [String: Any])?["meanSeconds"] as? Double }
    #expect(means.count == 2 && means[0] == means[1], "\(means)")
  }

  @Test func aPlanFromWhatStandsSaysWhatMoves() throws {
    let folder = try folder()
    let text = try Command.run(
      ["plan", "s.yaml", "--from", "current.json", "--step-budget", "9000", "--output", "p.json"],
      in: folder)
    #expect(text.status == 0, "\(text.errors)")
    for part in ["against current", "moves", "time to move", "price of a move", "simulated"] {
      #expect(text.output.contains(part), "\(text.output)")
    }
    let json = try Command.run(
      [
        "plan", "s.yaml", "--from", "current.json", "--step-budget", "9000", "--format", "json",
        "--explain",
      ], in: folder)
    let fields = try json.json()
    #expect(fields["slotsPerRank"] as? Int == 2)
    let migration = try #require(fields["migration"] as? [String: Any])
    let moves = try #require(migration["moves"] as? Int)
    #expect(moves > 0)
    #expect((migration["seconds"] as? Double ?? 0) > 0)
    #expect(fields["decision"] is [String: Any])
    #expect((fields["explanation"] as? [Any])?.count == 1)
    // What was planned is what 'diff' counts.
    let diff = try Command.run(
      ["diff", "current.json", "p.json", "--cluster", "s.yaml", "--format", "json"], in: folder)
    #expect(try diff.json()["moves"] as? Int == moves)
    #expect(try diff.json()["schemaVersion"] as? Int == 1)
  }

  @Test func twoPlacementsAreCompared() throws {
    let folder = try folder()
    try folder.write(
      Self.current.replacingOccurrences(of: "[0, 1, 2, 3", with: "[2, 1, 0, 3"), to: "b.json")
    let plain = try Command.run(["diff", "current.json", "b.json"], in: folder)
    #expect(plain.status == 0, "\(plain.errors)")
    #expect(plain.output.contains("2 copies"))
    #expect(plain.output.contains("layer 0: 2 copies: rank 0 gets 2; rank 1 gets 0"))
    let sized = try Command.run(
      ["diff", "current.json", "b.json", "--cluster", "dgx-h100", "--expert-size", "1 GB"],
      in: folder)
    #expect(sized.output.contains("2.00 GB"), "\(sized.output)\(sized.errors)")
    #expect(sized.output.contains("between nodes"))
    let same = try Command.run(["diff", "b.json", "b.json"], in: folder)
    #expect(same.output.contains("nothing moves"))
    try folder.write("{\"slotsPerRank\": 2", to: "cut.json")
    #expect(try Command.run(["diff", "current.json", "cut.json"], in: folder).status == 65)
    let size = try Command.run(
      ["diff", "current.json", "b.json", "--expert-size", "4"], in: folder)
    #expect(size.status == 64)
  }

  @Test func policiesAreTried() throws {
    let folder = try folder()
    let arguments = [
      "plan", "s.yaml", "--replan", "--interval", "5", "--window", "4", "--hysteresis", "2 %",
      "--step-budget", "2000",
    ]
    let text = try Command.run(arguments, in: folder)
    #expect(text.status == 0, "\(text.errors)")
    #expect(text.output.contains("20 steps judged after 4 of warm-up"))
    #expect(text.output.contains("never"))
    let json = try Command.run(arguments + ["--format", "json"], in: folder)
    #expect((try json.json()["outcomes"] as? [Any])?.count == 1)
    for wrong in [["--interval", "0"], ["--hysteresis", "200 %"], ["--window", "x"]] {
      let command = try Command.run(["plan", "s.yaml", "--replan"] + wrong, in: folder)
      #expect(command.status == 64, "\(wrong)")
    }
    #expect(try Command.run(["plan", "s.yaml", "--interval", "5"], in: folder).status == 64)
  }

  /// DeepSeek's balancer leaves gaps in this problem; the engine gets copies in their place.
  @Test func plansOfEPLBReachEngines() throws {
    let folder = try folder()
    try folder.write(
      """
      {"schema": "moe-placement-1", "layers": 1, "experts": 4, "top_k": 1, "gpus": 2,
       "gpus_per_node": 2, "slots_per_gpu": 3, "objective": {"kind": "balance"},
       "loads": [[90, 5, 5, 5]]}
      """, to: "p.json")
    let plan = try Command.run(
      ["plan", "--problem", "p.json", "--method", "eplb", "--output", "e.json"], in: folder)
    #expect(plan.status == 0, "\(plan.errors)")
    #expect(try folder.text(of: "e.json").contains("-1"))
    let export = try Command.run(["export", "sglang", "e.json", "--output", "m.json"], in: folder)
    #expect(export.status == 0, "\(export.errors)")
    #expect(export.errors.contains("further copy"))
    #expect(!(try folder.text(of: "m.json").contains("-1")))
    let again = try Command.run(
      ["import", "sglang", "--placement", "m.json", "--ranks", "2", "--output", "again.json"],
      in: folder)
    #expect(again.status == 0, "\(again.errors)")
    let score = try Command.run(["score", "again.json", "--problem", "p.json"], in: folder)
    #expect(score.status == 0, "\(score.output)")
  }

  /// Two layers whose gap no bound closes, so that the search lasts until it is stopped.
  private static let endless: String = {
    let row = "[" + (0..<24).map { String(97 + $0 * $0 * 7 % 89) }.joined(separator: ",") + "]"
    let flows = (0..<24).map { "\($0),\(($0 * 5 + 3) % 24),40" }.joined(separator: ",")
    return """
      {"schema":"moe-placement-1","layers":2,"experts":24,"top_k":1,"gpus":4,"gpus_per_node":2,
      "slots_per_gpu":7,"objective":{"kind":"joint"},"cost":{"compute_ns_per_token":100,
      "intra_ns_per_token":10,"inter_ns_per_token":90},"loads":[\(row),\(row)],
      "transitions":[[\(flows)]]}
      """
  }()

  /// On a terminal of its own: the line with incumbent, bound, gap and seconds is written, and an
  /// interrupt ends the search with the plan so far and status 130.
  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/script")))
  func anInterruptedSearchWritesItsPlan() throws {
    let folder = try WorkFolder()
    try folder.write(Self.endless, to: "p.json")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/script")
    process.currentDirectoryURL = folder.url
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    let plan = "'\(Command.executable.path)' plan --problem p.json --time-limit 300 -o o.json"
    // The shell's own child is interrupted, by its number, once the line has been written.
    let shell = """
      \(plan) & child=$!; \
      until grep -qs gap typescript; do sleep 0.1; done; \
      kill -INT $child; wait $child
      """
    process.arguments = ["-qefc", shell, "typescript"]
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 130)
    let screen = try folder.text(of: "typescript")
    for word in ["incumbent", "bound", "gap"] { #expect(screen.contains(word), "\(screen)") }
    let score = try Command.run(["score", "o.json", "--problem", "p.json"], in: folder)
    #expect(score.status == 0, "\(score.errors)")
  }
}
