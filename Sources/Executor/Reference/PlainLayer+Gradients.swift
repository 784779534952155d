private import Domain
private import Kernels
private import RealModule

extension PlainLayer {
  /// The gradients of a loss with respect to one token and one expert's weights, given its gradient
  /// with respect to the expert's output: the chain rule, written out.
  ///
  /// - Parameter weightGradient: what the token adds to the weights' gradient is added to it.
  public func gradients(
    outer: [Double], of token: UnsafePointer<Float>, weights: UnsafePointer<Float>,
    addingTo weightGradient: inout [Double]
  ) -> [Double] {
    let (hidden, width) = (network.hidden, network.intermediate)
    let second = hidden * network.firstWidth
    let projected = project(token, weights)
    var projectedGradient = [Double](repeating: 0, count: network.firstWidth)
    for row in 0..<width {
      let gate = projected[row]
      let sigmoid = 1 / (1 + Double.exp(-gate))
      let up = network.isGated ? projected[width + row] : 1
      var inner = 0.0
      for column in 0..<hidden {
        let index = second + row * hidden + column
        inner += outer[column] * Double(weights[index])
        weightGradient[index] += gate * sigmoid * up * outer[column]
      }
      projectedGradient[row] = inner * up * sigmoid * (1 + gate * (1 - sigmoid))
      if network.isGated { projectedGradient[width + row] = inner * gate * sigmoid }
    }
    return (0..<hidden).map { row in
      (0..<network.firstWidth).reduce(0.0) { sum, column in
        let index = row * network.firstWidth + column
        weightGradient[index] += Double(token[row]) * projectedGradient[column]
        return sum + projectedGradient[column] * Double(weights[index])
      }
    }
  }
}

/// What a rank holds of one layer after a run, for checks.
public struct LayerSnapshot: Hashable, Sendable {
  /// `[tokens × hidden]`.
  public let input: [Float]
  public let output: [Float]
  /// The experts of every token, `[tokens × topK]`.
  public let choices: [UInt16]
  /// Whether each copy was computed, not dropped.
  public let isComputed: [Bool]
  /// Gradients with respect to output and input; empty where there was no backward pass.
  public let outputGradient: [Float]
  public let inputGradient: [Float]
}

extension RankProgram {
  /// What the last run left of a slot.
  public func snapshot(slot: Int) -> LayerSnapshot {
    let count = tokenCount(slot) * hidden
    func array(_ role: BufferRole) -> [Float] {
      guard let start = workspace.existing(role, slot: slot) else { return [] }
      return Array(UnsafeBufferPointer(start: start, count: count))
    }
    return LayerSnapshot(
      input: array(.input), output: array(.output), choices: choices[slot],
      isComputed: world.isComputed(slot: slot, rank: rank),
      outputGradient: array(.outputGradient), inputGradient: array(.inputGradient))
  }

  /// The gradient of an expert's weights that the last run left on this rank; nil where it has none.
  public func weightGradient(expert: Int, layer: Int) -> [Float]? {
    guard hasGradient[layer * model.experts + expert],
      let start = workspace.existing(.gradient(expert), slot: layer)
    else { return nil }
    return Array(UnsafeBufferPointer(start: start, count: network.weightCount))
  }

  /// The gradient of the gate's weights, `[hidden × experts]`.
  public func gateGradient(layer: Int) -> [Float] {
    guard let start = workspace.existing(.gateGradient, slot: layer) else { return [] }
    return Array(UnsafeBufferPointer(start: start, count: hidden * model.experts))
  }

  /// Room for measurements.
  func scratch(_ count: Int) throws(ExecutionError) -> UnsafeMutablePointer<Float> {
    try buffer(.scratch, 0, count)
  }
}

extension TokenWorld {
  /// The gate's weights in the layer at a position, `[hidden × experts]`.
  public func gateWeights(layer: Int) -> [Float] { gates[layer].weights.array }

  /// The dimensions at the front of a token that gates look at; the others carry data to the next
  /// layer, as half of what they were and what the layer adds.
  public var gateDimensions: Int { gateWidth }

  /// The gradient of the loss with respect to the last layer's output, `[tokens × hidden]`.
  public func lossGradient(part: Int, rank: Int) -> [Float] {
    lossGradient[part][rank]?.array ?? []
  }
}
