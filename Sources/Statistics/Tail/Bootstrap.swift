/// Bias-corrected, accelerated bootstrap intervals for statistics without a closed form.
///
/// Resamples whole observations with replacement, so it assumes that observations are independent
/// and that the sample is large enough to stand for the population: some fifty values for a
/// mean-like statistic, more for a quantile, and never for the maximum. Source: B. Efron, *Better
/// bootstrap confidence intervals*, JASA 82 (1987).
public enum Bootstrap {
  /// The interval for `statistic` of `values`; nil for fewer than two values or when the statistic
  /// is not finite on some resample.
  ///
  /// - Precondition: at least 100 `resamples`.
  /// - Complexity: O(*resamples* + *n*) evaluations of the statistic.
  public static func interval(
    of values: [Double], confidence: Double = 0.95, resamples: Int = 2000,
    stream: inout RandomStream, statistic: ([Double]) -> Double
  ) -> ConfidenceInterval? {
    interval(
      observations: values.count, confidence: confidence, resamples: resamples, stream: &stream
    ) { chosen in statistic(chosen.map { values[$0] }) }
  }

  /// The interval for a statistic of `observations` numbered observations, such as the ratio of two
  /// p99s over the same steps: `statistic` gets the numbers chosen, with repeats.
  ///
  /// - Precondition: at least 100 `resamples`.
  /// - Complexity: O(*resamples* + *n*) evaluations of the statistic.
  public static func interval(
    observations: Int, confidence: Double = 0.95, resamples: Int = 2000,
    stream: inout RandomStream, statistic: ([Int]) -> Double
  ) -> ConfidenceInterval? {
    precondition(resamples >= 100, "A bootstrap takes at least 100 resamples.")
    requireConfidence(confidence)
    guard observations >= 2 else { return nil }
    let all = Array(0..<observations)
    var replicates: [Double] = []
    replicates.reserveCapacity(resamples)
    for _ in 0..<resamples {
      replicates.append(
        statistic(all.map { _ in stream.uniformInteger(below: observations) }))
    }
    let leftOut = all.map { out in statistic(all.filter { $0 != out }) }
    return interval(
      estimate: statistic(all), replicates: replicates, leaveOneOut: leftOut,
      confidence: confidence)
  }

  /// Efron's interval from the statistic of the sample, of its resamples, and of the sample without
  /// each observation; nil when any is not finite or every replicate lies on one side.
  static func interval(
    estimate: Double, replicates: [Double], leaveOneOut: [Double], confidence: Double
  ) -> ConfidenceInterval? {
    guard estimate.isFinite, replicates.allSatisfy(\.isFinite), leaveOneOut.allSatisfy(\.isFinite)
    else { return nil }
    let sorted = SortedSample(replicates)
    if sorted.values.first == sorted.values.last {
      return ConfidenceInterval(lower: estimate, upper: estimate, confidence: confidence)
    }
    let bias = biasCorrection(estimate: estimate, replicates: replicates)
    guard bias.isFinite else { return nil }
    let acceleration = acceleration(leaveOneOut: leaveOneOut)
    let tail = (1 - confidence) / 2
    let ends = [tail, 1 - tail].compactMap { share -> Double? in
      let shifted = bias + StandardNormal.quantile(share)
      let level = StandardNormal.cumulative(bias + shifted / (1 - acceleration * shifted))
      return level.isFinite ? sorted.quantile(level) : nil
    }
    return ends.count == 2 ? .between(ends[0], ends[1], confidence: confidence) : nil
  }

  /// The normal quantile of the share of replicates below the estimate, ties counted half.
  private static func biasCorrection(estimate: Double, replicates: [Double]) -> Double {
    let below = replicates.count { $0 < estimate }
    let atOrBelow = replicates.count { $0 <= estimate }
    return StandardNormal.quantile(Double(below + atOrBelow) / Double(2 * replicates.count))
  }

  /// The skewness of the statistic's influence, from the jackknife.
  private static func acceleration(leaveOneOut: [Double]) -> Double {
    let mean = leaveOneOut.reduce(0, +) / Double(leaveOneOut.count)
    var squares = 0.0
    var cubes = 0.0
    for value in leaveOneOut {
      let distance = mean - value
      squares += distance * distance
      cubes += distance * distance * distance
    }
    return squares == 0 ? 0 : cubes / (6 * squares * squares.squareRoot())
  }
}
