/// One step of the dynamic program: for every class of placements of a layer, the best placement
/// of the layer before.
///
/// Unchecked, because each thread writes to results of its own indices only.
final class ChainStep: @unchecked Sendable {
  private let ranks: Int
  private let experts: Int
  private let total: Bool
  private let distance: [Float]
  private let flow: [Float]
  private let shares: [[Float]]
  private let classOfRow: [Int]
  private let value: [Double]
  private let representatives: [Int]
  private let threads: Int
  private let result: UnsafeMutablePointer<(row: Int, value: Double)>

  init(
    problem: PlacementProblem, after layer: Int, shares: [[Float]], classOfRow: [Int],
    value: [Double], representatives: [Int], threads: Int
  ) {
    (ranks, experts) = (problem.ranks, problem.experts)
    if case .traffic = problem.objective { total = true } else { total = false }
    distance = (0..<problem.ranks).flatMap { source in
      (0..<problem.ranks).map { Float(problem.tokenCost(from: source, to: $0)) }
    }
    var flow = Array(repeating: Float(0), count: problem.experts * problem.experts)
    for item in problem.transitions[layer] {
      flow[item.source * problem.experts + item.destination] += Float(item.tokens)
    }
    self.flow = flow
    self.shares = shares
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
    // Cost of an expert's flow if it is on a rank, and what each rank would receive.
    let destination = shares[representatives[index]]
    var arriving = Array(repeating: Float(0), count: experts * ranks)
    for source in 0..<experts {
      for expert in 0..<experts {
        let tokens = flow[source * experts + expert]
        guard tokens > 0 else { continue }
        for rank in 0..<ranks {
          arriving[source * ranks + rank] += tokens * destination[expert * ranks + rank]
        }
      }
    }
    var best = (row: 0, value: Double.infinity)
    for (row, share) in shares.enumerated() {
      let before = value[classOfRow[row]]
      guard before < best.value else { continue }
      let sum = before + Double(cost(share, arriving))
      if sum < best.value { best = (row, sum) }
    }
    result[index] = best
  }

  private func cost(_ share: [Float], _ arriving: [Float]) -> Float {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * ranks) { costs in
      costs.initialize(repeating: 0)
      share.withUnsafeBufferPointer { share in
        arriving.withUnsafeBufferPointer { arriving in
          add(share, arriving, to: costs)
        }
      }
      if total { return costs[0..<ranks].reduce(0, +) }
      return costs.max() ?? 0
    }
  }

  @inline(__always)
  private func add(
    _ share: UnsafeBufferPointer<Float>, _ arriving: UnsafeBufferPointer<Float>,
    to costs: UnsafeMutableBufferPointer<Float>
  ) {
    distance.withUnsafeBufferPointer { distance in
      for expert in 0..<experts {
        for source in 0..<ranks where share[expert &* ranks &+ source] > 0 {
          let part = share[expert &* ranks &+ source]
          for rank in 0..<ranks {
            let cost =
              part * arriving[expert &* ranks &+ rank] * distance[source &* ranks &+ rank]
            costs[source] += cost
            costs[ranks &+ rank] += cost
          }
        }
      }
    }
  }
}
