private import RealModule

extension GeneralizedPareto {
  /// The most likely law of `excesses`; nil when there is none with shape between −½ and 1, where
  /// maximum likelihood is regular and the mean exists.
  ///
  /// The likelihood is maximised over θ = ξ/σ alone, since θ fixes ξ as the mean of log(1 + θ y).
  /// Source: S. D. Grimshaw, *Computing maximum likelihood estimates for the generalized Pareto
  /// distribution*, Technometrics 35 (1993).
  ///
  /// - Precondition: the excesses are positive and finite.
  /// - Complexity: O(*n*), some fifty passes over the excesses.
  static func mostLikely(for excesses: [Double]) -> GeneralizedPareto? {
    guard excesses.count >= 2, let mean = Moments.mean(excesses), mean.isFinite else { return nil }
    let profile = ParetoProfile(excesses.map { $0 / mean })
    guard let theta = profile.highestMaximum() else { return nil }
    let shape = profile.shape(theta)
    let scale = theta == 0 ? mean : mean * profile.ratio(theta)
    guard shape > -0.5, shape < 1, scale > 0, scale.isFinite else { return nil }
    return GeneralizedPareto(shape: shape, scale: scale)
  }
}

/// The likelihood of excesses of mean 1 as a function of θ = ξ/σ alone.
private struct ParetoProfile {
  let excesses: [Double]
  private let largest: Double
  private let secondMoment: Double
  private let thirdMoment: Double

  init(_ excesses: [Double]) {
    self.excesses = excesses
    largest = excesses.max() ?? 1
    let count = Double(excesses.count)
    secondMoment = excesses.reduce(0) { $0 + $1 * $1 } / count
    thirdMoment = excesses.reduce(0) { $0 + $1 * $1 * $1 } / count
  }

  /// ξ at θ: the mean of log(1 + θ y), which rises with θ.
  func shape(_ theta: Double) -> Double {
    excesses.reduce(0) { $0 + .log(onePlus: theta * $1) } / Double(excesses.count)
  }

  /// σ at θ: ξ/θ, and 1 (the mean) where both are zero.
  func ratio(_ theta: Double) -> Double {
    abs(theta) < 1e-5
      ? 1 - theta * secondMoment / 2 + theta * theta * thirdMoment / 3 : shape(theta) / theta
  }

  /// The mean log-likelihood at θ.
  func likelihood(_ theta: Double) -> Double {
    -.log(ratio(theta)) - shape(theta) - 1
  }

  /// Its derivative; near zero by its series, since the difference there cancels.
  func slope(_ theta: Double) -> Double {
    if abs(theta) < 1e-5 {
      let curvature = 2 * thirdMoment / 3 - secondMoment * secondMoment / 4
      return secondMoment / 2 - 1 + theta * (secondMoment - curvature)
    }
    var shape = 0.0
    var derivative = 0.0
    for excess in excesses {
      shape += .log(onePlus: theta * excess)
      derivative += excess / (1 + theta * excess)
    }
    shape /= Double(excesses.count)
    derivative /= Double(excesses.count)
    return 1 / theta - derivative / shape - derivative
  }

  /// The θ of the highest maximum between shapes of −½ and 1; nil if there is none.
  func highestMaximum() -> Double? {
    let low = crossing(shape: -0.5, from: -(1 - 1e-9) / largest, to: 0)
    var high = 1.0
    while shape(high) < 1 && high < 1e12 { high *= 2 }
    high = crossing(shape: 1, from: 0, to: high)
    let steps = 24
    // Denser towards the ends, where the likelihood bends most.
    let grid = (0...steps).map { step -> Double in
      let share = Double(step) / Double(steps / 2) - 1
      return share < 0 ? low * (1 - (1 + share) * (1 + share)) : high * share * share
    }
    let slopes = grid.map(slope)
    let maxima = (0..<steps).filter { slopes[$0] > 0 && slopes[$0 + 1] <= 0 }
      .map { root(grid[$0], slopes[$0], grid[$0 + 1], slopes[$0 + 1]) }
    return maxima.max { likelihood($0) < likelihood($1) }
  }

  /// Where ξ reaches `target`, by halving; the nearer end if it does not.
  private func crossing(shape target: Double, from start: Double, to end: Double) -> Double {
    var low = start
    var high = end
    for _ in 0..<12 {
      let middle = (low + high) / 2
      if shape(middle) < target { low = middle } else { high = middle }
    }
    return target < 0 ? low : high
  }

  /// The zero of the slope between two points of opposite sign (false position, Illinois variant).
  private func root(
    _ start: Double, _ startSlope: Double, _ end: Double, _ endSlope: Double
  ) -> Double {
    var (a, fa, b, fb) = (start, startSlope, end, endSlope)
    for _ in 0..<60 where fb != 0 && abs(b - a) > 1e-15 * abs(b) {
      let c = (fa * b - fb * a) / (fa - fb)
      let fc = slope(c)
      if fc * fb < 0 { (a, fa) = (b, fb) } else { fa /= 2 }
      if abs(c - b) <= 1e-16 * abs(c) { return c }
      (b, fb) = (c, fc)
    }
    return b
  }
}
