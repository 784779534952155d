import Diagnostics
import Domain
import Foundation
public import NetworkSharing
import Scenarios

/// One all-to-all given as a matrix, sent through a cluster named or described by a file.
public struct TrafficRun: Sendable {
  private let matrix: TrafficMatrix
  private let links: ClusterLinks

  /// Reads matrix and cluster.
  ///
  /// - Parameters:
  ///   - cluster: a node shape of the catalogue, repeated until it holds the matrix's ranks, or a
  ///     file with a `cluster:` mapping.
  /// - Throws: ``WorkbenchError`` where a file cannot be read or is wrong.
  public init(matrixFile: String, cluster: String) throws(WorkbenchError) {
    guard let data = FileManager.default.contents(atPath: matrixFile) else {
      throw .finding(.missingFile, file: matrixFile, "the matrix cannot be read")
    }
    do {
      matrix = try TrafficMatrix.read(csv: [UInt8](data))
    } catch {
      throw .finding(
        .tableSyntax, file: matrixFile, line: error.line, column: error.column, error.message)
    }
    let (found, findings) = ClusterReader().read(cluster, ranks: matrix.ranks)
    guard let found, !findings.containsErrors else { throw .findings(findings) }
    do {
      links = try ClusterLinks(ClusterShape(found))
    } catch {
      throw .finding(.implausibleValue, file: cluster, error.message)
    }
    guard links.shape.ranks == matrix.ranks else {
      throw .finding(
        .tableSyntax, file: matrixFile,
        "the matrix has \(matrix.ranks) ranks and the cluster \(links.shape.ranks)",
        help: ["give one row and one column for every rank of the cluster"])
    }
  }

  /// How long the all-to-all takes.
  ///
  /// - Throws: ``WorkbenchError/failed(_:)`` where the network refuses it.
  public func run(fidelity: SharingFidelity) throws(WorkbenchError) -> TrafficReport {
    do {
      return try TrafficStudy.run(matrix, over: links, fidelity: fidelity)
    } catch {
      throw .failed(error.message)
    }
  }
}
