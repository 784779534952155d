/// One rule of a problem that a placement breaks.
public struct PlacementViolation: Hashable, Sendable, Codable, CustomStringConvertible {
  /// Where, such as `layer 3, rank 5`.
  public let place: String
  /// What is wrong there.
  public let problem: String

  public var description: String { "\(place): \(problem)" }
}

/// What one layer contributes to the objective.
public struct LayerScore: Hashable, Sendable, Codable {
  /// The layer's number in the model.
  public let layer: Int
  /// Compute, communication to the next layer and moves together, in the objective's unit.
  public let objective: Double
  /// The part that the busiest rank's load makes.
  public let compute: Double
  /// The part that the flow to the next layer makes.
  public let communication: Double
  /// The part that moves from the current placement make.
  public let moves: Double
}

/// A placement judged by a problem.
public struct PlacementScore: Hashable, Sendable {
  /// Whether every rule holds.
  public let feasible: Bool
  /// In tokens or nanoseconds, as the objective says; not a number if a layer cannot be scored.
  public let objective: Double
  public let perLayer: [LayerScore]
  public let violations: [PlacementViolation]
}

extension PlacementProblem {
  /// Judges a placement: the one definition that planner, simulator and `shunt score` share.
  ///
  /// - Throws: ``PlacementError`` if the dispatch program of a `leastLoaded` split fails.
  /// - Complexity: O(layers · (slots · samples + transitions · copies)).
  public func score(_ placement: PlacementSlots) throws(PlacementError) -> PlacementScore {
    let violations = violations(of: placement)
    guard placement.layers.count == layers, placement.ranks == ranks else {
      return PlacementScore(
        feasible: false, objective: .nan, perLayer: [], violations: violations)
    }
    let holders = (0..<layers).map { placement.ranksByExpert(inLayer: $0, experts: experts) }
    var perLayer: [LayerScore] = []
    for layer in 0..<layers {
      perLayer.append(try score(layer, placement, holders))
    }
    return PlacementScore(
      feasible: violations.isEmpty, objective: perLayer.reduce(0) { $0 + $1.objective },
      perLayer: perLayer, violations: violations)
  }

  private func score(
    _ layer: Int, _ placement: PlacementSlots, _ holders: [[[Int]]]
  ) throws(PlacementError) -> LayerScore {
    let complete = holders[layer].allSatisfy { !$0.isEmpty }
    var compute = complete ? 0.0 : .nan
    if complete, case .traffic = objective {
    } else if complete {
      compute = try busiest(layer, holders[layer]) * computeScale
    }
    let flows = objective.couplesLayers && layer + 1 < layers
    let communication =
      flows
      ? communication(after: layer, shares(of: holders[layer]), shares(of: holders[layer + 1]))
      : 0
    let moves = moveCost * Double(newCopies(in: layer, holders[layer]))
    return LayerScore(
      layer: layerNumbers[layer], objective: compute + communication + moves, compute: compute,
      communication: communication, moves: moves)
  }

  /// Turns tokens into the objective's unit.
  var computeScale: Double {
    if case .joint = objective { return costs.computeNanoseconds }
    return 1
  }

  /// The layer's risk measure of the largest rank load, in tokens.
  func busiest(_ layer: Int, _ holders: [[Int]]) throws(PlacementError) -> Double {
    let loads = LayerLoads(self, layer: layer)
    var maxima: [Double] = []
    for row in loads.rows { maxima.append(try largestLoad(of: row, holders: holders)) }
    return loads.risk.value(of: maxima)
  }

  /// Total cost (traffic) or cost of the busiest rank (joint) of the flow to the next layer, ns.
  func communication(
    after layer: Int, _ sources: [[ExpertShare]], _ destinations: [[ExpertShare]]
  ) -> Double {
    var sent = Array(repeating: 0.0, count: ranks)
    var received = sent
    for flow in transitions[layer] {
      for source in sources[flow.source] {
        for destination in destinations[flow.destination] {
          let cost =
            tokenCost(from: source.rank, to: destination.rank)
            * (source.share * destination.share * flow.tokens)
          sent[source.rank] += cost
          received[destination.rank] += cost
        }
      }
    }
    if case .traffic = objective { return sent.reduce(0, +) }
    return max(sent.max() ?? 0, received.max() ?? 0)
  }

  /// What a placement's moves from the current one cost, in the objective's unit.
  func moves(of placement: PlacementSlots) -> Double {
    (0..<layers).reduce(0) { total, layer in
      let holders = placement.ranksByExpert(inLayer: layer, experts: experts)
      return total + moveCost * Double(newCopies(in: layer, holders))
    }
  }

  /// What one layer's slots add to an objective that does not couple layers.
  func layerValue(of row: [Int], layer: Int) throws(PlacementError) -> Double {
    let slots = PlacementSlots(ranks: ranks, slotsPerRank: slotsPerRank, layers: [row])
    let holders = slots.ranksByExpert(inLayer: 0, experts: experts)
    return try busiest(layer, holders) * computeScale
      + moveCost * Double(newCopies(in: layer, holders))
  }

  /// Copies on ranks that do not hold the expert now.
  private func newCopies(in layer: Int, _ holders: [[Int]]) -> Int {
    guard let currentPlacement else { return 0 }
    let current = currentPlacement.ranksByExpert(inLayer: layer, experts: experts)
    return zip(holders, current).reduce(0) { total, pair in
      total + pair.0.filter { !pair.1.contains($0) }.count
    }
  }
}
