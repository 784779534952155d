import Domain
private import Quantities

/// Costs of an MoE layer in an eager framework: launches, host code and unfused kernels.
///
/// One set of constants for every layer and figure of the LLEP paper on 8 × H200, found by
/// `scripts/fit-llep-constants.py`; docs/reproductions/llep-model.md says how each was identified and
/// what it explains. Rates are parts of the data sheet's, so that they carry to other accelerators.
public struct EagerHost: Sendable {
  /// Router, counts, host work of the collectives, in seconds a layer.
  public static let layerOverheadSeconds = 2.35e-3
  /// The plan in host code, in seconds for each expert of the layer.
  static let planningSecondsPerExpert = 35e-6
  /// Posting one tensor's send or receive in seconds: 0.17 ms for the four tensors of an expert.
  static let postingSecondsPerMessage = 42.5e-6
  /// Part of the port's line rate that NCCL's all-to-all reaches.
  public static let linkFraction = 0.80
  /// Part of the peak that large matrix products sustain (720 of 989 TFLOPS).
  static let computeFraction = 0.728
  /// Part of the memory bandwidth that streaming kernels reach (4.0 of 4.8 TB/s).
  static let memoryFraction = 0.833
  /// Launches of one expert in the loop, in seconds: three of 9 us.
  static let launchSecondsPerExpert = 27e-6

  private let memoryRate: Double

  init(accelerator: Accelerator) {
    memoryRate = accelerator.memoryBandwidth.bytesPerSecond * Self.memoryFraction
  }

  func planningSeconds(experts: Int) -> Double { Double(experts) * Self.planningSecondsPerExpert }

  func postingSeconds(messages: Int) -> Double {
    Double(messages) * Self.postingSecondsPerMessage
  }

  func passSeconds(bytes: Double) -> Double { memoryRate > 0 ? bytes / memoryRate : 0 }

  /// One chain of products for every expert that has rows: arithmetic or weight traffic, whichever
  /// is slower, and the launches.
  func expertSeconds(
    rows: Double, experts: Int, model: MoEModel, accelerator: Accelerator
  ) -> Double {
    guard rows > 0 else { return 0 }
    let rate = accelerator.peak(for: model.weightFormat).flopsPerSecond * Self.computeFraction
    let arithmetic = rate > 0 ? 2 * model.expertParameters * rows / rate : 0
    let weights = passSeconds(bytes: Double(experts) * model.expertBytes)
    return max(arithmetic, weights) + Double(experts) * Self.launchSecondsPerExpert
  }
}
