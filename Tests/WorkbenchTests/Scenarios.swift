import Diagnostics
import Foundation
import Results
import Scenarios
import Testing
import Workbench

/// The repository, and the folder of measured data that is not part of it.
enum Folders {
  static let repository = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static let sharedData: String = {
    if let given = ProcessInfo.processInfo.environment["SHUNT_SHARED_DATA"] { return given }
    return repository.appendingPathComponent("../shared/data").standardized.path
  }()

  static let routing = sharedData + "/public/routing"

  static var haveRouting: Bool { FileManager.default.fileExists(atPath: routing) }
}

/// A folder that exists as long as its value.
final class TemporaryFolder {
  let path: String

  init() throws {
    path =
      FileManager.default.temporaryDirectory
      .appendingPathComponent("shunt-workbench-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  /// Writes a file and returns its path.
  @discardableResult
  func write(_ text: String, to name: String) throws -> String {
    let file = path + "/" + name
    try Data(text.utf8).write(to: URL(fileURLWithPath: file))
    return file
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// A scenario of two nodes of two ranks, small enough for every test; parts can be replaced.
struct SmallScenario {
  var model = "layers: 2, hiddenSize: 256, expertIntermediateSize: 128, experts: 8, topK: 2"
  var phase = "prefill"
  var tokens = 256
  var steps = 4
  var routing = "zipf: { exponent: 0.9 }"
  var placements = "[contiguous, balanced]"
  var strategies = "[ep, llep: { minimumChunk: 16 }]"
  var network = "fluid"
  var seed = 7
  var more = ""

  var text: String {
    """
    name: small
    cluster: { accelerator: h100-sxm-80, nodes: 2, acceleratorsPerNode: 2 }
    model: { \(model) }
    workload: { phase: \(phase), tokensPerRank: \(tokens), steps: \(steps) }
    routing: { \(routing) }
    placements: \(placements)
    strategies: \(strategies)
    simulation: { seed: \(seed), network: \(network) }
    \(more)
    """
  }

  func scenario(in folder: String = "") throws -> Scenario {
    try readScenario(text, folder: folder)
  }

  func run(in folder: String = "", baseline: String? = nil) throws -> Results.ComparisonResult {
    try ScenarioRun(scenario(in: folder)).compare(baseline: baseline, version: "test")
  }
}

func readScenario(_ text: String, folder: String = "") throws -> Scenario {
  let reading = ScenarioVocabulary.reader.read(text: text, file: "test.yaml", folder: folder)
  let errors = reading.findings.filter { $0.severity == .error }.map(\.message)
  return try #require(reading.scenario, "\(errors.joined(separator: "; "))")
}

/// The findings that `body` ends with; none where it ends otherwise.
func findings<Value>(of body: () throws -> Value) -> [Finding] {
  do {
    _ = try body()
  } catch WorkbenchError.findings(let findings) {
    return findings
  } catch {
    Issue.record("another error: \(error)")
    return []
  }
  Issue.record("no error")
  return []
}
