public import Domain
public import Kernels
private import Statistics

/// Gate weights, and the part of every token's vector that the gate sees, made so that a real top-k
/// gate chooses given experts.
///
/// With at most as many experts as hidden dimensions, expert *e* looks at dimension *e* alone, and a
/// token is large in the dimensions of its experts, the largest first. The other dimensions carry
/// data. With more experts than dimensions every expert looks along a random direction; a token
/// starts as the sum of its experts' directions and is corrected, perceptron-wise, until the gate
/// chooses as it should.
public struct GateDesign: Sendable {
  public let hidden: Int
  public let experts: Int
  public let topK: Int
  /// Dimensions at the front of a token's vector that the gate looks at.
  public let gateWidth: Int
  /// Gate weights, `[hidden × experts]`.
  public let weights: FloatBuffer
  private let directions: [Float]

  public init(model: MoEModel, seed: UInt64, layer: Int) {
    hidden = model.hiddenSize
    experts = model.experts
    topK = model.topK
    gateWidth = min(model.experts, model.hiddenSize)
    weights = FloatBuffer(count: model.hiddenSize * model.experts)
    if experts <= hidden {
      directions = []
      for expert in 0..<experts { weights.pointer[expert * experts + expert] = 1 }
    } else {
      var stream = RandomStream(seed: seed, purpose: "execution gate", layer)
      let length = 1 / Double(hidden).squareRoot()
      var made = [Float](repeating: 0, count: experts * hidden)
      for index in made.indices { made[index] = Float(stream.uniform() < 0.5 ? -length : length) }
      directions = made
      for expert in 0..<experts {
        for column in 0..<hidden {
          weights.pointer[column * experts + expert] = made[expert * hidden + column]
        }
      }
    }
  }

  /// The gate's part of every token's vector, `[tokens × gateWidth]`.
  public func coordinates(
    of tokens: DealtTokens, seed: UInt64, step: Int, layer: Int, source: Int
  ) -> FloatBuffer {
    var stream = RandomStream(
      seed: seed, purpose: "execution gate inputs", step, layer, source)
    let result = FloatBuffer(count: tokens.tokens * gateWidth)
    for token in 0..<tokens.tokens {
      let chosen = tokens.choices[(token * topK)..<((token + 1) * topK)]
      let row = result.pointer + token * gateWidth
      if directions.isEmpty {
        for column in 0..<gateWidth { row[column] = Float(stream.uniform() - 0.5) }
        for (place, expert) in chosen.enumerated() {
          row[Int(expert)] = 1.5 + Float(topK - place) / Float(topK)
        }
      } else {
        correct(row, until: Array(chosen))
      }
    }
    return result
  }

  /// Moves `row` until its `chosen` experts have the largest logits, in their order.
  private func correct(_ row: UnsafeMutablePointer<Float>, until chosen: [UInt16]) {
    directions.withUnsafeBufferPointer { directions in
      guard let base = directions.baseAddress else { return }
      for (place, expert) in chosen.enumerated() {
        let factor = 2 + Float(topK - place) / Float(topK)
        Rows.add(factor, base + Int(expert) * hidden, to: row, width: hidden)
      }
      let others = (0..<experts).filter { !chosen.contains(UInt16($0)) }
      let margin: Float = 0.5 / Float(topK)
      for _ in 0..<500 {
        var isRight = true
        func separate(_ above: Int, _ below: Int) {
          let gap =
            Rows.dot(row, base + above * hidden, width: hidden)
            - Rows.dot(row, base + below * hidden, width: hidden)
          guard gap < margin else { return }
          isRight = false
          let step = (margin - gap) * 0.6
          Rows.add(step, base + above * hidden, to: row, width: hidden)
          Rows.add(-step, base + below * hidden, to: row, width: hidden)
        }
        for place in chosen.indices.dropFirst() {
          separate(Int(chosen[place - 1]), Int(chosen[place]))
        }
        guard let last = chosen.last else { return }
        for other in others { separate(Int(last), other) }
        if isRight { return }
      }
    }
  }
}
