/// Gives busy experts further copies and takes copies from idle ones, one at a time, as long as the
/// busiest rank gains.
///
/// Source: FlexMoE (Nie and others, SIGMOD 2023, section 3): the policy maker expands the experts of
/// the busiest rank, and shrinks others where no slot is free; its placements start from one copy.
struct ReplicaBalancer: ExpertBalancer {
  let slotsPerRank: Int
  /// Busiest over mean rank load below which a layer is left alone.
  let threshold: Double

  /// - Complexity: O(*copies made* × *ranks* × slots).
  func arrange(_ loads: [Int], current: [[Int]]) -> [[Int]] {
    var placed = current
    for _ in 0..<(2 * current.count * slotsPerRank) {
      let shares = EvenShares(loads, placed: placed)
      let mean = shares.rankLoads.reduce(0, +) / Double(max(1, placed.count))
      guard shares.largest > threshold * mean, let next = expanded(placed, shares, loads) else {
        break
      }
      placed = next
    }
    return placed
  }

  /// One more copy for the heaviest expert of the busiest rank that helps.
  private func expanded(
    _ placed: [[Int]], _ shares: EvenShares, _ loads: [Int]
  ) -> [[Int]]? {
    let heaviest = placed[shares.busiest].sorted {
      (shares.share[$1], $0) < (shares.share[$0], $1)
    }
    let order = placed.indices.sorted {
      (shares.rankLoads[$0], $0) < (shares.rankLoads[$1], $1)
    }
    for expert in heaviest {
      for rank in order where rank != shares.busiest && !placed[rank].contains(expert) {
        guard let next = adding(expert, to: rank, placed, shares) else { continue }
        // Anything less than a thousandth is not worth moving weights.
        if EvenShares(loads, placed: next).largest < shares.largest * 0.999 { return next }
        break
      }
    }
    return nil
  }

  /// `placed` with a copy of `expert` on `rank`: in a free slot, or in that of the lightest expert
  /// that has other copies.
  private func adding(
    _ expert: Int, to rank: Int, _ placed: [[Int]], _ shares: EvenShares
  ) -> [[Int]]? {
    var result = placed
    if placed[rank].count < slotsPerRank {
      result[rank].append(expert)
      return result
    }
    let spare = placed[rank].indices.filter { shares.copies[placed[rank][$0]] > 1 }
      .min { (shares.share[placed[rank][$0]], $0) < (shares.share[placed[rank][$1]], $1) }
    guard let spare else { return nil }
    result[rank][spare] = expert
    return result
  }
}
