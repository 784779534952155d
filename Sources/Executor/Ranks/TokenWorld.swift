public import Domain
internal import Kernels
private import Statistics

/// The tokens of one step as vectors: the same for every strategy and placement.
///
/// A step may be cut into micro-batches, whose tokens are different tokens. Tables go by *slot*: the
/// layers of the first micro-batch, then those of the next.
public struct TokenWorld: Sendable {
  public let model: MoEModel
  /// The micro-batches.
  public let parts: [RoutedStep]
  public let seed: UInt64
  /// The experts of every token, `[slots][ranks]`.
  public let dealt: [[DealtTokens]]
  /// Gates, by layer.
  let gates: [GateDesign]
  /// What the gate sees of the tokens, `[slots][ranks]`; empty on ranks of other processes.
  let coordinates: [[FloatBuffer?]]
  /// The tokens' data before the first layer, `[parts][ranks]`.
  let data: [[FloatBuffer?]]
  /// The gradient of the loss with respect to the last layer's output, `[parts][ranks]`; the loss is
  /// the sum of products of both.
  let lossGradient: [[FloatBuffer?]]

  /// Makes the tokens of `step`, cut into `microBatches`.
  ///
  /// - Parameter ranks: the ranks whose vectors are needed; all by default.
  public init(
    model: MoEModel, step: RoutedStep, microBatches: Int = 1, seed: UInt64,
    ranks: Range<Int>? = nil
  ) {
    let parts = step.microBatches(max(1, microBatches))
    let sources = step.layers.first?.sources ?? 0
    let local = ranks ?? 0..<sources
    let makers = parts.enumerated().map {
      TokenMaker(model: model, step: $1, part: $0, seed: seed)
    }
    let gates = step.layers.map { GateDesign(model: model, seed: seed, layer: $0.layer) }
    var dealt: [[DealtTokens]] = []
    var coordinates: [[FloatBuffer?]] = []
    for maker in makers {
      for (index, layer) in maker.step.layers.enumerated() {
        let tokens = (0..<sources).map { maker.deal(layer, source: $0) }
        coordinates.append(
          (0..<sources).map { source in
            local.contains(source)
              ? maker.coordinates(of: tokens[source], gates[index], layer, source) : nil
          })
        dealt.append(tokens)
      }
    }
    let width = model.hiddenSize - (gates.first?.gateWidth ?? 0)
    func vectors(_ purpose: String, width: Int) -> [[FloatBuffer?]] {
      makers.map { maker in
        (0..<sources).map {
          local.contains($0) ? maker.vectors(purpose, width: width, source: $0) : nil
        }
      }
    }
    self.model = model
    self.parts = parts
    self.seed = seed
    self.dealt = dealt
    self.gates = gates
    self.coordinates = coordinates
    data = vectors("execution data", width: width)
    lossGradient = vectors("execution loss", width: model.hiddenSize)
  }

  /// Layers of a micro-batch.
  public var layers: Int { model.layers.count }
  /// Micro-batches times layers.
  public var slots: Int { parts.count * layers }

  /// The layer of a slot.
  public func layer(_ slot: Int) -> Int { slot % layers }

  func routed(_ slot: Int) -> RoutedLayer { parts[slot / layers].layers[slot % layers] }

  /// Dimensions of a token's vector that the gate looks at; the others carry data through layers.
  var gateWidth: Int { gates.first?.gateWidth ?? 0 }

  /// Positions of layers whose routing no top-k gate can make: a token has two copies on an expert.
  public var imposedLayers: [Int] {
    (0..<layers).filter { layer in
      dealt.indices.contains { slot in
        slot % layers == layer && dealt[slot].contains { $0.isImposed }
      }
    }
  }
}

/// Makes the tokens of one micro-batch.
private struct TokenMaker {
  let model: MoEModel
  let step: RoutedStep
  let part: Int
  let seed: UInt64

  /// A number for streams that tells steps and their micro-batches apart.
  private var name: Int { step.index * 1024 + part }

  func deal(_ layer: RoutedLayer, source: Int) -> DealtTokens {
    DealtTokens(layer, source: source, seed: seed, step: name)
  }

  func coordinates(
    of tokens: DealtTokens, _ gate: GateDesign, _ layer: RoutedLayer, _ source: Int
  ) -> FloatBuffer {
    gate.coordinates(of: tokens, seed: seed, step: name, layer: layer.layer, source: source)
  }

  /// Numbers between -1 and 1 for every token of a rank.
  func vectors(_ purpose: String, width: Int, source: Int) -> FloatBuffer {
    var stream = RandomStream(seed: seed, purpose: purpose, name, source)
    let tokens = step.layers.first.map { Int($0.tokens[source]) } ?? 0
    let buffer = FloatBuffer(count: tokens * width)
    for index in 0..<buffer.count { buffer.pointer[index] = Float(stream.uniform() * 2 - 1) }
    return buffer
  }
}
