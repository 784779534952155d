public import Domain
public import Kernels
private import Statistics

/// Weights of experts as every rank that holds them has them: the same numbers from the same seed.
public struct SeededWeights: Sendable {
  public let network: FeedForwardNetwork
  public let seed: UInt64

  public init(model: MoEModel, seed: UInt64) {
    network = FeedForwardNetwork(
      hidden: model.hiddenSize, intermediate: model.expertIntermediateSize, isGated: model.gated)
    self.seed = seed
  }

  init(network: FeedForwardNetwork, seed: UInt64) {
    self.network = network
    self.seed = seed
  }

  /// Writes the weights of `expert` in the layer numbered `layer`: uniform around zero, of a variance
  /// that keeps a row's size through the network.
  public func fill(_ target: UnsafeMutablePointer<Float>, expert: Int, layer: Int) {
    var stream = RandomStream(seed: seed, purpose: "execution weights", layer, expert)
    let first = network.hidden * network.firstWidth
    let widest = Float((3 / Double(network.hidden)).squareRoot())
    for index in 0..<first { target[index] = (Float(stream.uniform()) * 2 - 1) * widest }
    let second = Float((3 / Double(network.intermediate)).squareRoot())
    for index in first..<network.weightCount {
      target[index] = (Float(stream.uniform()) * 2 - 1) * second
    }
  }
}

/// Which rank keeps the weights of which experts, layer by layer, whether or not it was sent any.
public struct Residency: Sendable {
  private let isHeld: [Bool]
  private let ranks: Int
  private let experts: Int

  /// What `placement` gives every rank of every expert-parallel group, or everything.
  public init(
    placement: ExpertPlacement, groups: [Range<Int>], policy: MemoryPolicy
  ) {
    let ranks = groups.last?.upperBound ?? 0
    let experts = placement.experts
    var held = [Bool](
      repeating: policy.expertWeights == .all, count: placement.layers.count * ranks * experts)
    for layer in placement.layers.indices {
      for (expert, holders) in placement.holders(layerAt: layer).enumerated() {
        for group in groups {
          for holder in holders where group.contains(group.lowerBound + holder) {
            held[(layer * ranks + group.lowerBound + holder) * experts + expert] = true
          }
        }
      }
    }
    isHeld = held
    self.ranks = ranks
    self.experts = experts
  }

  /// Whether `rank` keeps `expert` of the layer at position `layer`.
  public func holds(_ expert: Int, layer: Int, rank: Int) -> Bool {
    let index = (layer * ranks + rank) * experts + expert
    return isHeld.indices.contains(index) && isHeld[index]
  }
}
