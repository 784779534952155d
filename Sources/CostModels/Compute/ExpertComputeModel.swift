public import Domain

/// Seconds one rank spends in its experts, for the simulator: cheap, pure, made once a run.
public struct ExpertComputeModel: Sendable {
  public let kernel: ExpertKernelFamily
  public let format: NumericFormat
  /// Whether the constants were fitted on this accelerator.
  public let origin: ConstantOrigin
  private let formula: ExpertGEMMFormula
  private let rates: ProcessorRates
  private let shape: ExpertShape

  /// Seconds of the layer that depend on no size; captured graphs hide part of them.
  public var launchSeconds: Double { formula.launch }

  /// - Parameters:
  ///   - model: gives hidden and intermediate size, gating and formats.
  ///   - kernel: the family of kernels; see ``ExpertKernelFamily``.
  public init(
    model: MoEModel, kernel: ExpertKernelFamily, accelerator: Accelerator,
    parameters: CostParameters
  ) {
    self.init(
      shape: ExpertShape(model), format: model.weightFormat, kernel: kernel,
      accelerator: accelerator, parameters: parameters)
  }

  public init(
    shape: ExpertShape, format: NumericFormat, kernel: ExpertKernelFamily, accelerator: Accelerator,
    parameters: CostParameters
  ) {
    let resolved = parameters.constants(
      of: ExpertGEMMFormula.self, on: accelerator,
      variants: ExpertGEMMFormula.variants(kernel: kernel, format: format), likeVariants: true)
    self.kernel = kernel
    self.format = format
    self.origin = resolved.origin
    self.formula = ExpertGEMMFormula(values: resolved.values)
    self.rates = ProcessorRates(accelerator, format: format)
    self.shape = shape
  }

  /// Seconds for `rowsPerExpert` (one entry for each local slot, zeros included).
  ///
  /// - Parameter routedCopies: token copies the routing step walks over; the rows themselves if nil.
  /// - Complexity: O(local experts).
  public func seconds(
    rowsPerExpert: some Collection<Int32>, routedCopies: Double? = nil
  ) -> Double {
    let load = ExpertLoad(rowsPerExpert: rowsPerExpert, routedCopies: routedCopies)
    return seconds(load)
  }

  /// Seconds for a load made before; 0 where the rank has nothing to compute.
  public func seconds(_ load: ExpertLoad) -> Double {
    guard load.rows > 0 else { return 0 }
    let tiles = TileChoice(
      kernel: kernel, load: load, tokensSeen: load.rows,
      copiesPerExpert: load.rows / Swift.max(load.localExperts, 1))
    guard kernel == .perExpertLoop else {
      return formula.seconds(load, shape, on: rates, tiles: tiles)
    }
    return formula.seconds(load, shape, on: rates, tiles: tiles)
      + formula.launch * Swift.max(0, load.activeExperts - 1)
  }
}

extension ExpertGEMMFormula {
  /// The key of the constants of `kernel` for weights in `format`.
  public static func variant(kernel: ExpertKernelFamily, format: NumericFormat) -> String {
    "\(kernel.rawValue)/\(format.rawValue)"
  }

  /// The key of the constants of one GEMM of `kernel`, measured by itself.
  public static func singleVariant(kernel: ExpertKernelFamily, format: NumericFormat) -> String {
    "\(kernel.rawValue)Single/\(format.rawValue)"
  }

  /// Keys to try, best first: the kernel in the format, in like formats, its GEMMs measured one by
  /// one, then its substitutes.
  public static func variants(kernel: ExpertKernelFamily, format: NumericFormat) -> [String] {
    let kernels = [kernel] + kernel.substitutes
    return kernels.flatMap { kernel in
      format.kinsfolk.map { variant(kernel: kernel, format: $0) }
        + format.kinsfolk.map { singleVariant(kernel: kernel, format: $0) }
    }
  }
}

extension NumericFormat {
  /// Formats whose kernels behave alike, this one first.
  public var kinsfolk: [NumericFormat] {
    switch self {
    case .fp8: [.fp8, .fp8Block, .bf16]
    case .fp8Block: [.fp8Block, .fp8, .bf16]
    case .nvfp4: [.nvfp4, .mxfp4, .fp8, .fp8Block, .bf16]
    case .mxfp4: [.mxfp4, .nvfp4, .fp8, .fp8Block, .bf16]
    case .int4: [.int4, .mxfp4, .bf16]
    case .bf16, .fp16, .fp32: [self, .bf16]
    }
  }
}
