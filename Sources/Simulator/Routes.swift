import NetworkSharing
import Plan

/// The links of every path, laid out once for many runs.
struct Routes: Sendable {
  let links: ClusterLinks
  let paths: PathTable

  init(_ links: ClusterLinks) {
    self.links = links
    paths = links.allPaths()
  }

  func pathID(from source: Int32, to destination: Int32) -> PathID {
    links.pathID(from: Int(source), to: Int(destination))
  }

  func path(from source: Int32, to destination: Int32) -> ArraySlice<Int32> {
    paths[pathID(from: source, to: destination)]
  }

  func latency(from source: Int32, to destination: Int32) -> Double {
    links.latency(from: Int(source), to: Int(destination))
  }
}

/// Bytes moved, by purpose and by link.
struct TrafficTally {
  private(set) var bytes = BytesMoved()
  private(set) var linkBytes: [Double]
  private let routes: Routes

  init(routes: Routes) {
    self.routes = routes
    linkBytes = [Double](repeating: 0, count: routes.links.capacities.count)
  }

  mutating func add(_ message: Message, kind: OperationKind) {
    for link in routes.path(from: message.from, to: message.to) {
      linkBytes[Int(link)] += message.bytes
    }
    let perNode = Int32(routes.links.shape.ranksPerNode)
    let isInside = message.from / perNode == message.to / perNode
    add(message.bytes, isInside: isInside, kind: kind)
  }

  /// Adds a whole exchange.
  mutating func add(_ bound: GroupBound, kind: OperationKind) {
    for link in linkBytes.indices { linkBytes[link] += bound.linkBytes[link] }
    add(bound.insideBytes, isInside: true, kind: kind)
    add(bound.betweenBytes, isInside: false, kind: kind)
  }

  private mutating func add(_ amount: Double, isInside: Bool, kind: OperationKind) {
    switch (kind, isInside) {
    case (.weights, _): bytes.weights += amount
    case (.combine, true): bytes.combineIntraNode += amount
    case (.combine, false): bytes.combineInterNode += amount
    case (_, true): bytes.dispatchIntraNode += amount
    case (_, false): bytes.dispatchInterNode += amount
    }
  }
}

/// The analytic network: an exchange that starts together takes what its busiest link takes.
///
/// This is max-min sharing weighted by size; a rank is done when the busiest link on the paths of
/// its own messages is. Exchanges that run at the same time do not slow each other.
enum BusiestLink {
  /// Seconds after the start at which each member is done, `[members]`.
  ///
  /// - Complexity: O(messages × links of a path).
  static func finishSeconds(
    _ messages: ExchangeMessages, members: RankSet, routes: Routes
  ) -> [Double] {
    var load = [Double](repeating: 0, count: routes.links.capacities.count)
    messages.forEach(members: members.count) { message in
      for link in routes.path(from: message.from, to: message.to) {
        load[Int(link)] += message.bytes
      }
    }
    for index in load.indices { load[index] /= routes.links.capacities[index] }
    var finish = [Double](repeating: 0, count: members.count)
    messages.forEach(members: members.count) { message in
      var slowest = 0.0
      for link in routes.path(from: message.from, to: message.to) {
        slowest = max(slowest, load[Int(link)])
      }
      let seconds = slowest + routes.latency(from: message.from, to: message.to)
      for rank in [message.from, message.to] {
        let member = Int(rank) - members.first
        finish[member] = max(finish[member], seconds)
      }
    }
    return finish
  }
}
