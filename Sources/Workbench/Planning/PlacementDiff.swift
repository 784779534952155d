import Catalog
import Diagnostics
import Domain
import Foundation
import NetworkSharing
import Planner
import Scenarios

/// Two placement files, and what it takes to go from the first to the second.
public enum PlacementDiff {
  /// Whether the file at `path` looks like a placement file rather than a result.
  public static func isPlacement(_ path: String) -> Bool {
    guard let data = FileManager.default.contents(atPath: path),
      let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any]
    else { return false }
    return object["slotsPerRank"] != nil || (object["ranks"] != nil && object["cells"] == nil)
  }

  /// The moves between two placement files.
  ///
  /// - Parameters:
  ///   - cluster: a node shape of the catalogue, or a file with a `cluster:` mapping; where it is a
  ///     scenario, its model says how large an expert is.
  ///   - expertBytes: bytes of one expert's weights; else those of the scenario's model, or of the
  ///     model that the placement names, if the catalogue has it.
  /// - Throws: ``WorkbenchError`` where a file is no placement, or both are not of one kind.
  public static func migration(
    from first: String, to second: String, cluster: String?, expertBytes: Double?
  ) throws(WorkbenchError) -> Migration {
    let (before, after) = (try placement(first), try placement(second))
    try requireSameShape(before.placement, after.placement, file: second)
    let scenario = cluster.flatMap { ScenarioVocabulary.reader.read(file: $0).scenario }
    let bytes =
      expertBytes ?? scenario?.model.expertBytes
      ?? Catalog.standard.model(after.model)?.model.expertBytes
    guard let cluster else {
      return Migration(
        moves(before.placement, after.placement, ranksPerNode: 1), expertBytes: bytes,
        knowsNodes: false)
    }
    let found = try self.cluster(cluster, scenario: scenario, ranks: before.placement.ranks)
    let links: ClusterLinks
    do {
      links = try ClusterLinks(ClusterShape(found))
    } catch {
      throw .finding(.implausibleValue, file: cluster, error.message)
    }
    return try Migration(
      moves(before.placement, after.placement, ranksPerNode: found.acceleratorsPerNode),
      expertBytes: bytes, over: links)
  }

  private static func moves(
    _ first: ExpertPlacement, _ second: ExpertPlacement, ranksPerNode: Int
  ) -> PlacementMoves {
    PlacementMoves(from: first, to: second, ranksPerNode: ranksPerNode)
  }

  /// A placement file with every rule of placements checked.
  static func placement(
    _ path: String
  ) throws(WorkbenchError) -> (placement: ExpertPlacement, model: String) {
    let file = try PlacementMaker.read(path)
    do {
      return (try file.expertPlacement(), file.model)
    } catch {
      throw .finding(
        .invalidPlacement, file: path, "\(error.place): \(error.problem)", help: [error.remedy])
    }
  }

  private static func requireSameShape(
    _ first: ExpertPlacement, _ second: ExpertPlacement, file: String
  ) throws(WorkbenchError) {
    func shape(_ placement: ExpertPlacement) -> String {
      "\(placement.experts) experts on \(placement.ranks) ranks"
    }
    guard first.experts == second.experts, first.ranks == second.ranks else {
      throw .finding(
        .invalidPlacement, file: file,
        "it places \(shape(second)), and the first placement \(shape(first))",
        help: ["compare placements of one model on one group of ranks"])
    }
    guard first.layers.map(\.layer) == second.layers.map(\.layer) else {
      throw .finding(
        .invalidPlacement, file: file,
        """
        it has layers \(numbers(second)), and the first placement \(numbers(first))
        """, help: ["compare placements of the same layers"])
    }
  }

  private static func numbers(_ placement: ExpertPlacement) -> String {
    let numbers = placement.layers.map(\.layer)
    guard numbers.count > 4 else { return numbers.map(String.init).joined(separator: ", ") }
    return "\(numbers[0]) to \(numbers[numbers.count - 1]) (\(numbers.count) of them)"
  }

  private static func cluster(
    _ name: String, scenario: Scenario?, ranks: Int
  ) throws(WorkbenchError) -> Cluster {
    if let scenario {
      guard scenario.parallelism.expert == ranks else {
        throw .finding(
          .invalidPlacement, file: name,
          """
          its expert-parallel groups have \(scenario.parallelism.expert) ranks, and the placements \
          \(ranks)
          """, help: ["give the cluster that the placements are for"])
      }
      return scenario.cluster
    }
    let (found, findings) = ClusterReader().read(name, ranks: ranks)
    guard let found, !findings.containsErrors else { throw .findings(findings) }
    guard found.ranks % ranks == 0 else {
      throw .finding(
        .invalidPlacement, file: name,
        "the cluster has \(found.ranks) ranks, which groups of \(ranks) do not fill",
        help: ["give the cluster that the placements are for"])
    }
    return found
  }
}
