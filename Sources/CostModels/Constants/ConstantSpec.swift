/// A constant of a cost model: its name, unit and the range a fit may search.
public struct ConstantSpec: Hashable, Sendable {
  /// How a fit moves the constant inside its range.
  public enum Scale: String, Hashable, Sendable {
    /// By factors: positive quantities such as times and efficiencies.
    case logarithmic
    /// By differences: exponents and fractions that may reach zero.
    case linear
  }

  public let name: String
  public let unit: String
  public let lower: Double
  public let upper: Double
  /// Where a fit begins, inside the range.
  public let start: Double
  public let scale: Scale
  /// How the constant goes with an accelerator's 16-bit peak, as an exponent: what is carried over to
  /// another accelerator is multiplied by the ratio of the peaks to this power.
  public let peakExponent: Double
  /// The values worth carrying over to another accelerator; beyond them they tell of one machine.
  public let carried: ClosedRange<Double>
  /// What the constant stands for, in one sentence.
  public let summary: String

  public init(
    _ name: String, unit: String, _ range: ClosedRange<Double>, start: Double,
    scale: Scale = .logarithmic, peakExponent: Double = 0, carried: ClosedRange<Double>? = nil,
    _ summary: String
  ) {
    self.name = name
    self.unit = unit
    self.lower = range.lowerBound
    self.upper = range.upperBound
    self.start = start
    self.scale = scale
    self.peakExponent = peakExponent
    self.carried = carried ?? range
    self.summary = summary
  }
}

/// A cost formula whose constants can be fitted to measurements.
///
/// The formula is physics (bytes over bandwidth, padded arithmetic over peak, floors); the constants
/// are the ratios and overheads that a data sheet does not give.
public protocol CalibratedFormula: Sendable {
  /// The name under which a cost file stores the constants, such as `expertGEMM`.
  static var name: String { get }
  /// The constants in the order ``init(values:)`` takes them.
  static var constants: [ConstantSpec] { get }
  /// - Precondition: one value for each of ``constants``.
  init(values: [Double])
}

extension CalibratedFormula {
  /// The values a fit begins with, which are also a usable guess without any measurement.
  public static var startingValues: [Double] { constants.map(\.start) }
}

extension ConstantSpec {
  /// How the part of the peak that products reach goes with the peak itself.
  ///
  /// The faster the arithmetic, the less of it power and latency leave: 1.01, 0.85 and 0.75 of 312,
  /// 989 and 2250 TFLOPS in dense 16-bit products, 0.91 and 0.68 of the 8-bit peaks of H20 and H800 in
  /// DeepGEMM's, both an exponent of -0.155. Two thirds of it predict accelerators that were left out
  /// of the fit best, since other constants made up for some (docs/accuracy.md).
  static let efficiencyExponent = -0.1
}
