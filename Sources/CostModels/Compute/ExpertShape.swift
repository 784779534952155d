public import Domain

/// The two (gated: three) matrices of one expert.
public struct ExpertShape: Hashable, Sendable {
  public var hidden: Double
  public var intermediate: Double
  /// Whether gate and up projection are two matrices, run as one GEMM of twice the width.
  public var gated: Bool
  public var weightBytes: Double
  public var activationBytes: Double

  public init(
    hidden: Int, intermediate: Int, gated: Bool, weights: NumericFormat, activations: NumericFormat
  ) {
    self.hidden = Double(hidden)
    self.intermediate = Double(intermediate)
    self.gated = gated
    self.weightBytes = weights.bytesPerElement
    self.activationBytes = activations.activationBytesPerElement
  }

  /// The shape of `model`'s experts.
  public init(_ model: MoEModel) {
    self.init(
      hidden: model.hiddenSize, intermediate: model.expertIntermediateSize, gated: model.gated,
      weights: model.weightFormat, activations: model.activationFormat)
  }

  /// Width (output columns) of the first GEMM.
  var firstWidth: Double { gated ? 2 * intermediate : intermediate }

  /// Bytes a row moves outside the GEMMs: gather, activation, quantisation, scatter.
  var bytesPerRow: Double {
    activationBytes * (hidden + intermediate) + 2 * (firstWidth + hidden)
  }
}

/// Families of expert kernels; each has its own constants and its own rule for tiles.
public enum ExpertKernelFamily: String, Hashable, Sendable, CaseIterable {
  /// Grouped CUTLASS kernels as TensorRT-LLM runs them.
  case cutlassGrouped
  /// TensorRT-LLM's kernels for few tokens.
  case minimumLatency
  /// TensorRT-LLM's Triton kernels for mxfp4 weights.
  case tritonMXFP4
  /// SGLang's fused Triton kernel: tile height by rule, rows of absent experts computed too.
  case fusedTriton
  /// DeepGEMM, rows of an expert contiguous (prefill, training).
  case deepGEMMContiguous
  /// DeepGEMM, masked (decode).
  case deepGEMMMasked
  /// TensorRT-LLM wide expert parallelism with grouped CUTLASS kernels.
  case wideEP
  /// One GEMM launch for each expert.
  case perExpertLoop

  /// The kernel whose constants serve where this one was never measured.
  var substitutes: [ExpertKernelFamily] {
    switch self {
    case .cutlassGrouped: [.wideEP, .deepGEMMContiguous, .fusedTriton]
    case .minimumLatency, .tritonMXFP4, .wideEP: [.cutlassGrouped]
    case .fusedTriton: [.cutlassGrouped]
    case .deepGEMMContiguous: [.deepGEMMMasked, .cutlassGrouped]
    case .deepGEMMMasked: [.deepGEMMContiguous, .cutlassGrouped]
    case .perExpertLoop: [.cutlassGrouped]
    }
  }
}
