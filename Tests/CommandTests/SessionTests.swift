import Foundation
import Testing

/// What a person types, in order, and what scripts rely on.
@Suite struct SessionTests {
  /// From nothing to a report, with the written scenario cut to two steps.
  @Test func initCheckSimulateCompare() throws {
    let folder = try WorkFolder()
    #expect(try Command.run(["init", "first"], in: folder).status == 0)
    let written = try folder.text(of: "first.yaml")
    try folder.write(
      written.replacingOccurrences(of: "steps: 50", with: "steps: 2")
        .replacingOccurrences(of: "tokensPerRank: 4096", with: "tokensPerRank: 256"),
      to: "first.yaml")

    let check = try Command.run(["check", "first.yaml"], in: folder)
    #expect(check.status == 0)
    #expect(check.errors.isEmpty)

    let simulate = try Command.run(["simulate", "first.yaml", "--format", "json"], in: folder)
    #expect(simulate.status == 0)
    #expect(try simulate.json()["scenario"] as? String == "first")

    let compare = try Command.run(
      ["compare", "first.yaml", "--output", "first.html", "--baseline", "balanced/ep"], in: folder)
    #expect(compare.status == 0)
    #expect(compare.output.contains("first.html"))
    #expect(try folder.files == ["first.html", "first.yaml"])

    let repeated = try Command.run(["simulate", "first.yaml", "--format", "json"], in: folder)
    #expect(repeated.output == simulate.output, "the same bytes each time")
  }

  /// A placement planned in one run is scored and used in the next.
  @Test func planScoreUse() throws {
    let folder = try WorkFolder()
    try folder.write(SmallScenario.text, to: "s.yaml")
    let plan = try Command.run(
      [
        "plan", "s.yaml", "--method", "balanced", "--output", "placement.json", "--format", "json",
      ], in: folder)
    #expect(plan.status == 0)
    #expect(try plan.json()["ranks"] as? Int == 4)
    let score = try Command.run(
      ["score", "placement.json", "--problem", "s.yaml", "--format", "json"], in: folder)
    #expect(score.status == 0)
    #expect(try score.json()["feasible"] as? Bool == true)
    try folder.write(
      SmallScenario.replacing("[contiguous, balanced]", by: "[file: placement.json]"),
      to: "used.yaml")
    #expect(try Command.run(["simulate", "used.yaml"], in: folder).status == 0)
  }

  @Test func everyCommittedScenarioPasses() throws {
    let scenarios = Command.repository.appendingPathComponent("scenarios")
    let names = try FileManager.default.contentsOfDirectory(atPath: scenarios.path)
      .filter { $0.hasSuffix(".yaml") }.sorted()
    #expect(!names.isEmpty)
    let paths = names.map { scenarios.appendingPathComponent($0).path }
    let check = try Command.run(["check"] + paths, in: WorkFolder())
    #expect(check.status == 0, "\(check.errors)")
  }

  /// Text that goes to a file or a pipe has no colours and rewrites no lines.
  @Test(arguments: [
    ["simulate", "s.yaml"], ["compare", "s.yaml"], ["compare", "s.yaml", "--output", "s.md"],
    ["check", "broken.yaml"], ["plan", "s.yaml", "--method", "balanced"], ["catalog", "models"],
    ["explain", "missing-unit"], ["--help"],
  ])
  func pipedTextHasNoEscapes(_ arguments: [String]) throws {
    let folder = try WorkFolder()
    try folder.write(SmallScenario.text, to: "s.yaml")
    try folder.write(SmallScenario.replacing("steps: 2", by: "stepps: 2"), to: "broken.yaml")
    let command = try Command.run(arguments, in: folder)
    for text in [command.output, command.errors] {
      #expect(!text.contains("\u{1B}") && !text.contains("\r"))
    }
    #expect(!(command.output + command.errors).isEmpty)
  }

  @Test(arguments: [
    ["check", "s.yaml", "--format", "json"], ["check", "broken.yaml", "--format", "json"],
    ["simulate", "s.yaml", "--format", "json"], ["compare", "s.yaml", "--format", "json"],
    ["schema"],
  ])
  func jsonParses(_ arguments: [String]) throws {
    let folder = try WorkFolder()
    try folder.write(SmallScenario.text, to: "s.yaml")
    try folder.write(SmallScenario.replacing("steps: 2", by: "stepps: 2"), to: "broken.yaml")
    #expect(try !Command.run(arguments, in: folder).json().isEmpty)
  }

  /// Findings as programs read them: the code, the place and what would mend it.
  @Test func findingsHaveTheirPlace() throws {
    let folder = try WorkFolder()
    try folder.write(SmallScenario.replacing("nodes: 1", by: "nodess: 1"), to: "s.yaml")
    let check = try Command.run(["check", "s.yaml", "--format", "json"], in: folder)
    #expect(check.status == 65)
    let json = try check.json()
    #expect(json["schemaVersion"] as? Int == 1)
    let findings = try #require(json["findings"] as? [[String: Any]])
    let finding = try #require(findings.first { $0["code"] as? String == "unknown-key" })
    #expect(finding["severity"] as? String == "error")
    #expect(finding["file"] as? String == "s.yaml")
    #expect(finding["line"] as? Int == 2)
    #expect(finding["column"] is Int && finding["message"] is String)
    #expect((finding["fixes"] as? [String])?.isEmpty == false)
  }
}
