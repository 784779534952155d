/// Seconds of one rank's expert layer: both GEMMs, routing and data movement around them.
///
/// Each GEMM takes the smooth maximum of streaming the active experts' weights and of computing its
/// tiles in waves over the multiprocessors; the kernel picks the tile height that is fastest. A tile
/// of few rows keeps the arithmetic units partly idle (`tileLoss`). Around that: passes over the
/// activations, routing by token copy, launches.
public struct ExpertGEMMFormula: CalibratedFormula, Hashable {
  public static let name = "expertGEMM"

  public static let constants: [ConstantSpec] = [
    ConstantSpec(
      "launch", unit: "us", 0.5...900, start: 15, "Launches and fixed work of the layer."),
    ConstantSpec(
      "hiddenLatency", unit: "us/1024", 1e-3...20, start: 1,
      "Latency that grows with the hidden size."),
    ConstantSpec("activeExpert", unit: "us", 1e-4...10, start: 0.05, "Cost of an active expert."),
    ConstantSpec(
      "idleExpert", unit: "us", 1e-4...2, start: 0.02, "Cost of a local expert without rows."),
    ConstantSpec("routedCopy", unit: "ns", 1e-4...100, start: 1, "Routing cost of a token copy."),
    ConstantSpec(
      "memoryEfficiency", unit: "1", 0.05...1, start: 0.8,
      "Part of the memory bandwidth weights are streamed at."),
    ConstantSpec(
      "peakEfficiency", unit: "1", 0.02...1.2, start: 0.7,
      peakExponent: ConstantSpec.efficiencyExponent,
      "Part of the arithmetic peak an unboundedly tall tile reaches."),
    ConstantSpec(
      "tileLoss", unit: "1", 1e-3...60, start: 1,
      "Loss of a tile of 16 rows; taller tiles lose in inverse proportion."),
    ConstantSpec(
      "overlap", unit: "1", 1...12, start: 2,
      "Order of the smooth maximum of weight traffic and arithmetic."),
    ConstantSpec(
      "activationEfficiency", unit: "1", 0.04...20, start: 0.5,
      "Memory bandwidth part of passes over activations (above 1: in cache)."),
    ConstantSpec(
      "waveQuantisation", unit: "1", 1e-3...1, start: 0.5,
      "0 counts waves as a fraction, 1 rounds them up."),
    ConstantSpec(
      "starvedTuning", unit: "1", 1...10, start: 1.5,
      "Slow-down of the tactic an autotuner keeps when its profile gave the rank no rows."),
    ConstantSpec(
      "routedElement", unit: "ps", 1e-4...20, start: 0.1,
      "Cost of an element of a routed copy: kernels that walk over all tokens of the group."),
  ]

  public var launch, hiddenLatency, activeExpert, idleExpert, routedCopy: Double
  public var memoryEfficiency, peakEfficiency, tileLoss, overlap: Double
  public var activationEfficiency, waveQuantisation, starvedTuning, routedElement: Double

  public init(values: [Double]) {
    launch = values[0] * 1e-6
    hiddenLatency = values[1] * 1e-6 / 1024
    activeExpert = values[2] * 1e-6
    idleExpert = values[3] * 1e-6
    routedCopy = values[4] * 1e-9
    memoryEfficiency = values[5]
    peakEfficiency = values[6]
    tileLoss = values[7]
    overlap = values[8]
    activationEfficiency = values[9]
    waveQuantisation = values[10]
    starvedTuning = values[11]
    routedElement = values[12] * 1e-12
  }

  /// Seconds for `load` on experts of `shape`.
  ///
  /// - Parameters:
  ///   - tiles: the tile heights the kernel may choose from, as indices of
  ///     ``ExpertLoad/tileHeights``, and the tile width in columns.
  ///   - starved: whether the kernel was tuned without rows (see the constant).
  /// - Complexity: O(tile heights).
  public func seconds(
    _ load: ExpertLoad, _ shape: ExpertShape, on rates: ProcessorRates, tiles: TileChoice,
    starved: Bool = false
  ) -> Double {
    let factor = starved ? starvedTuning : 1
    let gemms =
      gemm(load, columns: shape.firstWidth, depth: shape.hidden, shape, rates, tiles)
      + gemm(load, columns: shape.hidden, depth: shape.intermediate, shape, rates, tiles)
    let passes =
      (load.rows + load.foreignRows) * shape.bytesPerRow
      / (rates.memoryBandwidth * activationEfficiency)
    let overhead =
      launch + hiddenLatency * shape.hidden + activeExpert * load.activeExperts
      + idleExpert * (load.localExperts - load.activeExperts)
      + (routedCopy + routedElement * shape.hidden) * load.routedCopies
    return factor * gemms + passes + overhead
  }

  /// Seconds of one of the two GEMMs by itself, launched by itself.
  public func singleGEMMSeconds(
    _ load: ExpertLoad, columns: Double, depth: Double, _ shape: ExpertShape,
    on rates: ProcessorRates, tiles: TileChoice
  ) -> Double {
    launch + hiddenLatency * depth + activeExpert * load.activeExperts
      + idleExpert * (load.localExperts - load.activeExperts)
      + gemm(load, columns: columns, depth: depth, shape, rates, tiles)
  }

  private func gemm(
    _ load: ExpertLoad, columns: Double, depth: Double, _ shape: ExpertShape,
    _ rates: ProcessorRates, _ choice: TileChoice
  ) -> Double {
    let memory =
      load.activeExperts * columns * depth * shape.weightBytes
      / (rates.memoryBandwidth * memoryEfficiency)
    let across = (columns / choice.width).rounded(.up)
    var fastest = Double.infinity
    for index in choice.heights {
      let height = Double(ExpertLoad.tileHeights[index])
      let count = (load.tiles[index] + (load.foreignRows / height).rounded(.up)) * across
      let exact = Swift.max(1, count / rates.processors)
      let rounded = Swift.max(1, (count / rates.processors).rounded(.up))
      let waves = (1 - waveQuantisation) * exact + waveQuantisation * rounded
      let efficiency = peakEfficiency / (1 + tileLoss * 16 / height)
      let perWave = 2 * height * choice.width * depth * rates.processors / (rates.peak * efficiency)
      fastest = Swift.min(fastest, count > 0 ? waves * perWave : 0)
    }
    return smoothMaximum(memory, fastest, order: overlap)
  }
}

/// The tiles a kernel may use for a load.
public struct TileChoice: Hashable, Sendable {
  /// Indices into ``ExpertLoad/tileHeights``.
  public var heights: Range<Int>
  /// Columns of a tile.
  public var width: Double

  public init(heights: Range<Int>, width: Double) {
    self.heights = heights
    self.width = width
  }

  /// What `kernel` chooses from for `load`.
  ///
  /// SGLang's Triton kernel takes tiles of 16 × 32 while it sees no more tokens than local experts,
  /// else 64 × 64. TensorRT-LLM's kernels for few tokens take the power of two above the mean copies
  /// of an expert. The other families are tuned and take the fastest height.
  ///
  /// - Parameter copiesPerExpert: mean token copies of an expert over the whole group.
  public init(
    kernel: ExpertKernelFamily, load: ExpertLoad, tokensSeen: Double, copiesPerExpert: Double
  ) {
    switch kernel {
    case .fusedTriton:
      let few = tokensSeen <= load.localExperts
      self.init(heights: few ? 0..<1 : 2..<3, width: few ? 32 : 64)
    case .minimumLatency:
      let last = ExpertLoad.tileHeights.count - 1
      let index =
        ExpertLoad.tileHeights.firstIndex { Double($0) >= copiesPerExpert } ?? last
      self.init(heights: index..<index + 1, width: 128)
    default:
      self.init(heights: 0..<ExpertLoad.tileHeights.count, width: 128)
    }
  }
}
