import Executor
import Kernels
import Testing

@Suite("The plain reference")
struct FiniteDifferenceTests {
  /// Numbers on a grid of 2⁻¹⁰ between -1 and 1, so that steps of 2⁻⁸ are exact in 32 bits.
  private static func numbers(_ count: Int, _ seed: Int) -> [Float] {
    (0..<count).map { Float((($0 * 7919 + seed * 104_729) % 2048) - 1024) / 1024 }
  }

  @Test("its gradients are the slopes of its outputs", arguments: [true, false], 0..<4)
  func gradientsAreSlopes(isGated: Bool, seed: Int) {
    let network = FeedForwardNetwork(hidden: 5, intermediate: 4, isGated: isGated)
    let plain = PlainLayer(network: network)
    let token = Self.numbers(5, seed)
    let weights = Self.numbers(network.weightCount, seed + 10)
    let outer = Self.numbers(5, seed + 20).map { Double($0) }
    func loss(_ token: [Float], _ weights: [Float]) -> Double {
      zip(plain.output(of: token, weights: weights), outer).reduce(0) { $0 + $1.0 * $1.1 }
    }
    var weightGradient = [Double](repeating: 0, count: network.weightCount)
    let inputGradient = plain.gradients(
      outer: outer, of: token, weights: weights, addingTo: &weightGradient)
    let step: Float = 1.0 / 256
    for index in token.indices {
      var (above, below) = (token, token)
      above[index] += step
      below[index] -= step
      let slope = (loss(above, weights) - loss(below, weights)) / Double(2 * step)
      #expect(abs(slope - inputGradient[index]) < 1e-4, "input \(index), seed \(seed)")
    }
    for index in weights.indices {
      var (above, below) = (weights, weights)
      above[index] += step
      below[index] -= step
      let slope = (loss(token, above) - loss(token, below)) / Double(2 * step)
      #expect(abs(slope - weightGradient[index]) < 1e-4, "weight \(index), seed \(seed)")
    }
  }
}
