import Foundation
import Testing

/// Exit statuses that scripts decide by, and what is left behind when a command fails.
@Suite struct ExitStatusTests {
  /// One way to fail.
  struct Failure: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let status: Int32
    /// The scenario's text.
    var scenario = SmallScenario.text
    /// Other files beside it.
    var files: [String: String] = [:]
    var arguments = ["simulate", "s.yaml", "--output", "result.json"]
    /// Part of the one error headline.
    let says: String
  }

  static let header = "workload,layer,total,e0,e1,e2,e3,e4,e5,e6,e7"

  static func trace(_ name: String, _ table: String, says: String) -> Failure {
    Failure(
      testDescription: name, status: 65,
      scenario: SmallScenario.replacing(
        "zipf: { exponent: 0.9 }", by: "trace: { file: loads.csv, format: loadTable }"),
      files: ["loads.csv": table], says: says)
  }

  static func placement(_ name: String, _ json: String, says: String) -> Failure {
    Failure(
      testDescription: name, status: 65,
      scenario: SmallScenario.replacing("[contiguous, balanced]", by: "[file: p.json]"),
      files: ["p.json": json], says: says)
  }

  static func changed(_ name: String, _ old: String, _ new: String, says: String) -> Failure {
    Failure(
      testDescription: name, status: 65, scenario: SmallScenario.replacing(old, by: new), says: says
    )
  }

  static let content: [Failure] = [
    Failure(
      testDescription: "truncated YAML", status: 65,
      scenario: String(SmallScenario.text.prefix(120)), says: "YAML"),
    changed(
      "a unit of another kind", "prefill,", "prefill, contextLength: 3 GB/s,", says: "context"),
    changed(
      "memory without a unit", "simulation:", "memory: { reserved: 3 }\nsimulation:", says: "unit"),
    changed("a negative size", "hiddenSize: 256", "hiddenSize: -256", says: "hiddenSize"),
    changed(
      "an absurd size", "tokensPerRank: 128", "tokensPerRank: 99999999999999999999",
      says: "tokensPerRank"),
    changed("absurdly many nodes", "nodes: 1", "nodes: 1000000000", says: "nodes"),
    changed("not a number", "exponent: 0.9", "exponent: .nan", says: "exponent"),
    changed("top-k above the experts", "topK: 2", "topK: 9", says: "topK"),
    changed("no tokens", "tokensPerRank: 128", "tokensPerRank: 0", says: "tokensPerRank"),
    changed("an unknown strategy", "strategies: [ep]", "strategies: [eep]", says: "eep"),
    changed(
      "an unknown accelerator", "h100-sxm-80", "h100-sxm-81", says: "h100-sxm-81"),
    trace("a column is missing", "workload,layer\na,0\n", says: "column"),
    trace("a ragged row", "\(header)\na,0,36,1,2,3\n", says: "field"),
    trace(
      "more experts than the model", "\(header),e8\na,0,45,1,2,3,4,5,6,7,8,9\n", says: "expert"),
    trace("a load that is not a number", "\(header)\na,0,36,1,nan,3,4,5,6,7,8\n", says: "nan"),
    placement(
      "a placement without expert 7",
      """
      {"schemaVersion":1,"model":"m","experts":8,"ranks":4,"slotsPerRank":2,
       "layers":[{"layer":0,"slots":[0,1,2,3,4,5,6,-1]}]}
      """, says: "expert 7"),
    placement("a placement cut short", "{\"schemaVersion\":1,\"model\":\"m", says: "placement"),
  ]

  static let access: [Failure] = [
    Failure(
      testDescription: "no such scenario", status: 66, arguments: ["simulate", "none.yaml"],
      says: "none.yaml"),
    Failure(
      testDescription: "a folder for a scenario", status: 66, arguments: ["check", "."],
      says: "a folder"),
    Failure(
      testDescription: "output in no folder", status: 73,
      arguments: ["simulate", "s.yaml", "--output", "none/result.json"], says: "none/result.json"),
    Failure(
      testDescription: "output is a folder", status: 73,
      arguments: ["compare", "s.yaml", "--output", "."], says: "folder"),
    Failure(
      testDescription: "a trace in no folder", status: 73,
      arguments: ["simulate", "s.yaml", "--trace", "none/trace.json"], says: "none/trace.json"),
    Failure(
      testDescription: "init over a file", status: 73, arguments: ["init", "s"], says: "s.yaml"),
    Failure(
      testDescription: "unknown option", status: 64,
      arguments: ["simulate", "s.yaml", "--sede", "1"],
      says: "--sede"),
    Failure(
      testDescription: "unknown command", status: 64, arguments: ["simulat"], says: "simulat"),
    Failure(
      testDescription: "an impossible option", status: 64,
      arguments: ["plan", "s.yaml", "--gap", "2"], says: "--gap"),
    Failure(
      testDescription: "nothing fits", status: 11,
      files: [
        "p.json": """
        {"schema":"moe-placement-1","layers":1,"experts":4,"top_k":1,"gpus":2,"gpus_per_node":2,
         "slots_per_gpu":1,"objective":{"kind":"balance"},"loads":[[1,2,3,4]]}
        """
      ],
      arguments: ["plan", "--problem", "p.json", "--output", "result.json"], says: "slots"),
    Failure(
      testDescription: "a method that is not there", status: 64,
      arguments: ["plan", "s.yaml", "--method", "magic"], says: "--method"),
    Failure(
      testDescription: "output over the input", status: 73,
      arguments: ["simulate", "s.yaml", "--output", "./s.yaml"], says: "s.yaml"),
    Failure(
      testDescription: "two reports in one file", status: 64,
      arguments: ["compare", "s.yaml", "s.yaml", "--output", "r.html"], says: "small"),
    Failure(
      testDescription: "a step that is not there", status: 65,
      arguments: ["simulate", "s.yaml", "--trace", "t.json", "--trace-step", "2"], says: "step 2"),
    Failure(
      testDescription: "a result cut short", status: 65,
      files: ["r.json": "{\"schemaVersion\": 1,"],
      arguments: ["report", "r.json"], says: "JSON"),
    Failure(
      testDescription: "a ragged matrix", status: 65, files: ["m.csv": "0,1\n2\n"],
      arguments: ["traffic", "m.csv", "--cluster", "s.yaml"], says: "row"),
    Failure(
      testDescription: "bytes that are not a number", status: 65, files: ["m.csv": "0,nan\n2,0\n"],
      arguments: ["traffic", "m.csv", "--cluster", "s.yaml"], says: "nan"),
    Failure(
      testDescription: "no such baseline", status: 65,
      arguments: ["compare", "s.yaml", "--baseline", "a/b"], says: "a/b"),
  ]

  /// One clear finding, the documented status, and no file that was not there before.
  @Test(arguments: content + access) func failsClearly(_ failure: Failure) throws {
    let folder = try WorkFolder()
    try folder.write(failure.scenario, to: "s.yaml")
    for (name, text) in failure.files { try folder.write(text, to: name) }
    let before = try folder.files
    let command = try Command.run(failure.arguments, in: folder)
    #expect(command.status == failure.status, "\(command.errors)")
    #expect(command.headlines.count == 1, "\(command.errors)")
    #expect(command.headlines.first?.contains(failure.says) == true, "\(command.errors)")
    #expect(command.output.isEmpty)
    #expect(try folder.files == before)
  }

  /// A threshold that is missed decides the status, and the result is there all the same.
  @Test(arguments: [("< 10 s", Int32(0)), ("< 1 ns", 10)])
  func thresholdsDecide(threshold: String, status: Int32) throws {
    let folder = try WorkFolder()
    try folder.write(
      SmallScenario.text + "expect: { meanStepTime: \"\(threshold)\" }\n", to: "s.yaml")
    for arguments in [
      ["simulate", "s.yaml", "--format", "json"], ["compare", "s.yaml", "--format", "json"],
    ] {
      let command = try Command.run(arguments, in: folder)
      #expect(command.status == status)
      #expect(try command.json()["schemaVersion"] as? Int == 1)
    }
  }

  /// One rank has nobody to send to, and the run is as good as any other.
  @Test func oneRankRuns() throws {
    let folder = try WorkFolder()
    try folder.write(
      SmallScenario.replacing("acceleratorsPerNode: 4", by: "acceleratorsPerNode: 1"), to: "s.yaml")
    let command = try Command.run(["simulate", "s.yaml", "--format", "json"], in: folder)
    #expect(command.status == 0, "\(command.errors)")
    let cells = try #require(try command.json()["cells"] as? [[String: Any]])
    let bytes = try #require(cells[0]["bytes"] as? [String: Double])
    #expect(bytes.values.allSatisfy { $0 == 0 })
  }

  /// Out of memory is a finding of the run, not a failure of the command.
  @Test func outOfMemoryIsAResult() throws {
    let folder = try WorkFolder()
    try folder.write(
      SmallScenario.text + "memory: { reserved: 100 GiB }\n", to: "s.yaml")
    let command = try Command.run(["simulate", "s.yaml", "--format", "json"], in: folder)
    #expect(command.status == 0)
    let cells = try #require(try command.json()["cells"] as? [[String: Any]])
    #expect(cells.allSatisfy { $0["outOfMemory"] as? Bool == true })
  }

  /// A pipe, as a device, is written to and not replaced by a file.
  @Test func pipesAreWrittenTo() throws {
    let folder = try WorkFolder()
    try folder.write(SmallScenario.text, to: "s.yaml")
    let pipe = folder.url.appendingPathComponent("r.csv").path
    #expect(mkfifo(pipe, 0o600) == 0)
    // Open without waiting for a writer; a short table fits into the pipe's buffer.
    let reader = open(pipe, O_RDONLY | O_NONBLOCK)
    defer { close(reader) }
    let command = try Command.run(
      ["simulate", "s.yaml", "--quiet", "--output", "r.csv"], in: folder)
    #expect(command.status == 0, "\(command.errors)")
    var status = stat()
    #expect(stat(pipe, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = read(reader, &bytes, bytes.count)
    #expect(count > 0)
    #expect(String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).contains("balanced"))
  }

  /// A run that is killed leaves no part of its result behind.
  @Test func aKilledRunLeavesNothing() throws {
    let folder = try WorkFolder()
    try folder.write(SmallScenario.replacing("steps: 2", by: "steps: 900000"), to: "s.yaml")
    let (process, _, _) = try Command.start(
      ["compare", "s.yaml", "--output", "report.html"], in: folder)
    Thread.sleep(forTimeInterval: 0.5)
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    #expect(try folder.files == ["s.yaml"])
  }
}
