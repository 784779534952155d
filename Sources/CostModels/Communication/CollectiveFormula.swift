private import RealModule

/// Collectives of NCCL and the custom all-reduce kernels.
public enum Collective: String, Hashable, Sendable, CaseIterable {
  case allReduce, allGather, reduceScatter, allToAll

  /// Bytes that cross one rank's link in each direction for a buffer of `bytes` among `ranks`.
  ///
  /// `bytes` is the nccl-tests size: the whole buffer of an all-reduce, the gathered or scattered
  /// total of the others. A ring all-reduce passes everything twice.
  public func wireBytes(_ bytes: Double, ranks: Int) -> Double {
    let others = Double(ranks - 1) / Double(Swift.max(ranks, 1))
    return (self == .allReduce ? 2 : 1) * others * bytes
  }
}

/// Seconds of a collective inside one node: the faster of a latency protocol and a bandwidth
/// protocol, each a floor that grows with the ranks and a part of the line rate.
///
/// The bandwidth protocol warms up (channels, pipelines): `warmUp` grows with the square root of the
/// bytes and fades beyond `warmUpBytes`.
public struct CollectiveFormula: CalibratedFormula, Hashable {
  public static let name = "collective"

  public static let constants: [ConstantSpec] = [
    ConstantSpec(
      "latencyFloor", unit: "us", 1...60, start: 8, "Floor of the latency protocol, 2 ranks."),
    ConstantSpec("latencyPerRank", unit: "us", 1e-3...20, start: 1, "Its growth with every rank."),
    ConstantSpec(
      "latencyEfficiency", unit: "1", 5e-4...1, start: 0.05,
      "Part of the line rate the latency protocol reaches, 2 ranks."),
    ConstantSpec(
      "latencyScaling", unit: "1", -3...2, start: 0, scale: .linear, carried: -0.5...0.5,
      "Exponent of (ranks / 2) on that part."),
    ConstantSpec(
      "bandwidthFloor", unit: "us", 1...100, start: 15,
      "Floor of the bandwidth protocol, 2 ranks."),
    ConstantSpec(
      "bandwidthPerRank", unit: "us", 1e-3...50, start: 1, "Its growth with every rank."),
    ConstantSpec(
      "bandwidthEfficiency", unit: "1", 5e-3...1.2, start: 0.6,
      "Part of the line rate the bandwidth protocol reaches, 2 ranks."),
    ConstantSpec(
      "bandwidthScaling", unit: "1", -3...2, start: 0, scale: .linear, carried: -0.5...0.5,
      "Exponent of (ranks / 2) on that part."),
    ConstantSpec(
      "warmUp", unit: "us/sqrt(MB)", 0.01...100, start: 4, "Warm-up of the bandwidth protocol."),
    ConstantSpec(
      "warmUpBytes", unit: "MB", 1...1e4, start: 30, "Bytes beyond which warm-up fades."),
  ]

  public var latencyFloor, latencyPerRank, latencyEfficiency, latencyScaling: Double
  public var bandwidthFloor, bandwidthPerRank, bandwidthEfficiency, bandwidthScaling: Double
  public var warmUp, warmUpBytes: Double

  public init(values: [Double]) {
    latencyFloor = values[0] * 1e-6
    latencyPerRank = values[1] * 1e-6
    latencyEfficiency = values[2]
    latencyScaling = values[3]
    bandwidthFloor = values[4] * 1e-6
    bandwidthPerRank = values[5] * 1e-6
    bandwidthEfficiency = values[6]
    bandwidthScaling = values[7]
    warmUp = values[8] * 1e-6
    warmUpBytes = values[9] * 1e6
  }

  /// Seconds for `wireBytes` on each of `ranks` links of `lineRate` bytes a second.
  public func seconds(wireBytes: Double, ranks: Int, lineRate: Double) -> Double {
    let further = Self.further(ranks)
    let size = Self.size(ranks)
    let latency =
      latencyFloor + latencyPerRank * further
      + wireBytes / (lineRate * latencyEfficiency * power(size, latencyScaling))
    let warming = warmUp * power(wireBytes / 1e6, 0.5) / (1 + wireBytes / warmUpBytes)
    let bandwidth =
      bandwidthFloor + bandwidthPerRank * further + warming
      + wireBytes / effectiveRate(ranks: ranks, lineRate: lineRate)
    return Swift.min(latency, bandwidth)
  }

  /// Bytes a second of the bandwidth protocol on large messages.
  public func effectiveRate(ranks: Int, lineRate: Double) -> Double {
    let size = Self.size(ranks)
    return lineRate * Swift.min(1.2, bandwidthEfficiency * power(size, bandwidthScaling))
  }

  /// Ranks of the largest node that was measured. In wider NVLink domains latency grows with each
  /// doubling (trees, in-switch reduction) and the part of the line rate stays what it is there.
  private static let measuredRanks = 8

  /// Ranks beyond two, of which those beyond the largest measured node count by doublings.
  private static func further(_ ranks: Int) -> Double {
    let inside = Double(Swift.max(Swift.min(ranks, measuredRanks) - 2, 0))
    guard ranks > measuredRanks else { return inside }
    return inside + 2 * Double.log2(Double(ranks) / Double(measuredRanks))
  }

  /// Half the ranks, on which the exponents act.
  private static func size(_ ranks: Int) -> Double {
    Double(Swift.min(Swift.max(ranks, 2), measuredRanks)) / 2
  }
}
