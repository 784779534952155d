/// How numbers are stored, as serving engines name the formats.
public enum NumericFormat: String, Sendable, Hashable, Codable, CaseIterable {
  case bf16, fp16, fp32, fp8, fp8Block, mxfp4, nvfp4, int4

  /// Bytes one element takes, its share of block scales included.
  ///
  /// `fp8Block` has a 32-bit scale per 128 × 128 block, `mxfp4` an 8-bit scale per 32 values,
  /// `nvfp4` an 8-bit scale per 16 and `int4` a 16-bit scale per 128.
  public var bytesPerElement: Double {
    switch self {
    case .fp32: 4
    case .bf16, .fp16: 2
    case .fp8: 1
    case .fp8Block: 1 + 4.0 / (128 * 128)
    case .mxfp4: 0.5 + 1.0 / 32
    case .nvfp4: 0.5 + 1.0 / 16
    case .int4: 0.5 + 2.0 / 128
    }
  }

  /// Bytes one element takes as an activation: block formats quantise rows in groups of 128 (`fp8Block`).
  public var activationBytesPerElement: Double {
    self == .fp8Block ? 1 + 4.0 / 128 : bytesPerElement
  }
}

/// The arithmetic units that an accelerator's data sheet lists.
public enum ArithmeticClass: String, Sendable, Hashable, Codable, CaseIterable {
  case fp32, bf16, fp8, fp4, int8
}
