import CostModels
private import RealModule

extension BoundedLeastSquares {
  /// The bounded axis on which one constant is searched.
  struct Axis: Sendable {
    private let lower: Double
    private let upper: Double
    private let isLogarithmic: Bool

    init(_ spec: ConstantSpec) {
      isLogarithmic = spec.scale == .logarithmic
      lower = isLogarithmic ? Double.log(spec.lower) : spec.lower
      upper = isLogarithmic ? Double.log(spec.upper) : spec.upper
    }

    /// The unbounded coordinate of `value`; values at a bound are moved a little inside.
    func position(of value: Double) -> Double {
      let plain = isLogarithmic ? Double.log(max(value, 1e-300)) : value
      let share = min(max((plain - lower) / (upper - lower), 1e-3), 1 - 1e-3)
      return Double.log(share / (1 - share))
    }

    func value(at position: Double) -> Double {
      let plain = lower + (upper - lower) * share(at: position)
      return isLogarithmic ? Double.exp(plain) : plain
    }

    /// The half-width of the interval that `deviation` in x makes of the constant.
    func halfWidth(at position: Double, deviation: Double) -> Double {
      let share = share(at: position)
      let width = min((upper - lower) * share * (1 - share) * deviation, upper - lower)
      return isLogarithmic ? Double.exp(width) - 1 : width
    }

    private func share(at position: Double) -> Double {
      1 / (1 + Double.exp(-max(-40, min(40, position))))
    }
  }
}
