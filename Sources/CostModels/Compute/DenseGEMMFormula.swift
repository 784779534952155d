/// Seconds of one dense GEMM of an m × k activation with k × n weights.
///
/// The smooth maximum of moving the operands and of the fastest tiling: tiles run in waves over the
/// multiprocessors, small tiles lose efficiency, the depth may be split over several tiles at the
/// price of adding the parts. Formats that quantise the activation pay one pass over it.
public struct DenseGEMMFormula: CalibratedFormula, Hashable {
  public static let name = "denseGEMM"

  public static let constants: [ConstantSpec] = [
    ConstantSpec("launch", unit: "us", 0.3...60, start: 3, "Launch and fixed work."),
    ConstantSpec(
      "depthLatency", unit: "us/8192", 1e-3...20, start: 0.5, "Latency that grows with k."),
    ConstantSpec(
      "memoryEfficiency", unit: "1", 0.1...1, start: 0.8,
      "Part of the memory bandwidth operands move at."),
    ConstantSpec(
      "peakEfficiency", unit: "1", 0.1...1.2, start: 0.8,
      peakExponent: ConstantSpec.efficiencyExponent,
      "Part of the arithmetic peak unboundedly large tiles reach."),
    ConstantSpec(
      "tileLoss", unit: "1", 1e-3...20, start: 0.5,
      "Loss of small tiles: times (32 / rows + 32 / columns)."),
    ConstantSpec(
      "overlap", unit: "1", 1...12, start: 2,
      "Order of the smooth maximum of traffic and arithmetic."),
    ConstantSpec(
      "waveQuantisation", unit: "1", 0.01...1, start: 0.5,
      "0 counts waves as a fraction, 1 rounds them up."),
    ConstantSpec(
      "stepLatency", unit: "ns", 0.01...1000, start: 10, "Latency of 64 steps in depth."),
    ConstantSpec(
      "splitCost", unit: "us", 0.01...20, start: 2, "Fixed cost of splitting the depth."),
    ConstantSpec(
      "quantiseEfficiency", unit: "1", 0.02...20, start: 0.7,
      "Memory bandwidth part of the pass that quantises the activation."),
  ]

  public var launch, depthLatency, memoryEfficiency, peakEfficiency, tileLoss, overlap: Double
  public var waveQuantisation, stepLatency, splitCost, quantiseEfficiency: Double

  public init(values: [Double]) {
    launch = values[0] * 1e-6
    depthLatency = values[1] * 1e-6 / 8192
    memoryEfficiency = values[2]
    peakEfficiency = values[3]
    tileLoss = values[4]
    overlap = values[5]
    waveQuantisation = values[6]
    stepLatency = values[7] * 1e-9 / 64
    splitCost = values[8] * 1e-6
    quantiseEfficiency = values[9]
  }

  /// Seconds for the given sizes; `weightBytes` and `activationBytes` are bytes an element.
  ///
  /// - Complexity: O(tilings), about forty.
  public func seconds(
    rows m: Double, columns n: Double, depth k: Double, weightBytes: Double,
    activationBytes: Double, on rates: ProcessorRates
  ) -> Double {
    let bandwidth = rates.memoryBandwidth * memoryEfficiency
    let memory = (n * k * weightBytes + m * k * activationBytes + 2 * m * n) / bandwidth
    var fastest = Double.infinity
    for tile in Self.tiles {
      for parts in [1.0, 2, 4, 8] {
        fastest = Swift.min(fastest, arithmetic(m, n, k, tile, parts: parts, bandwidth, rates))
      }
    }
    let quantise =
      activationBytes < 2
      ? m * k * (2 + activationBytes) / (rates.memoryBandwidth * quantiseEfficiency) : 0
    return launch + depthLatency * k + quantise + smoothMaximum(memory, fastest, order: overlap)
  }

  private func arithmetic(
    _ m: Double, _ n: Double, _ k: Double, _ tile: (rows: Double, columns: Double), parts: Double,
    _ bandwidth: Double, _ rates: ProcessorRates
  ) -> Double {
    let count = (m / tile.rows).rounded(.up) * (n / tile.columns).rounded(.up) * parts
    let exact = Swift.max(1, count / rates.processors)
    let rounded = (count / rates.processors).rounded(.up)
    let waves = (1 - waveQuantisation) * exact + waveQuantisation * rounded
    let efficiency = peakEfficiency / (1 + tileLoss * (32 / tile.rows + 32 / tile.columns))
    let depth = (k / parts).rounded(.up)
    let perWave =
      rates.processors * tile.rows * tile.columns * 2 * depth / (rates.peak * efficiency)
      + stepLatency * depth
    let addition = parts > 1 ? splitCost + 8 * parts * m * n / bandwidth : 0
    return waves * perWave + addition
  }

  private static let tiles: [(rows: Double, columns: Double)] = [
    (16, 64), (16, 128), (32, 64), (32, 128), (64, 64), (64, 128), (64, 256), (128, 64),
    (128, 128), (128, 256), (256, 128),
  ]
}
