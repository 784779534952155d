/// Swaps experts between the busiest rank and others as long as the busiest load falls.
///
/// Source: the online part of SmartMoE (Zhai and others, USENIX ATC 2023, section 4.3), which keeps
/// one copy of every expert and as many on every rank.
struct SwapBalancer: ExpertBalancer {
  /// The most swaps in a layer.
  let limit: Int

  /// - Complexity: O(*swaps* × *experts* × experts a rank).
  func arrange(_ loads: [Int], current: [[Int]]) -> [[Int]] {
    var placed = current
    for _ in 0..<limit {
      let shares = EvenShares(loads, placed: placed)
      guard let swap = best(shares, placed) else { break }
      placed[swap.from][swap.own] = swap.theirs
      placed[swap.to][swap.other] = swap.mine
    }
    return placed
  }

  private struct Swap {
    let from: Int
    let to: Int
    /// Positions on both ranks, and the experts there.
    let own: Int
    let other: Int
    let mine: Int
    let theirs: Int
  }

  /// The swap that leaves the busier of its two ranks as little as possible.
  private func best(_ shares: EvenShares, _ placed: [[Int]]) -> Swap? {
    let from = shares.busiest
    var least = shares.rankLoads[from] * (1 - 1e-9)
    var best: Swap?
    for (own, mine) in placed[from].enumerated() {
      for to in placed.indices where to != from && !placed[to].contains(mine) {
        for (other, theirs) in placed[to].enumerated() where !placed[from].contains(theirs) {
          let moved = shares.share[mine] - shares.share[theirs]
          let level = max(shares.rankLoads[from] - moved, shares.rankLoads[to] + moved)
          if level < least {
            least = level
            best = Swap(from: from, to: to, own: own, other: other, mine: mine, theirs: theirs)
          }
        }
      }
    }
    return best
  }
}
