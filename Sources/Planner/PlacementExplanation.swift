private import LinearModel

/// What keeps a layer's objective from being smaller: the rank that binds and what it holds.
public struct LayerExplanation: Hashable, Sendable, Codable {
  /// An expert on the binding rank.
  public struct Part: Hashable, Sendable, Codable {
    public let expert: Int
    /// Copies of the expert in the layer.
    public let copies: Int
    /// Tokens that the rank computes of it, mean over the objective's samples.
    public let tokens: Double
  }

  /// The layer's number in the model.
  public let layer: Int
  /// The rank that is busiest in most samples.
  public let rank: Int
  /// Its tokens times its slowdown, mean over samples.
  public let load: Double
  /// The mean load of all ranks.
  public let meanLoad: Double
  /// What it holds, heaviest first.
  public let experts: [Part]
  /// Whether one expert alone makes more than the mean load: only more copies would help.
  public let boundByOneExpert: Bool
}

extension PlacementProblem {
  /// For each layer the binding rank and its experts, under an even split of replicas.
  ///
  /// - Precondition: The placement has this problem's layers and ranks and known experts.
  public func explanation(of placement: PlacementSlots) -> [LayerExplanation] {
    precondition(
      placement.layers.count == layers && placement.ranks == ranks, "a placement of this problem")
    return (0..<layers).map { explainLayer($0, of: placement) }
  }

  private func explainLayer(_ layer: Int, of placement: PlacementSlots) -> LayerExplanation {
    let rows = LayerLoads(self, layer: layer).rows
    let holders = placement.ranksByExpert(inLayer: layer, experts: experts)
    let loads = rows.map { row in
      (0..<ranks).map { rank in rankLoad(rank, row, holders) }
    }
    var wins = Array(repeating: 0, count: ranks)
    for sample in loads { wins[sample.indices.max { sample[$0] < sample[$1] } ?? 0] += 1 }
    let most = wins.max() ?? 0
    let rank = wins.firstIndex(of: most) ?? 0
    let count = Double(rows.count)
    let load = loads.reduce(0.0) { $0 + $1[rank] } / count
    let mean = loads.reduce(0.0) { $0 + $1.reduce(0, +) } / (count * Double(ranks))
    let parts = self.parts(ofRank: rank, rows, holders)
    return LayerExplanation(
      layer: layerNumbers[layer], rank: rank, load: load, meanLoad: mean, experts: parts,
      boundByOneExpert: parts.first.map { $0.tokens * slowdown(ofRank: rank) >= mean } ?? false)
  }

  /// The experts of a rank, heaviest first.
  private func parts(
    ofRank rank: Int, _ rows: [[Double]], _ holders: [[Int]]
  ) -> [LayerExplanation.Part] {
    var parts: [LayerExplanation.Part] = []
    for (expert, ranks) in holders.enumerated() where ranks.contains(rank) {
      let tokens = rows.reduce(0.0) { $0 + $1[expert] }
      parts.append(
        LayerExplanation.Part(
          expert: expert, copies: ranks.count,
          tokens: tokens / Double(rows.count * ranks.count)))
    }
    return parts.sorted {
      $0.tokens != $1.tokens ? $0.tokens > $1.tokens : $0.expert < $1.expert
    }
  }

  private func rankLoad(_ rank: Int, _ row: [Double], _ holders: [[Int]]) -> Double {
    let tokens = holders.enumerated().reduce(0.0) { sum, item in
      item.element.contains(rank)
        ? sum + row[item.offset] / Double(item.element.count) : sum
    }
    return tokens * slowdown(ofRank: rank)
  }

  /// The integer program of one layer in LP format, for other solvers to check.
  ///
  /// - Parameter layer: Counted from 0.
  /// - Throws: ``PlacementError`` if there is no such layer or its program is beyond a million
  ///   variables.
  public func layerProgram(_ layer: Int) throws(PlacementError) -> String {
    try validate()
    guard (0..<layers).contains(layer) else {
      throw PlacementError(
        .invalidValue, at: "layer", "\(layer) of \(layers)", remedy: "count from 0")
    }
    let capacity = SlotCapacities(self).rows[layer]
    let copies = min(ranks, max(1, capacity.reduce(0, +) - experts + 1))
    guard experts * ranks * copies <= 1_000_000 else {
      throw PlacementError(
        .unsupported, at: "layer \(layer)",
        "its program has \(experts * ranks * copies) variables",
        remedy: "write the program of a smaller problem")
    }
    return LayerProgram(self, layer: layer, capacity: capacity).model.lpFormat()
  }
}
