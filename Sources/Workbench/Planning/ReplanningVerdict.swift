import Statistics

/// Decides between policies and keeping the first placement.
struct ReplanningVerdict {
  let scenario: String
  let warmUp: Int
  /// Step times without any re-planning.
  let baseline: [Double]
  let timelines: [Timeline]
  let secondsPerToken: Double?

  var result: ReplanningResult {
    let comparisons = timelines.map(compare)
    let tested = comparisons.indices.filter {
      comparisons[$0].pValue != nil && !timelines[$0].migrations.isEmpty
    }
    let adjusted = holmAdjusted(tested.map { comparisons[$0].pValue ?? 1 })
    var pValues = [Double?](repeating: nil, count: timelines.count)
    for (position, index) in tested.enumerated() { pValues[index] = adjusted[position] }
    let given = timelines.indices.map { outcome($0, comparisons[$0], pValues[$0]) }
    let order = given.indices.sorted {
      (given[$0].meanSeconds, $0) < (given[$1].meanSeconds, $1)
    }
    let outcomes = order.map { given[$0] }
    let best = outcomes.first { $0.savedSeconds > 0 && ($0.adjustedPValue ?? 1) < 0.05 }
    let mean = Self.mean(baseline)
    return ReplanningResult(
      scenario: scenario, warmUpSteps: warmUp, judgedSteps: baseline.count,
      secondsPerToken: secondsPerToken,
      never: ReplanningOutcome(
        policy: nil, replacements: 0, moves: 0, bytes: 0, moveSeconds: 0, meanSeconds: mean,
        savedSeconds: 0, savedSecondsConfidence95: nil, adjustedPValue: nil),
      outcomes: outcomes, best: best?.policy)
  }

  /// Means of runs of steps, so that drift does not make neighbours count as independent.
  private func compare(_ timeline: Timeline) -> PairedComparison {
    let spread = Self.moveSeconds(timeline) / Double(max(1, baseline.count))
    let length = max(1, baseline.count / max(2, Int(Double(baseline.count).squareRoot())))
    return PairedComparison(
      baseline: batchMeans(of: baseline, length: length),
      candidate: batchMeans(of: timeline.seconds.map { $0 + spread }, length: length))
  }

  private func outcome(
    _ index: Int, _ comparison: PairedComparison, _ pValue: Double?
  ) -> ReplanningOutcome {
    let timeline = timelines[index]
    let moveSeconds = Self.moveSeconds(timeline)
    let mean = Self.mean(timeline.seconds) + moveSeconds / Double(max(1, baseline.count))
    let moved = !timeline.migrations.isEmpty
    return ReplanningOutcome(
      policy: timeline.policy, replacements: timeline.migrations.count,
      moves: timeline.migrations.reduce(0) { $0 + $1.moves },
      bytes: timeline.migrations.reduce(0) { $0 + ($1.bytes ?? 0) }, moveSeconds: moveSeconds,
      meanSeconds: mean, savedSeconds: moved ? Self.mean(baseline) - mean : 0,
      savedSecondsConfidence95: moved
        ? comparison.differenceConfidence.map { [-$0.upper, -$0.lower] } : nil,
      adjustedPValue: pValue)
  }

  private static func moveSeconds(_ timeline: Timeline) -> Double {
    timeline.migrations.reduce(0) { $0 + ($1.seconds ?? 0) }
  }

  private static func mean(_ values: [Double]) -> Double {
    values.reduce(0, +) / Double(max(1, values.count))
  }
}
