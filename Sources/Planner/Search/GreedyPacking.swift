/// Puts copies on ranks, heaviest first, each where the layer's risk grows least.
///
/// With one sample this is Graham's longest-processing-time rule; with several it is the idea of
/// packing for every batch at once.
struct GreedyPacking {
  let loads: LayerLoads
  let slotsPerRank: Int
  let capacity: [Int]
  let slowdown: [Double]

  /// A row of slots for the layer.
  ///
  /// - Parameter copies: Copies of each of the region's experts, by position in the region.
  /// - Complexity: O(copies · ranks · samples).
  func fill(_ row: inout [Int], region: Region, copies: [Int]) {
    var loadOfRank = Array(
      repeating: Array(repeating: 0.0, count: loads.rows.count), count: capacity.count)
    var used = Array(repeating: 0, count: capacity.count)
    var holders = Array(repeating: [Int](), count: region.experts.count)
    var singlesLeft = region.experts.count
    var roomLeft = region.ranks.reduce(0) { $0 + capacity[$1] }
    for item in order(region, copies) {
      let expert = region.experts[item]
      let first = holders[item].isEmpty
      // The last slots belong to experts without any copy yet.
      guard first || roomLeft > singlesLeft else { continue }
      let share = 1 / Double(copies[item])
      guard
        let rank = bestRank(region.ranks, expert, share, loadOfRank, holders[item], used)
      else { continue }
      row[rank * slotsPerRank + used[rank]] = expert
      used[rank] += 1
      roomLeft -= 1
      if first { singlesLeft -= 1 }
      holders[item].append(rank)
      for (sample, tokens) in loads.rows.enumerated() {
        loadOfRank[rank][sample] += tokens[expert] * share * slowdown[rank]
      }
    }
  }

  /// Positions in the region, once a copy, by falling share.
  private func order(_ region: Region, _ copies: [Int]) -> [Int] {
    let shares = region.experts.enumerated().map { position, expert in
      loads.rows.reduce(0) { $0 + $1[expert] } / Double(copies[position])
    }
    return region.experts.indices.sorted { shares[$0] > shares[$1] }
      .flatMap { Array(repeating: $0, count: copies[$0]) }
  }

  private func bestRank(
    _ ranks: [Int], _ expert: Int, _ share: Double, _ loadOfRank: [[Double]], _ holders: [Int],
    _ used: [Int]
  ) -> Int? {
    var best: Int?
    var bestValue = Double.infinity
    for rank in ranks where used[rank] < capacity[rank] && !holders.contains(rank) {
      let value = loads.risk.value(
        of: loads.rows.indices.map {
          loadOfRank[rank][$0] + loads.rows[$0][expert] * share * slowdown[rank]
        })
      if value < bestValue { (best, bestValue) = (rank, value) }
    }
    return best
  }
}
