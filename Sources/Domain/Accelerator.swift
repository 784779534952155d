public import Quantities

/// How much a catalogue row can be trusted, as its collector marked it.
public enum Confidence: String, Sendable, Hashable, Codable {
  /// Read from a vendor table or configuration file.
  case read = "A"
  /// Mostly read; a field or two derived.
  case mostlyRead = "B"
  /// Recalled or second-hand; for shape only.
  case recalled = "C"
  /// Given by the user in a scenario.
  case given = "user"
  /// Measured on a machine by `shunt calibrate measure`.
  case measured = "measured"
}

/// One accelerator as its data sheet describes it.
public struct Accelerator: Hashable, Sendable {
  /// The catalogue id, such as `h200-sxm-141`.
  public var id: String
  public var name: String
  /// The family whose measured ratios apply, such as `Hopper`.
  public var architecture: String
  public var memoryCapacity: ByteCount
  public var memoryBandwidth: Bandwidth
  /// Dense peaks (no structured sparsity) by arithmetic class; a class that the accelerator lacks
  /// is absent.
  public var peaks: [ArithmeticClass: ComputeRate]
  /// Where the figures were read, and how far they can be trusted.
  public var source: String
  public var confidence: Confidence
  /// What was measured of processor cores that stand for an accelerator; absent for real ones.
  public var processor: ProcessorProfile?

  public init(
    id: String, name: String, architecture: String, memoryCapacity: ByteCount,
    memoryBandwidth: Bandwidth, peaks: [ArithmeticClass: ComputeRate], source: String,
    confidence: Confidence, processor: ProcessorProfile? = nil
  ) {
    self.id = id
    self.name = name
    self.architecture = architecture
    self.memoryCapacity = memoryCapacity
    self.memoryBandwidth = memoryBandwidth
    self.peaks = peaks
    self.source = source
    self.confidence = confidence
    self.processor = processor
  }

  /// The peak that arithmetic on `weights` reaches here: the format's own units where the
  /// accelerator has them, else those of the next wider format.
  public func peak(for weights: NumericFormat) -> ComputeRate {
    for candidate in weights.arithmeticPreference {
      if let rate = peaks[candidate], rate.flopsPerSecond > 0 { return rate }
    }
    return ComputeRate(flopsPerSecond: 0)
  }
}

extension NumericFormat {
  /// Arithmetic classes that can carry this format, best first.
  ///
  /// Four-bit weights without four-bit units are widened in registers and computed in 16 bits, as
  /// the common kernels do (`int4` always).
  public var arithmeticPreference: [ArithmeticClass] {
    switch self {
    case .fp32: [.fp32, .bf16]
    case .bf16, .fp16, .int4: [.bf16, .fp32]
    case .fp8, .fp8Block: [.fp8, .bf16, .fp32]
    case .mxfp4, .nvfp4: [.fp4, .bf16, .fp32]
    }
  }
}
