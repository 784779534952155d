/// What never changes while a chain of layers is searched: loads, flows and costs as dense and
/// sparse arrays in single precision.
struct ChainTables: Sendable {
  let layers: Int
  let experts: Int
  let ranks: Int
  /// `ranks`, rounded up to whole vectors.
  let width: Int
  let slotsPerRank: Int
  let ranksPerNode: Int
  let nodes: Int
  let computeCost: Float
  let near: Float
  let far: Float
  /// Whether all traffic counts instead of the busiest rank's.
  let countsTotal: Bool
  let caps: [Float]
  let slowdown: [Float]
  /// Tokens by layer and expert.
  let load: [[Float]]
  /// Flows to the next layer, by layer; empty for the last layer.
  let successors: [PartnerLists]
  /// Flows from the layer before, by layer; empty for the first layer.
  let predecessors: [PartnerLists]
  /// Price of an expert on a rank where it is not now.
  let moveCost: Float
  /// The ranks of each expert now, by layer; empty without a current placement.
  let current: [[[Int]]]

  init(_ problem: PlacementProblem) {
    layers = problem.layers
    experts = problem.experts
    ranks = problem.ranks
    width = (problem.ranks + 7) / 8 * 8
    slotsPerRank = problem.slotsPerRank
    ranksPerNode = problem.ranksPerNode
    nodes = problem.nodes
    near = Float(problem.costs.intraNodeNanoseconds)
    far = Float(problem.costs.interNodeNanoseconds)
    slowdown = (0..<problem.ranks).map { Float(problem.slowdown(ofRank: $0)) }
    load = problem.loads.map { $0.map { Float($0) } }
    moveCost = Float(problem.moveCost)
    current =
      problem.currentPlacement.map { placement in
        (0..<problem.layers).map {
          placement.ranksByExpert(inLayer: $0, experts: problem.experts)
        }
      } ?? []
    if case .traffic(let limits) = problem.objective {
      (countsTotal, computeCost) = (true, 0)
      caps = limits.map { Float($0) }
    } else {
      (countsTotal, computeCost) = (false, Float(problem.costs.computeNanoseconds))
      caps = Array(repeating: .infinity, count: problem.layers)
    }
    let empty = Array(repeating: [PartnerLists.Partner](), count: problem.experts)
    var successors = Array(repeating: empty, count: problem.layers)
    var predecessors = successors
    for (layer, flows) in problem.transitions.enumerated() {
      for flow in flows where flow.tokens > 0 {
        let tokens = Float(flow.tokens)
        successors[layer][flow.source].append(
          PartnerLists.Partner(expert: Int32(flow.destination), tokens: tokens))
        predecessors[layer + 1][flow.destination].append(
          PartnerLists.Partner(expert: Int32(flow.source), tokens: tokens))
      }
    }
    self.successors = successors.map { PartnerLists($0) }
    self.predecessors = predecessors.map { PartnerLists($0) }
  }
}
