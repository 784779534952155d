/// What the flow from one layer to the next is judged by.
enum BoundaryMeasure: Hashable, Sendable {
  case total
  case busiestRank
  /// The dearest pair of ranks, where every rank holds one item.
  case largestPair
}

/// One step of the dynamic program: for every class of placements of a layer, the best placement
/// of the layer before.
///
/// Unchecked, because each thread writes to results of its own indices only.
final class ChainStep: @unchecked Sendable {
  typealias RankLanes = SIMD8<Float>

  private let ranks: Int
  private let experts: Int
  private let measure: BoundaryMeasure
  /// Token costs from each rank to all ranks.
  private let distance: [RankLanes]
  /// Tokens by source and destination expert.
  private let flow: [Float]
  /// The layer before and its classes' values, and the layer itself.
  private let previous: SmallStates
  private let value: [Double]
  private let states: SmallStates
  private let threads: Int
  private let result: UnsafeMutablePointer<(row: Int, value: Double)>

  /// - Parameter flow: Tokens by source and destination expert.
  /// - Precondition: At most eight ranks.
  init(
    problem: PlacementProblem, flow: [Float], experts: Int, measure: BoundaryMeasure,
    previous: SmallStates, value: [Double], states: SmallStates, threads: Int
  ) {
    precondition(problem.ranks <= RankLanes.scalarCount, "a vector holds the ranks")
    (ranks, self.experts, self.measure) = (problem.ranks, experts, measure)
    distance = (0..<problem.ranks).map { source in
      var lanes = RankLanes(repeating: 0)
      for rank in 0..<problem.ranks {
        lanes[rank] = Float(problem.tokenCost(from: source, to: rank))
      }
      return lanes
    }
    self.flow = flow
    self.previous = previous
    self.value = value
    self.states = states
    self.threads = threads
    result = .allocate(capacity: states.representatives.count)
    result.initialize(repeating: (0, .infinity), count: states.representatives.count)
  }

  deinit { result.deallocate() }

  /// By class: the best row before, and its value with the cost of the boundary.
  func best() -> [(row: Int, value: Double)] {
    WorkerPool.run(
      count: states.representatives.count, threads: threads, work: { [self] in search($0) },
      watch: {})
    return (0..<states.representatives.count).map { result[$0] }
  }

  private func search(_ index: Int) {
    let arriving = costs(to: states.representatives[index])
    var best = (row: 0, value: Double.infinity)
    for row in 0..<previous.placements.count {
      let before = value[previous.classOfRow[row]]
      guard before < best.value else { continue }
      let sum = before + Double(cost(previous.placements.copies(of: row), arriving))
      if sum < best.value { best = (row, sum) }
    }
    result[index] = best
  }

  /// For each expert on each rank, in ns for all of the expert's tokens.
  private struct Costs {
    /// What that rank sends, and the same in the rank's place of a vector.
    var sent: [Float] = []
    var sending: [RankLanes] = []
    /// What every rank receives from it.
    var received: [RankLanes] = []
    /// The largest of ``received``.
    var largest: [Float] = []
  }

  private func costs(to destination: Int) -> Costs {
    var costs = Costs()
    for expert in 0..<experts {
      var arriving = RankLanes(repeating: 0)
      for copy in states.placements.copies(of: destination) {
        let (next, rank) = copy.index.quotientAndRemainder(dividingBy: ranks)
        arriving[rank] += flow[expert * experts + next] * copy.share
      }
      for rank in 0..<ranks {
        let received = arriving * distance[rank]
        costs.received.append(received)
        var sending = RankLanes(repeating: 0)
        sending[rank] = received.sum()
        costs.sent.append(received.sum())
        costs.sending.append(sending)
        costs.largest.append(received.max())
      }
    }
    return costs
  }

  private typealias Copies = UnsafeBufferPointer<SmallPlacements.Copy>

  @inline(__always)
  private func cost(_ copies: Copies, _ costs: borrowing Costs) -> Float {
    switch measure {
    case .largestPair: copies.reduce(0) { max($0, costs.largest[$1.index]) }
    case .total: copies.reduce(0) { $0 + costs.sent[$1.index] * $1.share }
    case .busiestRank: busiestRank(copies, costs)
    }
  }

  @inline(__always)
  private func busiestRank(_ copies: Copies, _ costs: borrowing Costs) -> Float {
    var (outgoing, incoming) = (RankLanes(repeating: 0), RankLanes(repeating: 0))
    for copy in copies {
      outgoing += costs.sending[copy.index] * copy.share
      incoming += costs.received[copy.index] * copy.share
    }
    outgoing.replace(with: incoming, where: incoming .> outgoing)
    return outgoing.max()
  }
}
