/// How busy a link was.
public struct Bottleneck: Hashable, Sendable, Codable {
  /// The name of the link.
  public var link: String
  /// What crossed it over what it could have carried until the end, 0 to 1.
  public var utilization: Double
  public var bytes: Double
}

/// What a traffic matrix does to a cluster, under the names that scripts rely on.
public struct TrafficReport: Hashable, Sendable, Codable {
  /// When the last byte has arrived.
  public var makespanSeconds: Double
  /// How many pairs of ranks had something to send.
  public var flows: Int
  /// The busiest links, busiest first.
  public var bottlenecks: [Bottleneck]
  /// When each rank has received its last byte from another; zero where it receives none.
  public var perRankFinishSeconds: [Double]
}

/// Sends a traffic matrix through a cluster's links.
public enum TrafficStudy {
  /// How many links a report names.
  public static let bottleneckCount = 10

  /// How long `matrix` takes over `links` when all of it starts at once, each flow after its latency.
  ///
  /// - Parameters:
  ///   - fidelity: ``SharingFidelity/fluid(tolerance:)`` or ``SharingFidelity/analytic``.
  /// - Throws: ``TrafficStudyError`` where the matrix does not fit the cluster or a number is bad.
  /// - Complexity: As ``FluidBatch/solve(_:over:paths:receivers:fidelity:)``.
  public static func run(
    _ matrix: TrafficMatrix, over links: ClusterLinks, fidelity: SharingFidelity
  ) throws(TrafficStudyError) -> TrafficReport {
    guard matrix.ranks == links.shape.ranks else {
      throw .matrix(.wrongSize(matrix: matrix.ranks, cluster: links.shape.ranks))
    }
    let flows = flows(of: matrix, over: links)
    do {
      let result = try FluidBatch.solve(
        flows, over: links.capacities, paths: links.allPaths(), receivers: matrix.ranks,
        fidelity: fidelity)
      return TrafficReport(
        makespanSeconds: result.makespan, flows: flows.count,
        bottlenecks: bottlenecks(result, links), perRankFinishSeconds: result.receiverFinish)
    } catch {
      throw .sharing(error)
    }
  }

  private static func flows(of matrix: TrafficMatrix, over links: ClusterLinks) -> [BatchFlow] {
    var flows: [BatchFlow] = []
    flows.reserveCapacity(matrix.bytes.count { $0 > 0 })
    for source in 0..<matrix.ranks {
      for destination in 0..<matrix.ranks where source != destination {
        let bytes = matrix[source, destination]
        guard bytes > 0 else { continue }
        flows.append(
          BatchFlow(
            path: links.pathID(from: source, to: destination), bytes: bytes,
            start: links.latency(from: source, to: destination), receiver: Int32(destination)))
      }
    }
    return flows
  }

  private static func bottlenecks(_ result: SharingResult, _ links: ClusterLinks) -> [Bottleneck] {
    let busy = result.linkBytes.indices.filter { result.linkBytes[$0] > 0 }
    let ranked = busy.sorted {
      let (left, right) = (result.linkUtilization[$0], result.linkUtilization[$1])
      return left > right || (left == right && $0 < $1)
    }
    return ranked.prefix(bottleneckCount).map {
      Bottleneck(
        link: links.names[$0], utilization: result.linkUtilization[$0], bytes: result.linkBytes[$0])
    }
  }
}

/// Why a traffic matrix could not be studied.
public enum TrafficStudyError: Error, Hashable, Sendable {
  case matrix(TrafficError)
  case sharing(SharingError)

  /// One sentence that says what is wrong and how to mend it.
  public var message: String {
    switch self {
    case .matrix(let error): error.message
    case .sharing(let error): error.message
    }
  }
}
