/// What the busiest links make of an exchange between all ranks.
public struct ExchangeBound: Hashable, Sendable {
  /// When the last rank is done, in seconds.
  public internal(set) var makespan = 0.0
  /// When the busiest link on the way to each rank is done, latency included; zero where nothing
  /// comes.
  public internal(set) var receiverFinish: [Double]
  /// When the busiest link on the way from each rank is done, latency included; zero where nothing
  /// goes.
  public internal(set) var senderFinish: [Double]
  /// What crosses each link.
  public internal(set) var linkBytes: [Double]
}

extension ClusterLinks {
  /// The closed form for `matrix`, all of it starting together: the analytic fidelity of
  /// ``FluidBatch`` without a list of flows.
  ///
  /// - Precondition: The matrix is for as many ranks as there are.
  /// - Complexity: O(ranks²), some nanoseconds a pair.
  public func bound(_ matrix: TrafficMatrix) -> ExchangeBound {
    let ranks = shape.ranks
    precondition(matrix.ranks == ranks, "a matrix for another number of ranks")
    var bound = ExchangeBound(
      receiverFinish: Array(repeating: 0, count: ranks),
      senderFinish: Array(repeating: 0, count: ranks), linkBytes: bytes(of: matrix))
    let done = zip(bound.linkBytes, capacities).map { $0 / $1 }
    for source in 0..<ranks {
      var sent = 0.0
      for destination in 0..<ranks
      where source != destination && matrix.bytes[source * ranks + destination] > 0 {
        var finish = 0.0
        forEachLink(from: source, to: destination) { finish = max(finish, done[$0]) }
        finish += latency(from: source, to: destination)
        sent = max(sent, finish)
        bound.receiverFinish[destination] = max(bound.receiverFinish[destination], finish)
      }
      bound.senderFinish[source] = sent
      bound.makespan = max(bound.makespan, sent)
    }
    return bound
  }

  /// What crosses each link.
  private func bytes(of matrix: TrafficMatrix) -> [Double] {
    let ranks = shape.ranks
    var bytes = Array(repeating: 0.0, count: capacities.count)
    for source in 0..<ranks {
      for destination in 0..<ranks {
        let amount = matrix.bytes[source * ranks + destination]
        guard amount > 0 else { continue }
        forEachLink(from: source, to: destination) { bytes[$0] += amount }
      }
    }
    return bytes
  }
}
