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
  private let placements: [SmallPlacement]
  private let classOfRow: [Int]
  private let value: [Double]
  private let representatives: [Int]
  private let threads: Int
  private let result: UnsafeMutablePointer<(row: Int, value: Double)>

  /// - Parameter flow: Tokens by source and destination expert.
  /// - Precondition: At most eight ranks.
  init(
    problem: PlacementProblem, flow: [Float], experts: Int, measure: BoundaryMeasure,
    placements: [SmallPlacement], classOfRow: [Int], value: [Double], representatives: [Int],
    threads: Int
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
    self.placements = placements
    self.classOfRow = classOfRow
    self.value = value
    self.representatives = representatives
    self.threads = threads
    result = .allocate(capacity: representatives.count)
    result.initialize(repeating: (0, .infinity), count: representatives.count)
  }

  deinit { result.deallocate() }

  /// By class: the best row before, and its value with the cost of the boundary.
  func best() -> [(row: Int, value: Double)] {
    WorkerPool.run(
      count: representatives.count, threads: threads, work: { [self] in search($0) }, watch: {})
    return (0..<representatives.count).map { result[$0] }
  }

  private func search(_ index: Int) {
    let arriving = costs(to: placements[representatives[index]])
    var best = (row: 0, value: Double.infinity)
    for (row, placement) in placements.enumerated() {
      let before = value[classOfRow[row]]
      guard before < best.value else { continue }
      let sum = before + Double(cost(placement, arriving))
      if sum < best.value { best = (row, sum) }
    }
    result[index] = best
  }

  /// For each expert on each rank, in ns for all of the expert's tokens.
  private struct Costs {
    /// What that rank sends.
    var sent: [Float] = []
    /// What every rank receives from it.
    var received: [RankLanes] = []
    /// The largest of ``received``.
    var largest: [Float] = []
  }

  private func costs(to destination: SmallPlacement) -> Costs {
    var costs = Costs()
    for expert in 0..<experts {
      var arriving = RankLanes(repeating: 0)
      for copy in destination.copies {
        arriving[copy.rank] += flow[expert * experts + copy.expert] * copy.share
      }
      for rank in 0..<ranks {
        let received = arriving * distance[rank]
        costs.received.append(received)
        costs.sent.append(received.sum())
        costs.largest.append(received.max())
      }
    }
    return costs
  }

  private func cost(_ placement: SmallPlacement, _ costs: Costs) -> Float {
    switch measure {
    case .largestPair:
      return placement.copies.reduce(0) { max($0, costs.largest[$1.expert &* ranks &+ $1.rank]) }
    case .total:
      return placement.copies.reduce(0) {
        $0 + costs.sent[$1.expert &* ranks &+ $1.rank] * $1.share
      }
    case .busiestRank:
      return busiestRank(placement, costs)
    }
  }

  private func busiestRank(_ placement: SmallPlacement, _ costs: Costs) -> Float {
    var (outgoing, incoming) = (RankLanes(repeating: 0), RankLanes(repeating: 0))
    for copy in placement.copies {
      let index = copy.expert &* ranks &+ copy.rank
      outgoing[copy.rank] += costs.sent[index] * copy.share
      incoming += costs.received[index] * copy.share
    }
    return max(outgoing.max(), incoming.max())
  }
}

/// One layer's placement as a list of copies.
struct SmallPlacement: Sendable {
  struct Copy: Sendable {
    let expert: Int
    let rank: Int
    let share: Float
  }

  let copies: [Copy]

  init(row: [Int], slotsPerRank: Int, experts: Int) {
    var count = Array(repeating: 0, count: experts)
    for expert in row where expert != PlacementSlots.empty { count[expert] += 1 }
    copies = row.enumerated().compactMap { slot, expert in
      guard expert != PlacementSlots.empty else { return nil }
      return Copy(expert: expert, rank: slot / slotsPerRank, share: 1 / Float(count[expert]))
    }
  }
}
