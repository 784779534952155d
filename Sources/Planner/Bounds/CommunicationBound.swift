/// What the flow from one layer to the next must at least cost.
///
/// A rank holds at most S experts of each layer, so an expert keeps at most its S largest flows on
/// its rank, and S times the node's ranks in its node; the rest must travel.
enum CommunicationBound {
  /// Nanoseconds over all ranks, for any placement of both layers.
  static func total(_ problem: PlacementProblem, after layer: Int) -> Double {
    let flows = problem.transitions[layer]
    let tokens = flows.reduce(0) { $0 + $1.tokens }
    let (near, far) = (problem.costs.intraNodeNanoseconds, problem.costs.interNodeNanoseconds)
    let rank = kept(flows, problem, degree: problem.slotsPerRank)
    guard problem.nodes > 1 else { return near * (tokens - rank) }
    let (slots, nodeOverflow) = problem.slotsPerRank.multipliedReportingOverflow(
      by: problem.ranksPerNode)
    let node = kept(flows, problem, degree: nodeOverflow ? problem.experts : slots)
    guard far >= near else { return far * (tokens - rank) }
    return near * (tokens - rank) + (far - near) * (tokens - node)
  }

  /// At most this many tokens stay where each expert meets at most `degree` partners.
  private static func kept(
    _ flows: [ExpertTransition], _ problem: PlacementProblem, degree: Int
  ) -> Double {
    guard degree < problem.experts else { return flows.reduce(0) { $0 + $1.tokens } }
    var rows = Array(repeating: [Double](), count: problem.experts)
    var columns = rows
    for flow in merged(flows, experts: problem.experts) {
      rows[flow.source].append(flow.tokens)
      columns[flow.destination].append(flow.tokens)
    }
    return min(largest(rows, degree), largest(columns, degree))
  }

  private static func largest(_ lists: [[Double]], _ degree: Int) -> Double {
    lists.reduce(0) { $0 + $1.sorted(by: >).prefix(degree).reduce(0, +) }
  }

  /// One flow a pair of experts: a pair written twice is one partner.
  private static func merged(_ flows: [ExpertTransition], experts: Int) -> [ExpertTransition] {
    let sorted = flows.sorted { ($0.source, $0.destination) < ($1.source, $1.destination) }
    return sorted.reduce(into: []) { result, flow in
      if let last = result.last, last.source == flow.source, last.destination == flow.destination {
        result[result.count - 1].tokens += flow.tokens
      } else {
        result.append(flow)
      }
    }
  }
}
