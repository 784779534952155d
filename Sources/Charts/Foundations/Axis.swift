/// What an axis measures and how far it reaches.
public struct Axis: Sendable, Equatable {
  /// What is measured, such as "step time".
  public let label: String
  /// The unit that values are given in, such as "ms"; empty for plain numbers.
  public let unit: String
  /// Where the axis starts and ends; nil lets the data decide.
  public let domain: ClosedRange<Double>?
  /// Whether equal distances are equal factors. The axis says so in its title.
  public let isLogarithmic: Bool

  public init(
    _ label: String, unit: String = "", domain: ClosedRange<Double>? = nil,
    isLogarithmic: Bool = false
  ) {
    self.label = label
    self.unit = unit
    self.domain = domain
    self.isLogarithmic = isLogarithmic
  }

  /// "step time (ms)", and ", log scale" where it is one.
  var title: String {
    label + (unit.isEmpty ? "" : " (\(unit))") + (isLogarithmic ? ", log scale" : "")
  }

  /// `value` with three significant digits and the unit.
  func text(_ value: Double) -> String {
    let number = NumberText.significant(value)
    guard value.isFinite else { return number }
    return unit.isEmpty ? number : unit == "×" ? number + unit : "\(number) \(unit)"
  }

  /// Whether `value` has a place on this axis.
  func places(_ value: Double) -> Bool {
    isDrawable(value) && (!isLogarithmic || value > 0)
  }

  /// The scale over `values` from pixel `start` to pixel `end`; bars ask for zero to be on it.
  func scale(
    over values: [Double], from start: Double, to end: Double, includingZero: Bool = false
  ) -> Scale {
    var low = values.filter(places).min() ?? (isLogarithmic ? 1 : 0)
    var high = values.filter(places).max() ?? (isLogarithmic ? 10 : 1)
    if let domain, places(domain.lowerBound), places(domain.upperBound) {
      (low, high) = (domain.lowerBound, domain.upperBound)
    }
    if includingZero && !isLogarithmic { (low, high) = (min(0, low), max(0, high)) }
    return isLogarithmic
      ? .logarithmic(low: low, high: high, start: start, end: end)
      : .linear(low: low, high: high, start: start, end: end, exact: domain != nil)
  }
}
