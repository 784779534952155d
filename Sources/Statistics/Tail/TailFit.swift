/// Why a tail is not extrapolated.
public enum TailFitRefusal: Error, Sendable, Equatable, CustomStringConvertible {
  /// Too few values above the threshold to fit two parameters and check them.
  case tooFewExceedances(count: Int, needed: Int)
  /// The excesses follow no law with a finite mean and a regular likelihood.
  case noRegularFit
  /// The excesses contradict the fitted law.
  case poorFit(pValue: Double)

  public var description: String {
    switch self {
    case .tooFewExceedances(let count, let needed):
      "only \(count) values lie above the threshold; \(needed) are needed"
    case .noRegularFit:
      "no generalised Pareto law with a shape between -0.5 and 1 fits the excesses"
    case .poorFit(let pValue):
      "the excesses contradict a generalised Pareto law (p = \(pValue))"
    }
  }
}

/// A tail extrapolated beyond what was seen: a generalised Pareto law over a threshold.
///
/// Assumes independent values from one distribution and a threshold high enough for the law to
/// hold above it, which is checked: Anderson and Darling's distance is compared with that of
/// samples drawn from the fitted law and fitted again.
/// An extrapolated quantile is a statement about the model; show it as such. Source: A. C. Davison
/// and R. L. Smith, *Models for exceedances over high thresholds*, JRSS B 52 (1990).
public struct TailFit: Sendable, Equatable {
  /// The value above which the law holds.
  public let threshold: Double
  /// The number of values above it, and of all values.
  public let exceedances: Int
  public let count: Int
  /// The law of value − threshold, given that it is positive.
  public let law: GeneralizedPareto
  /// The share of samples from the fitted law that lie at least as far from their own fit.
  public let fitPValue: Double
  /// Value − threshold of those above it, rising.
  let excesses: [Double]

  /// Values above the threshold without which there is no fit.
  public static let exceedancesNeeded = 50

  /// The tail of `values` above their quantile at `thresholdQuantile`.
  ///
  /// - Throws: ``TailFitRefusal`` when there are too few values, no regular fit, or the fit is
  ///   contradicted at the level `significance`.
  /// - Precondition: values are finite; `thresholdQuantile` and `significance` are inside (0, 1);
  ///   at least 99 `resamples`.
  /// - Complexity: O(*resamples* × exceedances).
  public init(
    _ values: [Double], thresholdQuantile: Double = 0.9, significance: Double = 0.05,
    resamples: Int = 499, stream: inout RandomStream
  ) throws(TailFitRefusal) {
    precondition(
      thresholdQuantile > 0 && thresholdQuantile < 1, "The threshold is a quantile inside (0, 1).")
    precondition(significance > 0 && significance < 1, "A significance lies inside (0, 1).")
    precondition(resamples >= 99, "The check of the fit takes at least 99 resamples.")
    let sorted = SortedSample(values)
    let threshold = sorted.quantile(thresholdQuantile) ?? 0
    let excesses = sorted.values.filter { $0 > threshold }.map { $0 - threshold }
    guard excesses.count >= TailFit.exceedancesNeeded else {
      throw .tooFewExceedances(count: excesses.count, needed: TailFit.exceedancesNeeded)
    }
    guard let law = GeneralizedPareto.mostLikely(for: excesses) else { throw .noRegularFit }
    self.threshold = threshold
    self.law = law
    self.excesses = excesses
    exceedances = excesses.count
    count = values.count
    let distances = TailFit.distances(
      from: law, exceedances: excesses.count, resamples: resamples, &stream)
    guard distances.count >= resamples * 9 / 10 else { throw .noRegularFit }
    let distance = law.andersonDarling(excesses)
    let asFar = distances.count { $0 >= distance }
    fitPValue = Double(asFar + 1) / Double(distances.count + 1)
    guard fitPValue >= significance else { throw .poorFit(pValue: fitPValue) }
  }

  /// The value below which the share `probability` of all values lies; nil below the threshold's
  /// own share, where the sample itself answers.
  ///
  /// - Precondition: `probability` is inside (0, 1).
  public func quantile(_ probability: Double) -> Double? {
    precondition(probability > 0 && probability < 1, "Only quantiles inside (0, 1) are fitted.")
    let share = Double(exceedances) / Double(count)
    return 1 - probability > share
      ? nil : threshold + law.excess(survival: (1 - probability) / share)
  }

  /// How far samples from `law` lie from their own fit; those without a regular one are left out.
  private static func distances(
    from law: GeneralizedPareto, exceedances: Int, resamples: Int, _ stream: inout RandomStream
  ) -> [Double] {
    (0..<resamples).compactMap { _ in
      let sample = (0..<exceedances).map { _ in law.draw(&stream) }.filter { $0 > 0 }.sorted()
      return GeneralizedPareto.mostLikely(for: sample)?.andersonDarling(sample)
    }
  }
}
