import Foundation
import Testing

@Suite struct SweepCommandTests {
  private static let sweep =
    SmallScenario.text + "sweep: { workload.tokensPerRank: [32, 64, 128] }\n"

  /// Every format by its ending, and no journal left behind.
  @Test(arguments: ["html", "md", "json", "csv", "txt"])
  func writesEveryFormat(ending: String) throws {
    let folder = try WorkFolder()
    try folder.write(Self.sweep, to: "small.yaml")
    let run = try Command.run(["sweep", "small.yaml", "--output", "out.\(ending)"], in: folder)
    #expect(run.status == 0, "\(run.errors)")
    #expect(try folder.files == ["out.\(ending)", "small.yaml"])
    #expect(try !folder.text(of: "out.\(ending)").isEmpty)
    #expect(run.output.contains("report: out.\(ending)"))
  }

  /// What an interrupted run left is used, and said.
  @Test func goesOnFromAJournal() throws {
    let folder = try WorkFolder()
    try folder.write(Self.sweep, to: "small.yaml")
    let arguments = ["sweep", "small.yaml", "--format", "json"]
    let whole = try Command.run(arguments, in: folder)
    let (process, _, _) = try Command.start(arguments + ["--journal", "j"], in: folder)
    process.terminate()
    process.waitUntilExit()
    // The header alone, as a run that was ended at once leaves it.
    let header: [String: Any] = [
      "journalVersion": 1, "scenarioText": Self.sweep, "seed": 7,
      "shuntVersion": try #require(try whole.json()["shuntVersion"]),
    ]
    let points = try #require(try whole.json()["points"] as? [[String: Any]])
    var journal = try JSONSerialization.data(withJSONObject: header) + Data("\n".utf8)
    journal += try JSONSerialization.data(withJSONObject: ["index": 1, "point": points[1]])
    try (journal + Data("\n".utf8)).write(to: folder.url.appendingPathComponent("j"))
    let resumed = try Command.run(arguments + ["--journal", "j"], in: folder)
    #expect(resumed.errors.contains("resuming: 1 of 3 points are in j"))
    #expect(resumed.output == whole.output)
    #expect(try folder.files == ["small.yaml"])
  }

  @Test func refusesAScenarioWithoutASweep() throws {
    let folder = try WorkFolder()
    try folder.write(SmallScenario.text, to: "small.yaml")
    let run = try Command.run(["sweep", "small.yaml"], in: folder)
    #expect(run.status == 65)
    #expect(run.headlines == ["error: the scenario has no 'sweep' [missing-key]"])
    #expect(try folder.files == ["small.yaml"])
  }
}

@Suite struct ReportCommandTests {
  private func folderWithResult() throws -> WorkFolder {
    let folder = try WorkFolder()
    try folder.write(SmallScenario.text, to: "small.yaml")
    for seed in ["1", "2"] {
      let run = try Command.run(
        ["simulate", "small.yaml", "--seed", seed, "--output", "r\(seed).json"], in: folder)
      #expect(run.status == 0, "\(run.errors)")
    }
    return folder
  }

  @Test(arguments: ["html", "md", "json", "csv", "txt"])
  func mergesResults(ending: String) throws {
    let folder = try folderWithResult()
    let run = try Command.run(
      ["report", "r1.json", "r2.json", "--output", "all.\(ending)"], in: folder)
    #expect(run.status == 0, "\(run.errors)")
    let text = try folder.text(of: "all.\(ending)")
    #expect(text.contains("small"))
    if ending == "json" {
      let again = try Command.run(["report", "all.json", "--format", "csv"], in: folder)
      let csv = try Command.run(["report", "r1.json", "r2.json", "--format", "csv"], in: folder)
      #expect(again.output == csv.output)
    }
  }

  @Test(arguments: [
    ("{\"schemaVersion\": 2}", "the result has schemaVersion 2 and this version of shunt reads 1"),
    ("{\"schemaVersion\": 1, \"kind\": \"sweep\"}", "this is not a result of shunt"),
    ("{\"schemaVersion\": 1", "this is not JSON"), ("", "this is not JSON"),
  ])
  func refusesWhatIsNoResult(text: String, message: String) throws {
    let folder = try folderWithResult()
    try folder.write(text, to: "other.json")
    let run = try Command.run(
      ["report", "r1.json", "other.json", "--output", "all.html"], in: folder)
    #expect(run.status == 65)
    #expect(run.headlines.count == 1)
    #expect(run.headlines.first?.contains("other.json: \(message)") == true, "\(run.errors)")
    #expect(try !folder.files.contains("all.html"))
  }

  /// An ending that names no format is refused before anything is simulated.
  @Test(arguments: ["simulate", "compare", "report", "sweep"])
  func refusesUnknownEndings(command: String) throws {
    let folder = try folderWithResult()
    let input = command == "report" ? "r1.json" : "small.yaml"
    let run = try Command.run([command, input, "--output", "x.foo"], in: folder)
    #expect(run.status == 64)
    #expect(run.errors.contains("x.foo must end in .html, .md, .json, .csv or .txt"))
    #expect(try !folder.files.contains("x.foo"))
  }

  /// A write that fails half way leaves neither a part nor a temporary file.
  @Test func anInterruptedWriteLeavesNothing() throws {
    let folder = try folderWithResult()
    let before = try folder.files
    try FileManager.default.createDirectory(
      at: folder.url.appendingPathComponent("sub"), withIntermediateDirectories: true)
    let limited = Process()
    limited.executableURL = URL(fileURLWithPath: "/bin/sh")
    limited.currentDirectoryURL = folder.url
    // Files of at most 8 × 512 bytes: the page is larger.
    limited.arguments = [
      "-c", "ulimit -f 8; exec '\(Command.executable.path)' report r1.json -o sub/page.html",
    ]
    limited.standardOutput = FileHandle.nullDevice
    limited.standardError = FileHandle.nullDevice
    try limited.run()
    limited.waitUntilExit()
    #expect(limited.terminationStatus != 0)
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.url.path + "/sub")
    #expect(left.isEmpty, "\(left)")
    #expect(try folder.files == (before + ["sub"]).sorted())
  }
}
