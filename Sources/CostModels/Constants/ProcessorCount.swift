public import Domain
private import Quantities

extension Accelerator {
  /// The number of streaming multiprocessors (compute units) over which a kernel's tiles spread.
  ///
  /// Known products are listed from their data sheets; another one gets its 16-bit peak divided by
  /// the rate one multiprocessor of its architecture has.
  public var processorCount: Int {
    for (prefix, count) in Self.knownProcessors where id.hasPrefix(prefix) { return count }
    let rate = peaks[.bf16]?.flopsPerSecond ?? 0
    let perProcessor = Self.ratePerProcessor[architecture] ?? 7.5e12
    return Swift.min(Swift.max(Int((rate / perProcessor).rounded()), 8), 512)
  }

  /// Longest prefixes first where one begins another.
  private static let knownProcessors: [(prefix: String, count: Int)] = [
    ("h100-pcie", 114), ("h100", 132), ("h200", 132), ("h800", 132), ("h20", 78),
    ("a100", 108), ("b200", 148), ("gb200", 152), ("b300", 160), ("gb300", 160), ("l40s", 142),
    ("rtx-pro-6000", 188), ("mi300x", 304), ("mi355x", 256), ("v100", 80), ("a40", 84),
    ("a6000", 84), ("rtx4090", 128), ("rtx3090", 82),
  ]

  private static let ratePerProcessor: [String: Double] = [
    "Hopper": 7.49e12, "Ampere": 2.89e12, "Blackwell": 15.2e12, "Blackwell Ultra": 14.1e12,
    "Ada": 2.55e12, "CDNA3": 4.3e12, "Volta": 1.56e12,
  ]
}
