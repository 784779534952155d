package import Plan
import Quantities

/// How much shorter single operations could be before a chain without them decides the step.
///
/// The record is read as a project network: every operation has the duration it had (exchanges from
/// the moment their last member came), waits for what its plan says and for its lane, and in an
/// exchange for all members. A chain that avoids an operation is somewhere else at the moment the
/// operation starts: in another operation, or between two. The longest such chain is the bound.
/// Source: J. E. Kelley and M. R. Walker, *Critical-path planning and scheduling* (1959), for
/// earliest starts and longest rests.
package struct PathSlack {
  private let network: ProjectNetwork

  /// - Complexity: O(operations + dependencies).
  package init(plan: ExecutionPlan, record: RunRecord) {
    network = ProjectNetwork(plan: plan, record: record)
  }

  /// Slack of each of `operations` in picoseconds, at most its duration.
  ///
  /// - Complexity: O((operations + dependencies) × log(asked) + crossings).
  package func picoseconds(of operations: [Int]) -> [Int64] {
    let order = operations.indices.sorted {
      network.start[operations[$0]] < network.start[operations[$1]]
    }
    let moments = order.map { network.start[operations[$0]] }
    var longest = moments
    func cross(_ from: Int64, _ to: Int64, _ length: Int64, node: Int) {
      var position = moments.partitioningIndex { $0 >= from }
      while position < moments.count, moments[position] < to {
        if operations[order[position]] != node {
          longest[position] = max(longest[position], length)
        }
        position += 1
      }
    }
    for node in network.start.indices {
      let end = network.start[node] + network.duration[node]
      cross(network.start[node], end, network.start[node] + network.rest[node], node: node)
      for next in network.followers(of: node) where network.start[next] > end {
        cross(end, network.start[next], end + network.rest[next], node: -1)
      }
    }
    var slack = [Int64](repeating: 0, count: operations.count)
    for (position, index) in order.enumerated() {
      let free = network.makespan - longest[position]
      slack[index] = max(0, min(free, network.duration[operations[index]]))
    }
    return slack
  }
}

/// Operations as nodes with durations, and what follows what.
///
/// An exchange is three kinds of nodes: each member's entry (after the operations), the moment at which
/// all have entered, and each member's own part, which keeps the operation's number.
private struct ProjectNetwork {
  private(set) var start: [Int64]
  private(set) var duration: [Int64]
  /// The longest chain from a node's start to the end.
  private(set) var rest: [Int64]
  private var edges: [(from: Int, to: Int)] = []
  private var firstEdge: [Int]

  var makespan: Int64 { start.indices.reduce(0) { max($0, start[$1] + duration[$1]) } }

  func followers(of node: Int) -> [Int] {
    edges[firstEdge[node]..<firstEdge[node + 1]].map(\.to)
  }

  init(plan: ExecutionPlan, record: RunRecord) {
    let count = plan.operations.count
    let nodes = 2 * count + plan.exchanges.count
    start = [Int64](repeating: 0, count: nodes)
    rest = start
    duration = start
    firstEdge = []
    var previous = [Int](repeating: -1, count: plan.ranks * Lane.allCases.count)
    for (index, operation) in plan.operations.enumerated() {
      let span = record.spans[index]
      let came = span.heldBy >= 0 ? record.spans[Int(span.heldBy)].start : span.start
      duration[index] = (span.end - max(came, span.start)).picoseconds
      var entry = index
      if case .exchange(let exchange) = operation.work {
        entry = count + index
        edges.append((entry, 2 * count + Int(exchange)))
        edges.append((2 * count + Int(exchange), index))
      }
      for dependency in plan.dependencies(of: OperationID(index)) {
        edges.append((dependency.index, entry))
      }
      let lane = Int(operation.rank) * Lane.allCases.count + Int(operation.lane.rawValue)
      if previous[lane] >= 0 { edges.append((previous[lane], entry)) }
      previous[lane] = index
    }
    edges.sort { ($0.from, $0.to) < ($1.from, $1.to) }
    firstEdge = [Int](repeating: 0, count: nodes + 1)
    for edge in edges { firstEdge[edge.from + 1] += 1 }
    for node in 0..<nodes { firstEdge[node + 1] += firstEdge[node] }
    settle()
  }

  /// Earliest starts forward, longest rests backward, in an order in which causes come first.
  private mutating func settle() {
    var waiting = [Int](repeating: 0, count: start.count)
    for edge in edges { waiting[edge.to] += 1 }
    var order = start.indices.filter { waiting[$0] == 0 }
    var next = 0
    while next < order.count {
      let node = order[next]
      next += 1
      for edge in edges[firstEdge[node]..<firstEdge[node + 1]] {
        start[edge.to] = max(start[edge.to], start[node] + duration[node])
        waiting[edge.to] -= 1
        if waiting[edge.to] == 0 { order.append(edge.to) }
      }
    }
    for node in order.reversed() {
      var after: Int64 = 0
      for edge in edges[firstEdge[node]..<firstEdge[node + 1]] { after = max(after, rest[edge.to]) }
      rest[node] = duration[node] + after
    }
  }
}

extension [Int64] {
  /// The first index of a rising array whose element satisfies `predicate`.
  fileprivate func partitioningIndex(where predicate: (Int64) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if predicate(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
