import Foundation
import Results
import Testing
import Workbench

/// A layer of the LLEP paper's controlled benchmark (arXiv 2601.17111): the scenario that stands for
/// it and its published bars, read from the printed labels.
struct PublishedLayer: Sendable, CustomTestStringConvertible {
  let scenario: String
  /// What the allocator and the libraries hold with this layer, in GiB, fitted to EP's peaks.
  let reserved: String
  /// Balanced tokens, then 30, 50, 80 and 95 % hot tokens over 16, 4 and 1 hot experts.
  let speedups: [Double]
  /// The same for peak memory of a rank in GiB, EP and LLEP.
  let memory: [(ep: Double, llep: Double)]

  var testDescription: String { scenario }

  /// Share of hot tokens and number of hot experts of each bar; none in the first.
  static let bars: [(percent: Int, hotExperts: Int)] =
    [(0, 0)] + [16, 4, 1].flatMap { hot in [30, 50, 80, 95].map { ($0, hot) } }

  static let all = [
    PublishedLayer(
      scenario: "llep-fig4-gpt-oss-120b", reserved: "1.66 GiB",
      speedups: [
        1.07, 1.73, 2.85, 4.37, 5.19, 2.09, 3.05, 4.47, 5.22, 2.41, 3.48, 5.26, 6.11,
      ],
      memory: [
        (14.64, 11.47), (24.49, 13.13), (35.74, 14.82), (52.63, 14.82), (61.07, 14.82),
        (28.30, 12.15), (38.46, 12.91), (53.72, 14.05), (61.34, 14.65), (29.13, 11.57),
        (39.07, 12.49), (53.95, 13.89), (61.38, 14.61),
      ]),
    PublishedLayer(
      scenario: "llep-fig4-deepseek-v3", reserved: "2.04 GiB",
      speedups: [
        0.92, 1.69, 2.65, 3.83, 4.59, 1.76, 2.83, 3.64, 4.64, 1.96, 2.77, 4.23, 5.13,
      ],
      memory: [
        (32.03, 32.25), (47.35, 32.50), (60.40, 32.58), (80.04, 32.58), (89.86, 33.38),
        (49.49, 32.50), (61.94, 32.50), (80.64, 32.50), (89.98, 33.53), (50.03, 32.33),
        (62.32, 32.33), (80.81, 32.47), (90.06, 33.15),
      ]),
    PublishedLayer(
      scenario: "llep-fig1", reserved: "0.56 GiB",
      speedups: [1.0, 1.5, 2.3, 3.7, 4.3, 1.8, 2.6, 3.7, 4.2, 1.9, 2.8, 4.2, 4.9],
      memory: [
        (8.57, 6.32), (15.58, 7.50), (23.58, 8.70), (35.59, 8.70), (41.60, 8.70), (18.29, 6.80),
        (25.52, 7.35), (36.37, 8.16), (41.80, 8.57), (18.88, 6.39), (25.95, 7.05), (36.53, 8.04),
        (41.82, 8.55),
      ]),
  ]
}

/// A committed scenario with parts replaced.
struct VariedScenario {
  private(set) var text: String

  init(_ name: String) throws {
    let file = Folders.repository.appendingPathComponent("scenarios/\(name).yaml")
    text = try String(contentsOf: file, encoding: .utf8)
  }

  /// Hot tokens in percent over so many experts; uniform routing without any.
  mutating func setRouting(percent: Int, hotExperts: Int) throws {
    let hot = "  hotExperts: { fraction: 0.8, experts: 4, assignment: released }"
    let changed =
      hotExperts == 0
      ? "  uniform: {}"
      : "  hotExperts: { fraction: \(percent) %, experts: \(hotExperts), assignment: released }"
    try replace(hot, by: changed)
  }

  /// Replaces the rest of the one line that begins with `key`.
  mutating func set(_ key: String, _ value: String) throws {
    let line = try #require(
      text.split(separator: "\n").first {
        $0.drop { $0 == " " }.hasPrefix(key + ":")
      })
    let indent = line.prefix { $0 == " " }
    try replace(String(line), by: "\(indent)\(key): \(value)")
  }

  private mutating func replace(_ old: String, by new: String) throws {
    try #require(text.components(separatedBy: old).count == 2, "'\(old)' stands once")
    text = text.replacingOccurrences(of: old, with: new)
  }

  /// EP's cell and LLEP's; EP's twice where the scenario has no other.
  func run() throws -> (ep: CellResult, llep: CellResult) {
    let result = try ScenarioRun(readScenario(text)).compare(version: "test")
    let first = try #require(result.cells.first)
    return (first, result.cells.last ?? first)
  }
}

/// How far simulated values are from published ones, relatively.
struct Deviations {
  private(set) var values: [Double] = []

  mutating func add(_ simulated: Double?, published: Double) throws {
    values.append(abs(try #require(simulated) / published - 1))
  }

  var median: Double {
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  var worst: Double { values.max() ?? 0 }
}
