/// Annealing state of a chain of layers: compute of each layer, communication of each boundary.
///
/// Threads may search ranges of layers at the same time if at least one layer that nobody changes
/// lies between two ranges: a move in a layer touches its own tables, those of its neighbours
/// that face it, and the two boundaries beside it.
final class ChainSearch: @unchecked Sendable {
  let tables: ChainTables
  let layers: [LayerFlows]
  /// Nanoseconds sent (first half) and received (second half) by rank, for each boundary.
  let boundary: [UnsafeMutablePointer<Float>]
  /// Compute time of each layer, and communication of the boundary after it, ns.
  let compute: UnsafeMutablePointer<Float>
  let communication: UnsafeMutablePointer<Float>
  /// The node of each rank.
  let nodeOfRank: UnsafeMutablePointer<Int32>
  /// By node and rank, 1 if the rank is in the node.
  let inNode: UnsafeMutablePointer<Float>

  init(_ problem: PlacementProblem, rows: [[Int]], capacities: SlotCapacities) {
    tables = ChainTables(problem)
    layers = rows.indices.map { [tables] layer in
      let loads = LayerLoads(problem, layer: layer)
      let regions =
        Region.regions(of: problem, asIn: rows[layer])
        ?? Region.regions(
          of: problem, layer: layer, loads: loads, capacity: capacities.rows[layer])
      return LayerFlows(
        tables, layer: layer, row: rows[layer], capacity: capacities.rows[layer], regions: regions,
        pins: problem.protectedExperts.filter { $0.layer == layer }.map(\.expert))
    }
    boundary = (0..<max(0, rows.count - 1)).map { [tables] _ in
      RawMemory.filled(2 * tables.width, with: 0)
    }
    compute = RawMemory.filled(rows.count, with: 0)
    communication = RawMemory.filled(rows.count, with: 0)
    nodeOfRank = RawMemory.filled(tables.ranks, with: 0)
    inNode = RawMemory.filled(tables.nodes * tables.width, with: 0)
    for rank in 0..<tables.ranks {
      nodeOfRank[rank] = Int32(rank / tables.ranksPerNode)
      inNode[rank / tables.ranksPerNode * tables.width + rank] = 1
    }
    rebuild()
  }

  deinit {
    for memory in boundary { memory.deallocate() }
    compute.deallocate()
    communication.deallocate()
    nodeOfRank.deallocate()
    inNode.deallocate()
  }

  @inline(__always)
  func place(_ rank: Int) -> RankPlace {
    RankPlace(rank: rank, node: Int(nodeOfRank[rank]))
  }

  /// The current slots of all layers.
  var rows: [[Int]] { layers.map(\.row) }

  /// Takes over slots.
  func read(_ rows: [[Int]]) {
    for (layer, row) in zip(layers, rows) { layer.read(row) }
    rebuild()
  }

  /// The objective without moves, ns.
  var total: Double {
    (0..<tables.layers).reduce(0) { $0 + Double(compute[$1]) + Double(communication[$1]) }
  }

  /// Computes all tables anew, which also removes rounding drift.
  func rebuild() {
    for layer in 0..<tables.layers {
      layers[layer].rebuildLoads()
      rebuildFlows(layer)
    }
    for layer in 0..<tables.layers {
      compute[layer] = largest(layers[layer].load, tables.width) * tables.computeCost
      rebuildBoundary(after: layer)
    }
  }

  private func rebuildFlows(_ layer: Int) {
    let flows = layers[layer]
    let (rows, width, nodes) = (tables.experts + 1, tables.width, tables.nodes)
    flows.outward.update(repeating: 0, count: rows * width)
    flows.inward.update(repeating: 0, count: rows * width)
    flows.outwardNode.update(repeating: 0, count: rows * nodes)
    flows.inwardNode.update(repeating: 0, count: rows * nodes)
    let next = layer + 1 < tables.layers ? holders(layer + 1) : []
    let previous = layer > 0 ? holders(layer - 1) : []
    for expert in 0..<tables.experts {
      flows.outwardTotal[expert] = 0
      flows.inwardTotal[expert] = 0
      for partner in flows.successors[expert] {
        let share = layers[layer + 1].share[Int(partner.expert)]
        flows.outwardTotal[expert] += partner.tokens
        for rank in next[Int(partner.expert)] {
          flows.addOutward(expert, place(rank), partner.tokens * share)
        }
      }
      for partner in flows.predecessors[expert] {
        let share = layers[layer - 1].share[Int(partner.expert)]
        flows.inwardTotal[expert] += partner.tokens
        for rank in previous[Int(partner.expert)] {
          flows.addInward(expert, place(rank), partner.tokens * share)
        }
      }
    }
  }

  /// The ranks of each expert of a layer.
  func holders(_ layer: Int) -> [[Int]] {
    (0..<tables.experts).map { expert in
      (0..<tables.ranks).filter { layers[layer].present[expert * tables.ranks + $0] }
    }
  }

  private func rebuildBoundary(after layer: Int) {
    guard layer + 1 < tables.layers else { return }
    let costs = boundary[layer]
    costs.update(repeating: 0, count: 2 * tables.width)
    var sum: Float = 0
    for (expert, ranks) in holders(layer).enumerated() {
      for rank in ranks {
        let change = ChainChange(
          expert: expert, rank: rank, share: layers[layer].share[expert])
        sum += apply(change, facing: .next, layer: layer, to: costs)
      }
    }
    communication[layer] = tables.countsTotal ? sum : largest(costs, 2 * tables.width)
  }
}

/// More or less of an expert on a rank.
struct ChainChange {
  var expert: Int
  var rank: Int
  /// Change of the share of the expert's tokens that the rank computes.
  var share: Float
}

/// Which neighbour of a layer is meant.
enum ChainSide {
  case previous
  case next
}
