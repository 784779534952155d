import NetworkSharing
import Plan
import Quantities

/// The messages under way on the fluid network.
struct FluidTraffic {
  private var network: FluidNetwork
  private let routes: Routes
  private let plan: ExecutionPlan

  /// - Throws: ``SimulationError/network(_:)`` where capacities or tolerance are out of range.
  init(routes: Routes, plan: ExecutionPlan, tolerance: Double) throws(SimulationError) {
    do {
      network = try FluidNetwork(
        capacities: routes.links.capacities, paths: routes.paths, tolerance: tolerance)
    } catch {
      throw .network(error.message)
    }
    self.routes = routes
    self.plan = plan
  }

  /// Starts `messages`, which may belong to several exchanges.
  mutating func start(_ messages: [Message], at now: SimTime) throws(SimulationError) {
    var first = 0
    while first < messages.count {
      let exchange = messages[first].exchange
      var last = first
      while last < messages.count, messages[last].exchange == exchange { last += 1 }
      let flows = messages[first..<last].map(flow)
      do {
        try network.add(flows, group: exchange, at: now)
      } catch {
        throw .network(error.message)
      }
      first = last
    }
  }

  /// The members whose messages ended by `now`: the exchange, the sender and the receiver of each.
  mutating func completed(at now: SimTime) -> [(exchange: Int32, from: Int, to: Int)] {
    network.advance(to: now).map { done in
      let members = plan.exchanges[Int(done.group)].ranks
      return (done.group, Int(done.tag / members), Int(done.tag % members))
    }
  }

  /// When the network has something to tell or to do.
  mutating func nextInstant() -> SimTime? { network.nextInstant() }

  private func flow(_ message: Message) -> NetworkFlow {
    let exchange = plan.exchanges[Int(message.exchange)]
    let latency = routes.latency(from: message.from, to: message.to)
    return NetworkFlow(
      path: routes.pathID(from: message.from, to: message.to), bytes: message.bytes,
      tag: (message.from - exchange.firstRank) * exchange.ranks + message.to - exchange.firstRank,
      latency: SimDuration(seconds: latency))
  }
}
