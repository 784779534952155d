public import Domain
private import Quantities

/// The data-sheet rates a compute formula scales with.
public struct ProcessorRates: Hashable, Sendable {
  /// Bytes a second of the accelerator's memory.
  public var memoryBandwidth: Double
  /// Dense floating-point operations a second in the arithmetic the weights are computed in.
  public var peak: Double
  /// Streaming multiprocessors.
  public var processors: Double

  public init(memoryBandwidth: Double, peak: Double, processors: Double) {
    self.memoryBandwidth = memoryBandwidth
    self.peak = peak
    self.processors = processors
  }

  /// The rates of `accelerator` for weights in `format`.
  public init(_ accelerator: Accelerator, format: NumericFormat) {
    self.init(
      memoryBandwidth: accelerator.memoryBandwidth.bytesPerSecond,
      peak: accelerator.peak(for: format).flopsPerSecond,
      processors: Double(accelerator.processorCount))
  }
}

/// How two overlapping demands add up: the smooth maximum of order `order` (1 adds them, large
/// orders take the larger).
@inlinable public func smoothMaximum(_ a: Double, _ b: Double, order: Double) -> Double {
  let larger = Swift.max(a, b)
  guard larger > 0 else { return 0 }
  let ratio = Swift.min(a, b) / larger
  return larger * power(1 + power(ratio, order), 1 / order)
}
