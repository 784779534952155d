import Foundation
import Testing

/// `shunt execute`, alone and over MPI.
@Suite(.serialized) struct ExecuteTests {
  static let mpirun: String? = ["mpirun.openmpi", "mpirun"].lazy
    .flatMap { name in
      (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map {
        "\($0)/\(name)"
      }
    }.first { FileManager.default.isExecutableFile(atPath: $0) }

  /// Three ranks, tokens that do not fill anything evenly, every pass of a training step.
  static func scenario(_ phase: String) -> String {
    """
    name: tiny
    cluster: { accelerator: h100-sxm-80, nodes: 1, acceleratorsPerNode: 3 }
    model: { layers: 2, hiddenSize: 64, expertIntermediateSize: 32, experts: 6, topK: 2,
      weightFormat: fp32, sharedExperts: 1 }
    workload: { phase: \(phase), tokensPerRank: 21, steps: 2, sequenceLength: 21 }
    routing: { zipf: { exponent: 1 } }
    placements: [roundRobin]
    strategies: [ep, llep: { minimumChunk: 2 }]
    simulation: { seed: 3 }

    """
  }

  /// A machine file with one point in every table: enough to predict something.
  static let machine: String = {
    let table = #"{"rows": [64], "columns": [64], "depths": [64], "seconds": [0.00001]}"#
    let products =
      #"{"forward": \#(table), "inputGradient": \#(table), "weightGradient": \#(table)}"#
    let curves = [
      "copy", "gather", "addition", "activation", "activationGradient", "choice", "sorting",
    ].map { #""\#($0)": {"sizes": [1000], "seconds": [0.000001]}"# }.joined(separator: ", ")
    return """
      {"schemaVersion": 1, "id": "m", "name": "m", "architecture": "CPU", "source": "test",
       "memoryCapacity": "8 GiB", "memoryBandwidth": "10 GB/s", "peaks": {"fp32": "100 GFLOPS"},
       "measurements": {"cached": \(products), "streamed": \(products), "cacheBytes": 1000000,
       \(curves), "operationSeconds": 0.0000001, "noise": 0.01}}
      """
  }()

  private func folder(_ phase: String = "prefill") throws -> WorkFolder {
    let folder = try WorkFolder()
    try folder.write(Self.scenario(phase), to: "s.yaml")
    try folder.write(Self.machine, to: "m.json")
    return folder
  }

  private static let usual = [
    "execute", "s.yaml", "--machine", "m.json", "--repetitions", "1", "--format", "json",
  ]

  @Test("results carry what was measured, and are right", arguments: ["prefill", "training"])
  func executes(phase: String) throws {
    let run = try Command.run(Self.usual, in: folder(phase))
    #expect(run.status == 0, "\(run.errors)")
    try check(run.json(), transport: "inprocess")
  }

  @Test(
    "three ranks over MPI compute the same", .enabled(if: mpirun != nil, "mpirun is not installed"),
    arguments: ["prefill", "training"])
  func executesOverMPI(phase: String) throws {
    let run = try Command.run(Self.usual + ["--transport", "mpi"], in: folder(phase))
    #expect(run.status == 0, "\(run.errors)")
    try check(run.json(), transport: "mpi")
  }

  @Test("a scenario that names measured cores needs no links") func simulatesMeasuredCores() throws
  {
    let folder = try folder()
    try folder.write(
      Self.scenario("prefill").replacing("h100-sxm-80, nodes: 1", with: "m.json, nodes: 2"),
      to: "s.yaml")
    let run = try Command.run(["simulate", "s.yaml", "--format", "json"], in: folder)
    #expect(run.status == 0, "\(run.errors)")
    let assumptions = try #require(run.json()["assumptions"] as? [[String: Any]])
    let link = assumptions.first { $0["path"] as? String == "cluster.interNode.bandwidth" }
    #expect(link?["origin"] as? String == "measured")
  }

  /// Two groups: experts' gradients are summed over the ranks with the same place in both.
  @Test(
    "groups of ranks leave the same gradients over MPI as in one process",
    .enabled(if: mpirun != nil, "mpirun is not installed"))
  func groupsOverMPI() throws {
    let folder = try folder()
    try folder.write(
      Self.scenario("training")
        .replacing("acceleratorsPerNode: 3", with: "acceleratorsPerNode: 4")
        .replacing("model:", with: "parallelism: { expert: 2 }\nmodel:"), to: "s.yaml")
    let results = try ["inprocess", "mpi"].map { transport in
      let run = try Command.run(Self.usual + ["--transport", transport], in: folder)
      #expect(run.status == 0, "\(run.errors)")
      return try Self.fingerprints(run.json())
    }
    #expect(results[0].keys.contains { $0.hasSuffix("weightGradients.projection") })
    #expect(results[0].keys == results[1].keys)
    for (name, value) in results[0] {
      let length = results[0][name.replacing("projection", with: "length")] ?? 0
      #expect(abs(value - (results[1][name] ?? .infinity)) <= 1e-5 * length, "\(name)")
    }
  }

  /// What cells computed, by cell, part and number.
  private static func fingerprints(_ result: [String: Any]) throws -> [String: Double] {
    var numbers: [String: Double] = [:]
    for (index, cell) in try #require(result["cells"] as? [[String: Any]]).enumerated() {
      let measured = try #require(cell["measured"] as? [String: Any])
      let parts = try #require(measured["fingerprint"] as? [String: [String: Double]])
      for (part, values) in parts {
        for (name, value) in values { numbers["\(index).\(part).\(name)"] = value }
      }
    }
    return numbers
  }

  private func check(_ result: [String: Any], transport: String) throws {
    let execution = try #require(result["execution"] as? [String: Any])
    #expect(execution["transport"] as? String == transport)
    #expect(execution["timing"] as? String == "virtual")
    let error = try #require(execution["largestError"] as? Double)
    #expect(error < 1e-5)
    #expect(try #require(execution["checkedTokens"] as? Int) > 0)
    #expect(try #require(execution["comparedRuns"] as? Int) > 0)
    #expect(try #require(execution["largestDistance"] as? Double) < 1e-5)
    for cell in try #require(result["cells"] as? [[String: Any]]) {
      let measured = try #require(cell["measured"] as? [String: Any])
      let times = try #require(measured["stepTime"] as? [String: Any])
      #expect(try #require(times["meanSeconds"] as? Double) > 0)
      let prediction = try #require(cell["predictionError"] as? [String: Any])
      #expect(prediction["median"] is Double && prediction["p90"] is Double)
    }
  }

  // MARK: - Faults

  @Test("too little memory is told with what is needed") func memoryLimit() throws {
    let run = try Command.run(Self.usual + ["--memory-limit", "64 KiB"], in: folder())
    #expect(run.status == 1)
    #expect(run.errors.contains("--memory-limit"), "\(run.errors)")
  }

  @Test("a full disk is told", .enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
  func fullDisk() throws {
    let run = try Command.run(Self.usual + ["--output", "/dev/full"], in: folder())
    #expect(run.status == 73, "\(run.errors)")
  }

  @Test("a file without measurements is told") func notMeasured() throws {
    let folder = try folder()
    try folder.write(
      """
      {"schemaVersion": 1, "id": "m", "name": "m", "memoryCapacity": "8 GiB",
       "memoryBandwidth": "10 GB/s", "peaks": {"fp32": "100 GFLOPS"}}
      """, to: "m.json")
    let run = try Command.run(Self.usual, in: folder)
    #expect(run.status == 65)
    #expect(run.errors.contains("calibrate measure"), "\(run.errors)")
  }

  /// Runs a shell command on three ranks; `$SHUNT` is the program.
  private func mpi(_ script: String, in folder: WorkFolder) throws -> (Int32, String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    let root = geteuid() == 0 ? "--allow-run-as-root" : ""
    let log = folder.streams.appendingPathComponent("mpi.log").path
    process.arguments = [
      "-c",
      """
      SHUNT='\(Command.executable.path)'; export SHUNT
      \(Self.mpirun ?? "mpirun") -n 3 --oversubscribe \(root) --mca mpi_yield_when_idle 1 \
        sh -c '\(script)' >'\(log)' 2>&1
      """,
    ]
    process.currentDirectoryURL = folder.url
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return (process.terminationStatus, try String(contentsOfFile: log, encoding: .utf8))
  }

  private static let rank =
    "\"$SHUNT\" execute s.yaml --machine m.json --repetitions 1 --transport mpi --quiet"

  @Test(
    "ranks with different seeds are an error, not a hang",
    .enabled(if: mpirun != nil, "mpirun is not installed"), .timeLimit(.minutes(2)))
  func disagreement() throws {
    let (status, log) = try mpi(
      "exec \(Self.rank) --seed $OMPI_COMM_WORLD_RANK --time-limit 20", in: folder())
    #expect(status != 0)
    #expect(log.contains("do not agree on plans, version or seed"), "\(log)")
  }

  @Test(
    "a rank that dies ends the job", .enabled(if: mpirun != nil, "mpirun is not installed"),
    .timeLimit(.minutes(2)))
  func killedRank() throws {
    let (status, _) = try mpi(
      """
      if [ $OMPI_COMM_WORLD_RANK = 1 ]; then (sleep 1; kill -9 $$) & fi; \
      exec \(Self.rank) --repetitions 100000 --time-limit 20
      """, in: folder())
    #expect(status != 0)
  }

  @Test(
    "a rank that never comes is given up", .enabled(if: mpirun != nil, "mpirun is not installed"),
    .timeLimit(.minutes(2)))
  func missingRank() throws {
    let (status, log) = try mpi(
      """
      if [ $OMPI_COMM_WORLD_RANK = 1 ]; then exec sleep 60; fi; exec \(Self.rank) --time-limit 3
      """, in: folder())
    #expect(status != 0)
    #expect(log.contains("gave up"), "\(log)")
  }
}
