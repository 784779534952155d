internal import Domain
public import Kernels
private import RealModule

/// What a layer should give, computed as plainly as possible: one process, one token after another,
/// double precision, no library.
public struct PlainLayer: Sendable {
  public let network: FeedForwardNetwork

  public init(network: FeedForwardNetwork) { self.network = network }

  /// The output of one expert for one token.
  public func output(
    of token: UnsafePointer<Float>, weights: UnsafePointer<Float>
  ) -> [Double] {
    let projected = project(token, weights)
    let active = (0..<network.intermediate).map { column -> Double in
      let gate = projected[column]
      let silu = gate / (1 + Double.exp(-gate))
      return network.isGated ? silu * projected[network.intermediate + column] : silu
    }
    let second = weights + network.hidden * network.firstWidth
    var output = [Double](repeating: 0, count: network.hidden)
    for (row, value) in active.enumerated() {
      for column in 0..<network.hidden {
        output[column] += value * Double(second[row * network.hidden + column])
      }
    }
    return output
  }

  func project(
    _ token: UnsafePointer<Float>, _ weights: UnsafePointer<Float>
  ) -> [Double] {
    var projected = [Double](repeating: 0, count: network.firstWidth)
    for row in 0..<network.hidden {
      let value = Double(token[row])
      for column in 0..<network.firstWidth {
        projected[column] += value * Double(weights[row * network.firstWidth + column])
      }
    }
    return projected
  }
}

/// How far results are from the reference.
public struct Agreement: Hashable, Sendable {
  /// The largest |result − reference| over the largest |reference|.
  public var largestError = 0.0
  /// Tokens that were compared.
  public var tokens = 0

  /// What rounding in 32 bits may come to: sums over some thousand products, in another order.
  public static let tolerance = 1e-4

  public init() {}

  /// Whether nothing but rounding differs.
  public var holds: Bool { largestError <= Self.tolerance }

  public mutating func merge(_ other: Agreement) {
    largestError = max(largestError, other.largestError)
    tokens += other.tokens
  }
}

extension RankProgram {
  /// Holds a slot's output on this rank, as the last run left it, against the plain reference.
  ///
  /// - Parameter sample: token numbers on this rank; all by default.
  /// - Throws: ``ExecutionError/memoryLimit(neededBytes:limitBytes:)``.
  public func agreement(
    slot: Int, weights: SeededWeights, sample: [Int]? = nil
  ) throws(ExecutionError) -> Agreement {
    let count = tokenCount(slot)
    let input = try buffer(.input, slot, count * hidden)
    let output = try buffer(.output, slot, count * hidden)
    let plain = PlainLayer(network: network)
    let isComputed = world.isComputed(slot: slot, rank: rank)
    var result = Agreement()
    var cache: [Int: FloatBuffer] = [:]
    for token in sample ?? Array(0..<count) where token < count {
      let row = input + token * hidden
      var expected = sharedOutput(slot, of: row)
      let shares = plainGateWeights(slot, of: row, token: token)
      for place in 0..<model.topK where isComputed[token * model.topK + place] {
        let expert = Int(choices[slot][token * model.topK + place])
        let buffer = cache[expert] ?? FloatBuffer(count: network.weightCount)
        if cache[expert] == nil {
          weights.fill(buffer.pointer, expert: expert, layer: tokens.routed(slot).layer)
          cache[expert] = buffer
        }
        let part = plain.output(of: row, weights: buffer.pointer)
        for column in 0..<hidden { expected[column] += shares[place] * part[column] }
      }
      result.add(expected, output + token * hidden)
    }
    return result
  }

  private func sharedOutput(_ slot: Int, of row: UnsafePointer<Float>) -> [Double] {
    guard let sharedNetwork else { return [Double](repeating: 0, count: hidden) }
    return PlainLayer(network: sharedNetwork).output(of: row, weights: sharedWeights(slot))
  }

  /// The softmax over a token's experts, from its vector and the gate's weights.
  private func plainGateWeights(
    _ slot: Int, of row: UnsafePointer<Float>, token: Int
  ) -> [Double] {
    let gate = tokens.gates[tokens.layer(slot)].weights.pointer
    let logits = choices[slot][(token * model.topK)..<((token + 1) * model.topK)].map { expert in
      (0..<hidden).reduce(0.0) {
        $0 + Double(row[$1]) * Double(gate[$1 * model.experts + Int(expert)])
      }
    }
    let exponentials = logits.map { Double.exp($0 - (logits.max() ?? 0)) }
    let sum = exponentials.reduce(0, +)
    return exponentials.map { $0 / sum }
  }
}

extension Agreement {
  /// Adds a row of results beside what it should be.
  public mutating func add(_ expected: [Double], _ found: UnsafePointer<Float>) {
    let scale = expected.reduce(0) { max($0, abs($1)) }
    tokens += 1
    for (column, value) in expected.enumerated() {
      let difference = abs(Double(found[column]) - value)
      // A result that is no number is as wrong as can be.
      largestError =
        difference.isFinite
        ? max(largestError, scale > 0 ? difference / scale : difference) : .infinity
    }
  }
}
