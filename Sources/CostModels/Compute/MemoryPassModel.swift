public import Domain
private import Quantities

/// Seconds of kernels that only move data: norms, casts, residuals, token permutations, copies.
public struct MemoryPassModel: Sendable {
  /// Part of the memory bandwidth that streaming kernels reach; aiconfigurator's own de-rating is
  /// 0.8.
  public static let efficiency = 0.8
  /// Launch and ramp of one small kernel in seconds, inside a captured graph.
  public static let launchSeconds = 3e-6

  private let rate: Double
  private let launch: Double

  public init(
    accelerator: Accelerator, efficiency: Double = Self.efficiency,
    launchSeconds: Double = Self.launchSeconds
  ) {
    self.rate = accelerator.memoryBandwidth.bytesPerSecond * efficiency
    self.launch = launchSeconds
  }

  /// Seconds to move `bytes` (reads and writes together) in `kernels` launches.
  public func seconds(bytes: Double, kernels: Int = 1) -> Double {
    guard bytes > 0 || kernels > 0 else { return 0 }
    let streaming = rate > 0 ? Swift.max(bytes, 0) / rate : 0
    return streaming + launch * Double(Swift.max(kernels, 0))
  }
}
