/// What no placement of a problem can beat, layer by layer, without solving anything hard.
struct LowerBounds: Sendable {
  /// In the objective's unit; a layer counts its own loads and the flow to the next layer.
  private(set) var layers: [Double]
  /// The part of each layer that its loads alone make, in the objective's unit.
  let compute: [Double]

  init(_ problem: PlacementProblem) {
    let capacities = SlotCapacities(problem)
    let caps = (0..<problem.ranks).map { problem.memoryCopies(ofRank: $0) }
    // Memory may be spread over layers in other ways than the search does, so the bound lets
    // every layer use all it could.
    let free = caps.map { min(problem.slotsPerRank, $0) }
    let bound = LoadBound(problem, capacity: free)
    var compute: [Double] = []
    var layers: [Double] = []
    for layer in 0..<problem.layers {
      let own = Self.computeBound(problem, layer, bound, capacities.rows[layer], free)
      compute.append(own)
      layers.append(own + Self.communicationBound(problem, layer))
    }
    self.compute = compute
    self.layers = layers
  }

  private static func computeBound(
    _ problem: PlacementProblem, _ layer: Int, _ bound: LoadBound, _ capacity: [Int],
    _ free: [Int]
  ) -> Double {
    if case .traffic = problem.objective { return 0 }
    let loads = LayerLoads(problem, layer: layer)
    var value = loads.risk.value(of: loads.rows.map { bound.value(of: $0) })
    if problem.expertGroups != nil, problem.nodes > 1 {
      let packing = GroupPacking(problem, loads: loads, capacity: free)
      if packing.exact { value = max(value, packing.value) }
    }
    return value * problem.computeScale
  }

  private static func communicationBound(_ problem: PlacementProblem, _ layer: Int) -> Double {
    guard problem.objective.couplesLayers, layer + 1 < problem.layers else { return 0 }
    let total = CommunicationBound.total(problem, after: layer)
    if case .joint = problem.objective { return total / Double(problem.ranks) }
    return total
  }
}
