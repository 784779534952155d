import Foundation
import Testing

@testable import Planner

@Suite struct EPLBTests {
  /// The example of EPLB's own README with the map it prints.
  @Test func theReadmeExampleIsReproduced() {
    let weights: [[Float]] = [
      [90, 132, 40, 61, 104, 165, 39, 4, 73, 56, 183, 86],
      [20, 107, 104, 64, 19, 197, 187, 157, 172, 86, 16, 27],
    ]
    let algorithm = EPLBAlgorithm(groups: 4, nodes: 2, ranks: 8, replicas: 16)
    #expect(
      weights.map(algorithm.physicalToLogical) == [
        [5, 6, 5, 7, 8, 4, 3, 4, 10, 9, 10, 2, 0, 1, 11, 1],
        [7, 10, 6, 8, 6, 11, 8, 9, 2, 4, 5, 1, 5, 0, 3, 1],
      ])
  }

  private struct Reference: Decodable {
    struct Case: Decodable {
      let name: String
      let weightSource: String
      let numReplicas: Int
      let numGroups: Int
      let numNodes: Int
      let numGpus: Int
      let balancedMeanMaxOverMean: Double
      let balancedWorstLayer: Double
    }
    let cases: [Case]
  }

  /// Rows of a load table, by layer, for the workload named after the colon.
  private func weights(_ source: String) throws -> [[Float]] {
    let parts = source.split(separator: ":").map(String.init)
    let url = SharedData.folder.appending(path: "public/routing/\(parts[0])")
    let lines = try String(contentsOf: url, encoding: .utf8).split(separator: "\n")
    return lines.dropFirst().map { $0.split(separator: ",") }
      .filter { $0[0] == parts[1] }
      .map { $0.dropFirst(3).map { Float($0) ?? 0 } }
  }

  /// Published outputs of the original on measured loads; ties may be broken otherwise, so the
  /// balance is compared.
  @Test(.enabled(if: SharedData.exists))
  func theReferenceBalanceIsReproduced() throws {
    let url = SharedData.folder.appending(path: "public/formats/eplb_reference.json")
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let reference = try decoder.decode(Reference.self, from: Data(contentsOf: url))
    for item in reference.cases where item.weightSource != "inline" {
      let algorithm = EPLBAlgorithm(
        groups: item.numGroups, nodes: item.numNodes, ranks: item.numGpus,
        replicas: item.numReplicas)
      let imbalance = try weights(item.weightSource).map { weight -> Double in
        let physical = algorithm.physicalToLogical(weight: weight)
        var copies = Array(repeating: 0, count: weight.count)
        for expert in physical { copies[expert] += 1 }
        let width = physical.count / item.numGpus
        let loads = (0..<item.numGpus).map { rank in
          physical[rank * width..<(rank + 1) * width].reduce(0.0) {
            $0 + Double(weight[$1]) / Double(copies[$1])
          }
        }
        return (loads.max() ?? 0) / (loads.reduce(0, +) / Double(loads.count))
      }
      let mean = imbalance.reduce(0, +) / Double(imbalance.count)
      #expect(abs(mean - item.balancedMeanMaxOverMean) < 1e-4, "\(item.name)")
      #expect(abs((imbalance.max() ?? 0) - item.balancedWorstLayer) < 1e-3, "\(item.name)")
    }
  }
}
