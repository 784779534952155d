import Kernels
import RealModule
import Testing

@Suite("Kernels")
struct NetworkTests {
  init() throws { try MatrixLibrary.open() }

  private static func numbers(_ count: Int, _ seed: Int) -> [Float] {
    (0..<count).map { Float((($0 * 7919 + seed * 104_729) % 2001) - 1000) / 1000 }
  }

  /// [1 2; 3 4] · [5 6; 7 8] = [19 22; 43 50], by hand, in each way of storing the operands.
  @Test("products of stored and transposed matrices")
  func products() {
    var result = [Float](repeating: 1, count: 4)
    multiply([1, 2, 3, 4], [5, 6, 7, 8], into: &result, rows: 2, columns: 2, depth: 2)
    #expect(result == [19, 22, 43, 50])
    multiply(
      [1, 3, 2, 4], [5, 6, 7, 8], into: &result, rows: 2, columns: 2, depth: 2,
      transposed: .left)
    #expect(result == [19, 22, 43, 50])
    multiply(
      [1, 2, 3, 4], [5, 7, 6, 8], into: &result, rows: 2, columns: 2, depth: 2,
      transposed: .right, keep: 1)
    #expect(result == [38, 44, 86, 100])
  }

  @Test("the library runs on one thread") func oneThread() throws {
    #expect(try MatrixLibrary.open().contains("OpenBLAS"))
  }

  @Test("the network computes silu(x · gate) · (x · up) · down", arguments: [true, false], [1, 9])
  func forward(isGated: Bool, rows: Int) {
    let network = FeedForwardNetwork(hidden: 11, intermediate: 13, isGated: isGated)
    let weights = Self.numbers(network.weightCount, 1)
    let input = Self.numbers(rows * 11, 2)
    var projected = [Float](repeating: 0, count: rows * network.firstWidth)
    var active = [Float](repeating: 0, count: rows * 13)
    var output = [Float](repeating: 0, count: rows * 11)
    network.forward(
      input, rows: rows, weights: weights, projected: &projected, active: &active,
      output: &output)
    for row in 0..<rows {
      for column in 0..<11 {
        var expected = 0.0
        for inner in 0..<13 {
          func first(_ place: Int) -> Double {
            (0..<11).reduce(0.0) {
              $0 + Double(input[row * 11 + $1]) * Double(weights[$1 * network.firstWidth + place])
            }
          }
          let gate = first(inner)
          let silu = gate / (1 + Double.exp(-gate))
          expected +=
            silu * (isGated ? first(13 + inner) : 1)
            * Double(weights[11 * network.firstWidth + inner * 11 + column])
        }
        #expect(abs(Double(output[row * 11 + column]) - expected) < 2e-5)
      }
    }
  }

  /// Logits 1 5 2 4 | 3 3 1 3: the largest two, of equals the lower number first.
  @Test("the gate chooses the largest logits") func choices() {
    let gate = TopKGate(experts: 4, topK: 2)
    var choices = [UInt16](repeating: 9, count: 4)
    gate.choose([1, 5, 2, 4, 3, 3, 1, 3], tokens: 2, into: &choices)
    #expect(choices == [1, 3, 0, 1])
    var weights = [Float](repeating: 0, count: 4)
    gate.weigh([1, 5, 2, 4, 3, 3, 1, 3], choices: choices, tokens: 2, into: &weights)
    // e⁵ / (e⁵ + e⁴) = 1 / (1 + e⁻¹)
    #expect(abs(weights[0] - 0.731_058_6) < 1e-6)
    #expect(abs(weights[1] - 0.268_941_4) < 1e-6)
    #expect(weights[2] == 0.5 && weights[3] == 0.5)
  }

  @Test("copies are sorted by expert and keep their order") func sorting() {
    let sorted = CopySort([2, 0, 2, 1, 0], experts: 3)
    #expect(sorted.counts == [2, 1, 2])
    #expect(sorted.order == [1, 4, 3, 0, 2])
  }
}
