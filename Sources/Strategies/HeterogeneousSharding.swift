import Domain

/// Homes of all layers' experts that even out what sparse materialization leaves alone.
///
/// The busiest experts of a layer are copied to many ranks in every iteration, so it does not matter
/// where they live; all others are spread by load. Every rank is home to as many experts over all
/// layers, though not in each layer.
///
/// Source: Hecate (arXiv 2502.02581), algorithm 2. "Least loaded" is read as the load of this layer's
/// experts placed so far; the paper does not say. "Arbitrarily", for the experts that are copied
/// anyway, is read as the first rank with room, node after node so that no node has to send most.
struct HeterogeneousSharding {
  /// The home of every expert, `[layers][experts]`.
  private(set) var homes: [[Int]]
  private let routes: WeightRoutes
  private let nodes: [Range<Int>]
  private var free: [Int]

  /// - Parameters:
  ///   - loads: predicted copies, `[layers][experts]`.
  ///   - overlapDegree: experts of a layer that are materialized wherever they live.
  ///   - ranks: ranks of a group.
  /// - Complexity: O(layers × experts × (log experts + ranks)).
  init(loads: [[Int]], overlapDegree: Int, ranks: Int, routes: WeightRoutes) {
    self.routes = routes
    homes = loads.map { [Int](repeating: -1, count: $0.count) }
    let total = loads.reduce(0) { $0 + $1.count }
    // Where experts do not divide evenly, the first ranks take one more.
    free = (0..<ranks).map { total / ranks + ($0 < total % ranks ? 1 : 0) }
    var starts: [Int] = []
    for rank in 0..<ranks where rank == 0 || routes.node(of: rank) != routes.node(of: rank - 1) {
      starts.append(rank)
    }
    nodes = zip(starts, starts.dropFirst() + [ranks]).map { $0..<$1 }
    let orders = loads.map { layer in
      layer.indices.sorted { (layer[$1], $0) < (layer[$0], $1) }
    }
    let degree = max(0, overlapDegree)
    // The layer whose busiest remaining expert is busiest comes first.
    func busiest(_ layer: Int) -> Int {
      orders[layer].dropFirst(degree).first.map { loads[layer][$0] } ?? -1
    }
    for layer in loads.indices.sorted(by: { (busiest($1), $0) < (busiest($0), $1) }) {
      place(Array(orders[layer].dropFirst(degree)), of: layer, loads: loads[layer])
    }
    fill(orders.map { Array($0.prefix(degree)) })
  }

  /// Gives one layer's experts, busiest first, to the least loaded node and rank; on a tie to those
  /// with less room left.
  private mutating func place(_ experts: [Int], of layer: Int, loads: [Int]) {
    var placed = [Int](repeating: 0, count: free.count)
    for expert in experts {
      let node = nodes.indices.filter { index in nodes[index].contains { free[$0] > 0 } }
        .min { key(of: nodes[$0], placed, $0) < key(of: nodes[$1], placed, $1) }
      guard let node else { return }
      let rank = nodes[node].filter { free[$0] > 0 }
        .min { key(of: $0..<($0 + 1), placed, $0) < key(of: $1..<($1 + 1), placed, $1) }
      guard let rank else { return }
      homes[layer][expert] = rank
      placed[rank] += loads[expert]
      free[rank] -= 1
    }
  }

  private func key(of ranks: Range<Int>, _ placed: [Int], _ number: Int) -> (Int, Int, Int) {
    ranks.reduce((0, 0, number)) { ($0.0 + placed[$1], $0.1 + free[$1], number) }
  }

  /// Gives the room that is left to the experts that are materialized anyway, `[layers][experts]`: as
  /// many of a layer to every node as there is room for, since nodes send what they are home to, and
  /// inside a node to the first rank with room.
  private mutating func fill(_ experts: [[Int]]) {
    for (layer, busiest) in experts.enumerated() {
      var taken = [Int](repeating: 0, count: nodes.count)
      for expert in busiest {
        let open = nodes.indices.filter { index in nodes[index].contains { free[$0] > 0 } }
        guard let node = open.min(by: { (taken[$0], $0) < (taken[$1], $1) }),
          let rank = nodes[node].first(where: { free[$0] > 0 })
        else { return }
        homes[layer][expert] = rank
        free[rank] -= 1
        taken[node] += 1
      }
    }
  }
}
