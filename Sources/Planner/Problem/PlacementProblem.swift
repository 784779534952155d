/// Where may the experts of a mixture-of-experts model live, and what is the best place?
///
/// Documented field by field in `docs/planner.md`; the file form is `moe-placement-1`.
public struct PlacementProblem: Hashable, Sendable {
  public var name: String
  public var model: String
  /// The number of each layer as the model counts; the problem's own count is from 0.
  public var layerNumbers: [Int]
  /// Routed experts a layer.
  public var experts: Int
  /// Experts a token uses.
  public var topK: Int
  public var ranks: Int
  /// Rank *r* is in node *r* / `ranksPerNode`.
  public var ranksPerNode: Int
  /// Expert copies a rank can hold in each layer.
  public var slotsPerRank: Int
  /// Bytes of one expert copy; 0 if memory does not matter.
  public var expertBytes: Int
  /// Bytes that all copies of all layers on a rank may take, by rank; empty if it does not matter.
  public var rankMemoryBytes: [Int]
  public var costs: TokenCosts
  public var objective: PlacementObjective
  public var replicaSplit: ReplicaSplit
  /// Mean tokens by layer and expert.
  public var loads: [[Double]]
  /// Tokens of single batches by sample, layer and expert.
  public var samples: [[[Double]]]
  /// Flows from each layer to the next.
  public var transitions: [[ExpertTransition]]
  /// Groups of consecutive experts whose copies must share a node in each layer; `nil` for none.
  public var expertGroups: Int?
  /// Factor on the load of each rank; empty if all are equally fast.
  public var rankSlowdown: [Double]
  /// Where experts live now.
  public var currentPlacement: PlacementSlots?
  /// What a copy costs, in units of the objective, on a rank where it is not now.
  public var moveCost: Double
  public var protectedExperts: [ProtectedExpert]
  /// Several workloads instead of one; empty for `loads` and `samples` alone.
  public var loadSets: [LoadSet]
  public var loadSetCombination: LoadSetCombination

  /// A problem from loads, without memory or communication, as scenarios pose it.
  ///
  /// - Parameters:
  ///   - loads: Tokens by layer and expert.
  ///   - samples: Tokens by batch, layer and expert; with any, the objective is their expected
  ///     maximum unless another is named.
  public init(
    name: String = "placement", model: String = "", loads: [[Double]],
    samples: [[[Double]]] = [], ranks: Int, ranksPerNode: Int, slotsPerRank: Int,
    topK: Int = 1, objective: PlacementObjective? = nil, layerNumbers: [Int]? = nil
  ) {
    self.name = name
    self.model = model
    self.layerNumbers = layerNumbers ?? Array(loads.indices)
    self.experts = loads.first?.count ?? 0
    self.topK = topK
    self.ranks = ranks
    self.ranksPerNode = ranksPerNode
    self.slotsPerRank = slotsPerRank
    self.expertBytes = 0
    self.rankMemoryBytes = []
    self.costs = TokenCosts(
      computeNanoseconds: 0, intraNodeNanoseconds: 0, interNodeNanoseconds: 0)
    self.objective = objective ?? (samples.isEmpty ? .balance : .expected)
    self.replicaSplit = .even
    self.loads = loads
    self.samples = samples
    self.transitions = []
    self.expertGroups = nil
    self.rankSlowdown = []
    self.currentPlacement = nil
    self.moveCost = 0
    self.protectedExperts = []
    self.loadSets = []
    self.loadSetCombination = .worst
  }

  public var layers: Int { loads.count }

  /// Expert copies a layer can hold at most.
  public var slots: Int { ranks * slotsPerRank }

  /// The node of a rank.
  public func node(ofRank rank: Int) -> Int { rank / ranksPerNode }

  var nodes: Int { (ranks + ranksPerNode - 1) / ranksPerNode }

  /// Factor on the load of a rank.
  func slowdown(ofRank rank: Int) -> Double {
    rankSlowdown.isEmpty ? 1 : rankSlowdown[rank]
  }

  /// Nanoseconds to move one token between two ranks.
  func tokenCost(from source: Int, to destination: Int) -> Double {
    if source == destination { return 0 }
    return node(ofRank: source) == node(ofRank: destination)
      ? costs.intraNodeNanoseconds : costs.interNodeNanoseconds
  }

  /// Experts a group has.
  var expertsPerGroup: Int { experts / (expertGroups ?? 1) }

  /// Copies of all layers that fit into a rank's memory.
  func memoryCopies(ofRank rank: Int) -> Int {
    guard expertBytes > 0, !rankMemoryBytes.isEmpty else { return layers * slotsPerRank }
    return min(layers * slotsPerRank, rankMemoryBytes[rank] / expertBytes)
  }
}
