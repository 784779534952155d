import Domain
import Plan
import Results
import Scenarios
import Statistics
import Strategies

/// What makes the slow steps of a cell slow, and what part of p99 − p50 that is.
///
/// Steps about p99 and about the median are simulated again with every set of causes taken away:
/// slow ranks as fast as the others, rows of experts even, links nominal and traffic even, weights
/// there at once. Shapley values divide a step's time beyond the undisturbed step among the causes;
/// differences between slow and median steps divide p99 − p50. docs/tail.md says why.
struct TailAttribution {
  let scenario: Scenario
  let cell: Cell
  let stepSeconds: [Double]

  /// Ranks beyond which a step costs so much that it is not simulated a dozen times more; fewer where a
  /// single step is all there is, and causes would cost several times the run.
  private var mostRanks: Int { stepSeconds.count > 1 ? 256 : 32 }

  /// A step that is this near to undisturbed has no cause worth a name.
  private static let least = 1e-3

  /// The steps to look at: those whose times are nearest to p99, and to the median; none where no cause
  /// is sought.
  var chosenSteps: (slow: [Int], median: [Int]) {
    guard !factors.isEmpty else { return ([], []) }
    let order = stepSeconds.indices.sorted { (stepSeconds[$0], $0) < (stepSeconds[$1], $1) }
    guard order.count > 1 else { return (order, []) }
    let simulations = 2 * (1 << factors.count)
    let budget = max(3 * simulations, order.count / 2)
    let count = [5, 3, 1].first { $0 * simulations <= budget && $0 * 4 <= order.count } ?? 1
    return (
      Self.window(order, about: 0.99, count: count), Self.window(order, about: 0.5, count: count)
    )
  }

  private static func window(_ order: [Int], about share: Double, count: Int) -> [Int] {
    let center = Int((Double(order.count - 1) * share).rounded())
    let first = min(max(0, center - count / 2), order.count - count)
    return order[first..<(first + count)].sorted()
  }

  /// Causes that can be at work in this cell.
  var factors: [TailFactor] {
    guard (2...mostRanks).contains(scenario.cluster.ranks) else { return [] }
    return TailFactor.allCases.filter { factor in
      factor != .straggler || scenario.cluster.computeFactors.contains { $0 > 1 }
    }
  }

  /// The causes, largest first, from the plans of the chosen steps; nil where there is no rank to wait
  /// for, or more than are examined.
  ///
  /// - Complexity: 2ⁿ simulations a step for *n* causes.
  func result(
    slow: [(step: Int, plan: ExecutionPlan)], median: [(step: Int, plan: ExecutionPlan)]
  ) throws(WorkbenchError) -> (causes: [TailCauseResult], steps: TailStepsResult)? {
    guard !factors.isEmpty, !slow.isEmpty else { return nil }
    let machines = try TailMachines(cell, of: scenario)
    let chosen = slow + median
    let steps = try inParallel(chosen.count) { position in
      Result { () throws(WorkbenchError) in
        try TailStep(
          chosen[position].plan, step: chosen[position].step, factors: factors,
          cluster: scenario.cluster, machines: machines)
      }
    }
    let slowSteps = Array(steps[..<slow.count])
    let medianSteps = Array(steps[slow.count...])
    let summary = TailStepsResult(
      slowSteps: slow.map(\.step), medianSteps: median.map(\.step),
      slowSeconds: mean(slowSteps, \.seconds),
      medianSeconds: median.isEmpty ? nil : mean(medianSteps, \.seconds),
      undisturbedSeconds: mean(slowSteps, \.undisturbedSeconds))
    return (causes(slowSteps, medianSteps, summary), summary)
  }

  private func mean(_ steps: [TailStep], _ value: (TailStep) -> Double) -> Double {
    steps.reduce(0) { $0 + value($1) } / Double(max(1, steps.count))
  }

  private func causes(
    _ slow: [TailStep], _ median: [TailStep], _ summary: TailStepsResult
  ) -> [TailCauseResult] {
    let seconds = factors.indices.map { factor in mean(slow) { $0.factorSeconds[factor] } }
    let kept = factors.indices.filter { seconds[$0] > Self.least * summary.slowSeconds / 10 }
    let total = kept.reduce(0) { $0 + seconds[$1] }
    guard total > Self.least * summary.slowSeconds else { return [] }
    let order = kept.sorted { (seconds[$1], $0) < (seconds[$0], $1) }
    let gap = summary.medianSeconds.map { summary.slowSeconds - $0 }
    return order.map { factor in
      let usual = median.isEmpty ? nil : mean(median) { $0.factorSeconds[factor] }
      let gapShare = gap.flatMap { gap in
        usual.flatMap {
          gap > Self.least * summary.slowSeconds ? (seconds[factor] - $0) / gap : nil
        }
      }
      let slot = slot(of: factor, in: slow)
      let place = place(of: factors[factor], slot: slot, in: slow)
      return TailCauseResult(
        cause: factors[factor].name, rank: place.rank,
        layer: factors[factor] == .straggler ? nil : slot.flatMap(layerNumber),
        expert: place.expert, link: place.link, share: seconds[factor] / total,
        slowSeconds: seconds[factor], medianSeconds: usual, gapShare: gapShare)
    }
  }

  /// The layer and group that a factor costs most, over the slow steps.
  private func slot(of factor: Int, in slow: [TailStep]) -> Int? {
    guard let count = slow.first?.layerSeconds[factor].count, count > 0 else { return nil }
    let sums = (0..<count).map { slot in slow.reduce(0) { $0 + $1.layerSeconds[factor][slot] } }
    return sums.indices.max { (sums[$0], $1) < (sums[$1], $0) }
  }

  /// The place in the slow step that loses most by the factor there.
  private func place(of factor: TailFactor, slot: Int?, in slow: [TailStep]) -> TailPlaces.Place {
    let index = factors.firstIndex(of: factor) ?? 0
    let step = slow.max { $0.factorSeconds[index] < $1.factorSeconds[index] }
    guard let places = step?.places else { return TailPlaces.Place() }
    let slot = slot ?? 0
    switch factor {
    case .straggler: return places.straggler
    case .communication: return places.communication
    case .tokenImbalance:
      return places.tokenImbalance.indices.contains(slot)
        ? places.tokenImbalance[slot] : TailPlaces.Place()
    case .weightTransfer:
      return places.weightTransfer.indices.contains(slot)
        ? places.weightTransfer[slot] : TailPlaces.Place()
    }
  }

  private func layerNumber(_ slot: Int) -> Int? {
    let groups = max(1, scenario.cluster.ranks / max(1, scenario.parallelism.expert))
    let position = slot / groups
    return scenario.model.layers.indices.contains(position)
      ? scenario.model.layers[position] : nil
  }
}
