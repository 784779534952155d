public import Domain

/// Seconds of dense matrix products on one accelerator.
public struct DenseGEMMModel: Sendable {
  public let format: NumericFormat
  public let origin: ConstantOrigin
  private let formula: DenseGEMMFormula
  private let rates: ProcessorRates

  /// Products with weights (and activations) in `format`.
  public init(format: NumericFormat, accelerator: Accelerator, parameters: CostParameters) {
    let resolved = parameters.constants(
      of: DenseGEMMFormula.self, on: accelerator, variants: format.kinsfolk.map(\.rawValue),
      likeVariants: true)
    self.format = format
    self.origin = resolved.origin
    self.formula = DenseGEMMFormula(values: resolved.values)
    self.rates = ProcessorRates(accelerator, format: format)
  }

  /// Seconds of a product that do not depend on its sizes; captured graphs hide part of them.
  public var launchSeconds: Double { formula.launch }

  /// Seconds of an (m × k) · (k × n) product; 0 where a size is 0.
  public func seconds(m: Int, n: Int, k: Int) -> Double {
    guard m > 0, n > 0, k > 0 else { return 0 }
    return formula.seconds(
      rows: Double(m), columns: Double(n), depth: Double(k),
      weightBytes: format.bytesPerElement, activationBytes: format.activationBytesPerElement,
      on: rates)
  }
}
