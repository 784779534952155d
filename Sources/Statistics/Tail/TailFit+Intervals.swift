private import RealModule

extension TailFit {
  /// The interval for the quantile at `probability`, by profile likelihood; nil where
  /// ``quantile(_:)`` is nil.
  ///
  /// Every value of the quantile is kept under which the excesses are not much less likely than
  /// under the best: twice the loss of log-likelihood, the shape free, stays below the χ² bound.
  /// Such intervals reach further up than down, as the uncertainty of a tail does. The share above
  /// the threshold is taken as known. Source: S. Coles, *An Introduction to Statistical Modeling
  /// of Extreme Values* (2001), section 4.3.3.
  ///
  /// - Complexity: O(exceedances), some thousand passes.
  public func quantileInterval(
    _ probability: Double, confidence: Double = 0.95
  ) -> ConfidenceInterval? {
    requireConfidence(confidence)
    guard let center = quantile(probability), center > threshold else { return nil }
    let survival = (1 - probability) * Double(count) / Double(exceedances)
    let bound = StandardNormal.quantile(1 - (1 - confidence) / 2)
    let best = logLikelihood(law)
    let isKept = { (excess: Double) in
      2 * (best - profile(excess: excess, survival: survival)) <= bound * bound
    }
    let found = center - threshold
    var above = 1.25
    while isKept(found * above) && above < 1e6 { above *= 1.5 }
    return .between(
      threshold + edge(from: found, to: 0, isKept),
      threshold + edge(from: found, to: found * above, isKept),
      confidence: confidence)
  }

  /// Where `isKept` turns false between two excesses, by halving.
  private func edge(
    from kept: Double, to dropped: Double, _ isKept: (Double) -> Bool
  ) -> Double {
    var kept = kept
    var dropped = dropped
    for _ in 0..<30 {
      let middle = (kept + dropped) / 2
      if isKept(middle) { kept = middle } else { dropped = middle }
    }
    return kept
  }

  /// The highest log-likelihood of the laws exceeding `excess` with the chance `survival`, over
  /// shapes from −½ to 1, by golden section.
  private func profile(excess: Double, survival: Double) -> Double {
    let golden = (5.0.squareRoot() - 1) / 2
    let likelihood = { (shape: Double) -> Double in
      let unit = GeneralizedPareto(shape: shape, scale: 1).excess(survival: survival)
      return logLikelihood(GeneralizedPareto(shape: shape, scale: excess / unit))
    }
    var (low, high) = (-0.5, 1.0)
    var (left, right) = (high - golden * (high - low), low + golden * (high - low))
    var (atLeft, atRight) = (likelihood(left), likelihood(right))
    for _ in 0..<24 {
      if atLeft < atRight {
        (low, left, atLeft) = (left, right, atRight)
        right = low + golden * (high - low)
        atRight = likelihood(right)
      } else {
        (high, right, atRight) = (right, left, atLeft)
        left = high - golden * (high - low)
        atLeft = likelihood(left)
      }
    }
    return max(atLeft, atRight)
  }

  /// The log-likelihood of the excesses; −∞ when one of them lies beyond the end of `law`.
  private func logLikelihood(_ law: GeneralizedPareto) -> Double {
    let (shape, scale) = (law.shape, law.scale)
    if abs(shape) < 1e-9 {
      return -excesses.reduce(0) { $0 + .log(scale) + $1 / scale }
    }
    guard shape * (excesses.last ?? 0) / scale > -1 else { return -.infinity }
    let logs = excesses.reduce(0) { $0 + .log(onePlus: shape * $1 / scale) }
    return -Double(excesses.count) * .log(scale) - (1 + 1 / shape) * logs
  }
}
