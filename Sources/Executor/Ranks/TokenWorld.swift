public import Domain
internal import Kernels
private import Statistics

/// The tokens of one step as vectors: the same for every strategy and placement.
public struct TokenWorld: Sendable {
  public let model: MoEModel
  public let step: RoutedStep
  public let seed: UInt64
  /// The experts of every token, `[layers][ranks]`.
  public let dealt: [[DealtTokens]]
  let gates: [GateDesign]
  /// What the gate sees of the tokens, `[layers][ranks]`; empty on ranks of other processes.
  let coordinates: [[FloatBuffer?]]
  /// The tokens' data before the first layer, by rank.
  let data: [FloatBuffer?]

  /// Makes the tokens of `step`.
  ///
  /// - Parameter ranks: the ranks whose vectors are needed; all by default.
  public init(model: MoEModel, step: RoutedStep, seed: UInt64, ranks: Range<Int>? = nil) {
    self.model = model
    self.step = step
    self.seed = seed
    let sources = step.layers.first?.sources ?? 0
    let local = ranks ?? 0..<sources
    let dealt = step.layers.map { layer in
      (0..<sources).map { DealtTokens(layer, source: $0, seed: seed, step: step.index) }
    }
    self.dealt = dealt
    let gates = step.layers.map { GateDesign(model: model, seed: seed, layer: $0.layer) }
    var made: [[FloatBuffer?]] = []
    for (index, layer) in step.layers.enumerated() {
      made.append(
        (0..<sources).map { source in
          guard local.contains(source) else { return nil }
          return gates[index].coordinates(
            of: dealt[index][source], seed: seed, step: step.index, layer: layer.layer,
            source: source)
        })
    }
    self.gates = gates
    coordinates = made
    data = (0..<sources).map { source in
      guard local.contains(source), let first = step.layers.first else { return nil }
      return Self.data(
        tokens: Int(first.tokens[source]), width: model.hiddenSize - gates[0].gateWidth,
        seed: seed, step: step.index, source: source)
    }
  }

  private static func data(
    tokens: Int, width: Int, seed: UInt64, step: Int, source: Int
  ) -> FloatBuffer {
    var stream = RandomStream(seed: seed, purpose: "execution data", step, source)
    let buffer = FloatBuffer(count: tokens * width)
    for index in 0..<buffer.count { buffer.pointer[index] = Float(stream.uniform() * 2 - 1) }
    return buffer
  }

  /// Dimensions of a token's vector that the gate looks at; the others carry data through layers.
  var gateWidth: Int { gates.first?.gateWidth ?? 0 }

  /// Positions of layers whose routing no top-k gate can make: a token has two copies on an expert.
  public var imposedLayers: [Int] {
    dealt.indices.filter { layer in dealt[layer].contains { $0.isImposed } }
  }
}
