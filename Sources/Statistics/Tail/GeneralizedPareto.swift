private import RealModule

/// The generalised Pareto law of how far values exceed a threshold.
///
/// Above a high enough threshold the excesses of almost any distribution follow it: exponential at
/// shape 0, with an end at shape below 0, with a power-law tail above. Source: J. Pickands,
/// *Statistical inference using extreme order statistics*, Annals of Statistics 3 (1975).
public struct GeneralizedPareto: Sendable, Equatable, Codable {
  /// ξ: how heavy the tail is; the mean is infinite from 1 on.
  public let shape: Double
  /// σ: the size of an excess, in the unit of the values.
  public let scale: Double

  /// - Precondition: `scale` is positive and both are finite.
  public init(shape: Double, scale: Double) {
    precondition(scale > 0 && scale.isFinite && shape.isFinite, "A Pareto scale is positive.")
    self.shape = shape
    self.scale = scale
  }

  /// The chance of an excess above `excess`.
  public func survival(_ excess: Double) -> Double {
    if excess <= 0 { return 1 }
    if shape == 0 { return .exp(-excess / scale) }
    let growth = shape * excess / scale
    return growth <= -1 ? 0 : .exp(-.log(onePlus: growth) / shape)
  }

  /// The excess that is exceeded with the chance `survival`.
  ///
  /// - Precondition: `survival` is in (0, 1].
  public func excess(survival: Double) -> Double {
    precondition(survival > 0 && survival <= 1, "A chance of exceeding lies in (0, 1].")
    let depth = -Double.log(survival)
    return shape == 0 ? scale * depth : scale * .expMinusOne(shape * depth) / shape
  }

  /// A random excess.
  func draw(_ stream: inout RandomStream) -> Double {
    excess(survival: 1 - stream.uniform())
  }

  /// The distance of rising `excesses` from this law, tails weighted: Anderson and Darling's A².
  func andersonDarling(_ excesses: [Double]) -> Double {
    let count = excesses.count
    var sum = 0.0
    for index in 0..<count {
      let above = survival(excesses[count - 1 - index])
      let below = 1 - survival(excesses[index])
      let logs = Double.log(max(below, 1e-300)) + .log(max(above, 1e-300))
      sum += Double(2 * index + 1) * logs
    }
    return -Double(count) - sum / Double(count)
  }
}
