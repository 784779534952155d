import Domain
import Foundation
import TokenRouting

/// The folder of measured data, which is not part of the repository.
enum SharedData {
  static let folder: String = {
    if let given = ProcessInfo.processInfo.environment["SHUNT_SHARED_DATA"] { return given }
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    return root.appendingPathComponent("../shared/data").standardized.path
  }()

  static let routing = folder + "/public/routing"

  static var isPresent: Bool { FileManager.default.fileExists(atPath: routing) }
}

/// A context small enough to reason about.
func world(
  experts: Int, topK: Int, layers: [Int] = [0], ranks: Int = 1, tokens: Int, steps: Int = 1,
  seed: UInt64 = 7, folder: String = "."
) -> RoutingContext {
  let model = MoEModel(
    name: "test", layers: layers, hiddenSize: 8, expertIntermediateSize: 8, experts: experts,
    topK: topK)
  let workload = Workload(phase: .prefill, tokensPerRank: tokens, steps: steps)
  return RoutingContext(
    model: model, workload: workload, ranks: ranks, seed: seed, folder: folder)
}

/// The routing that a scenario would get from these options.
func source(
  _ kind: String, _ options: [String: OptionValue] = [:], in context: RoutingContext
) throws -> RoutingSource {
  try RoutingCatalog.make(ComponentSpec(kind: kind, options: options), in: context)
}

/// Busiest rank over mean rank when consecutive experts share a rank.
func contiguousImbalance(_ loads: [Double], ranks: Int) -> Double {
  let perRank = loads.count / ranks
  let sums = (0..<ranks).map { loads[($0 * perRank)..<(($0 + 1) * perRank)].reduce(0, +) }
  return (sums.max() ?? 0) / (loads.reduce(0, +) / Double(ranks))
}

func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

func median(_ values: [Double]) -> Double {
  let sorted = values.sorted()
  let middle = sorted.count / 2
  return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/// A file that exists as long as its value.
final class TemporaryFile {
  let path: String

  init(_ text: String, suffix: String = ".csv") throws {
    let folder = FileManager.default.temporaryDirectory
    path = folder.appendingPathComponent("shunt-routing-\(UUID().uuidString)\(suffix)").path
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
