public import Domain
public import Kernels
public import Plan
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

  public init(network: FeedForwardNetwork, seed: UInt64) {
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

/// Which ranks have the weights of which experts, layer by layer, whether or not they are sent any.
public struct Residency: Sendable {
  private var isHeld: [Bool]
  private var isKept: [Bool]
  /// The rank of each expert's group that its gradients come home to, `[layers × groups × experts]`.
  private var homes: [Int]
  private let ranks: Int
  private let experts: Int
  private let groupSize: Int

  /// What every rank has as `plan`'s step begins, or everything.
  public init(plan: ExecutionPlan, groups: [Range<Int>], policy: MemoryPolicy) {
    ranks = plan.ranks
    experts = plan.model.experts
    groupSize = max(1, groups.first?.count ?? 1)
    let layers = plan.model.layers.count
    isHeld = [Bool](repeating: policy.expertWeights == .all, count: layers * ranks * experts)
    isKept = isHeld
    homes = [Int](repeating: -1, count: layers * max(1, groups.count) * experts)
    for outcome in plan.layerOutcomes {
      let group = outcome.firstRank / groupSize
      let start = outcome.layer * ranks + outcome.firstRank
      for (expert, holders) in outcome.holders.enumerated() {
        for holder in holders { isHeld[(start + holder) * experts + expert] = true }
      }
      for (expert, keepers) in outcome.keepers.enumerated() {
        for keeper in keepers { isKept[(start + keeper) * experts + expert] = true }
        guard let first = keepers.first else { continue }
        homes[(outcome.layer * groups.count + group) * experts + expert] =
          outcome.firstRank + first
      }
    }
  }

  /// Whether `rank` has `expert` of the layer at position `layer` when the step begins.
  public func holds(_ expert: Int, layer: Int, rank: Int) -> Bool {
    isHeld[(layer * ranks + rank) * experts + expert]
  }

  /// Whether `rank` keeps `expert`, which may arrive with what moves before the step.
  func keeps(_ expert: Int, layer: Int, rank: Int) -> Bool {
    isKept[(layer * ranks + rank) * experts + expert]
  }

  /// The rank of `rank`'s group that is home to `expert`; -1 where none is.
  public func home(of expert: Int, layer: Int, inGroupOf rank: Int) -> Int {
    homes[(layer * (ranks / groupSize) + rank / groupSize) * experts + expert]
  }
}
