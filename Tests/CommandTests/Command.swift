import Foundation
import Testing

/// The built `shunt`, run as its users run it.
struct Command {
  let status: Int32
  let output: String
  let errors: String

  static let repository = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The executable beside the test bundle.
  static let executable: URL = {
    let beside = Bundle.main.executableURL?.deletingLastPathComponent()
      .appendingPathComponent("shunt")
    if let beside, FileManager.default.isExecutableFile(atPath: beside.path) { return beside }
    return repository.appendingPathComponent(".build/debug/shunt")
  }()

  /// Runs `shunt` in `folder` and waits for it.
  ///
  /// Streams go through files, because a pipe that nobody reads would hold up long output.
  static func run(_ arguments: [String], in folder: WorkFolder) throws -> Command {
    let (process, output, errors) = try start(arguments, in: folder)
    process.waitUntilExit()
    return Command(
      status: process.terminationStatus, output: try String(contentsOf: output, encoding: .utf8),
      errors: try String(contentsOf: errors, encoding: .utf8))
  }

  /// Starts `shunt`; returns the process and the files that its streams go to.
  static func start(
    _ arguments: [String], in folder: WorkFolder
  ) throws -> (process: Process, output: URL, errors: URL) {
    let streams = ["out", "err"].map {
      folder.streams.appendingPathComponent("\(UUID().uuidString).\($0)")
    }
    for stream in streams { try Data().write(to: stream) }
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    process.currentDirectoryURL = folder.url
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: streams[0])
    process.standardError = try FileHandle(forWritingTo: streams[1])
    try process.run()
    return (process, streams[0], streams[1])
  }

  /// Error headlines that were printed.
  var headlines: [String] {
    errors.split(separator: "\n").map(String.init).filter {
      $0.hasPrefix("error:") || $0.hasPrefix("Error:")
    }
  }

  /// Standard output as a JSON object.
  func json() throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
  }
}

/// A folder to work in that exists as long as its value, and one beside it for streams.
final class WorkFolder {
  private let root: URL
  let url: URL
  let streams: URL

  init() throws {
    root = FileManager.default.temporaryDirectory
      .appendingPathComponent("shunt-command-\(UUID().uuidString)")
    url = root.appendingPathComponent("work")
    streams = root.appendingPathComponent("streams")
    for folder in [url, streams] {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }
  }

  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: url.appendingPathComponent(name))
  }

  func text(of name: String) throws -> String {
    try String(contentsOf: url.appendingPathComponent(name), encoding: .utf8)
  }

  /// Names of all files, sorted, hidden ones included.
  var files: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: url.path).sorted() }
  }

  deinit { try? FileManager.default.removeItem(at: root) }
}

/// A scenario small enough to run in a moment, with one part replaced.
enum SmallScenario {
  static let text = """
    name: small
    cluster: { accelerator: h100-sxm-80, nodes: 1, acceleratorsPerNode: 4 }
    model: { layers: 1, hiddenSize: 256, expertIntermediateSize: 128, experts: 8, topK: 2 }
    workload: { phase: prefill, tokensPerRank: 128, steps: 2 }
    routing: { zipf: { exponent: 0.9 } }
    placements: [contiguous, balanced]
    strategies: [ep]
    simulation: { seed: 7, network: analytic }

    """

  static func replacing(_ old: String, by new: String) -> String {
    precondition(text.contains(old), "'\(old)' is part of the scenario")
    return text.replacingOccurrences(of: old, with: new)
  }
}
