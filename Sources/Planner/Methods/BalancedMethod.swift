/// Copies by greedy replication, packed heaviest first onto the rank where they hurt least.
///
/// Graham, "Bounds on Multiprocessing Timing Anomalies", SIAM J. Appl. Math. 17 (1969); with
/// several samples every batch counts.
struct BalancedMethod: PlacementMethod {
  static let name = "balanced"
  static let summary = "greedy replication and heaviest-first packing over all samples"

  func place(
    _ problem: PlacementProblem, _ run: inout PlanningRun
  ) throws(PlacementError) -> MethodResult {
    let capacities = SlotCapacities(problem)
    let rows = (0..<problem.layers).map { layer in
      Self.row(of: problem, layer: layer, capacity: capacities.rows[layer])
    }
    return MethodResult(
      slots: PlacementSlots(
        ranks: problem.ranks, slotsPerRank: problem.slotsPerRank, layers: rows))
  }

  /// The slots of one layer.
  static func row(of problem: PlacementProblem, layer: Int, capacity: [Int]) -> [Int] {
    let loads = LayerLoads(problem, layer: layer)
    let packing = GreedyPacking(
      loads: loads, slotsPerRank: problem.slotsPerRank, capacity: capacity,
      slowdown: (0..<problem.ranks).map { problem.slowdown(ofRank: $0) })
    var row = Array(repeating: PlacementSlots.empty, count: problem.slots)
    let regions = Region.regions(of: problem, layer: layer, loads: loads, capacity: capacity)
    for region in regions {
      let copies = CopyCounts.greedy(
        rows: loads.rows, risk: loads.risk, experts: region.experts,
        slots: region.ranks.reduce(0) { $0 + capacity[$1] },
        limit: region.ranks.filter { capacity[$0] > 0 }.count)
      packing.fill(&row, region: region, copies: copies)
    }
    return row
  }
}
