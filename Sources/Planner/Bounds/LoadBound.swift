/// What the busiest rank of one layer and one batch must at least have to do.
///
/// The largest of: the mean load; the smallest possible largest share when copies are counted
/// instead of placed; without redundancy, pigeon-hole sums of heavy experts, and the next whole
/// number of tokens.
struct LoadBound {
  let slotsPerRank: Int
  let slots: Int
  let ranks: Int
  /// Sum over ranks of 1 / slowdown.
  let speed: Double
  /// The smallest slowdown of any rank.
  let fastest: Double

  init(_ problem: PlacementProblem, capacity: [Int]) {
    slotsPerRank = problem.slotsPerRank
    slots = capacity.reduce(0, +)
    ranks = capacity.filter { $0 > 0 }.count
    let factors = (0..<problem.ranks).filter { capacity[$0] > 0 }
      .map { problem.slowdown(ofRank: $0) }
    speed = factors.reduce(0) { $0 + 1 / $1 }
    fastest = factors.min() ?? 1
  }

  func value(of row: [Double]) -> Double {
    let falling = row.sorted(by: >)
    let mean = row.reduce(0, +) / speed
    let share = largestShare(falling) * fastest
    let bound = max(mean, share)
    guard slots == row.count else { return bound }
    let holes = max(bound, pigeonHole(falling) * fastest)
    let whole = row.allSatisfy { $0 == $0.rounded() } && fastest == 1 && speed == Double(ranks)
    return whole ? (holes - 1e-6).rounded(.up) : holes
  }

  /// The smallest z with Σ ⌈load / z⌉ ≤ slots, from below, by bisection.
  private func largestShare(_ falling: [Double]) -> Double {
    guard let heaviest = falling.first, heaviest > 0 else { return 0 }
    guard slots > falling.count else { return heaviest }
    var (low, high) = (heaviest / Double(ranks), heaviest)
    if fits(falling, low) { return low }
    for _ in 0..<60 where high - low > 1e-12 * high {
      let middle = (low + high) / 2
      if fits(falling, middle) { high = middle } else { low = middle }
    }
    return low
  }

  private func fits(_ falling: [Double], _ largest: Double) -> Bool {
    // The guard keeps a quotient that should be whole from counting one copy more.
    falling.reduce(0) { $0 + max(1, ($1 / largest - 1e-12).rounded(.up)) } <= Double(slots)
  }

  /// Of the `ranks · m + 1` heaviest experts some rank has m + 1; and the rank of the heaviest
  /// fills its other slots if no slot is spare.
  private func pigeonHole(_ falling: [Double]) -> Double {
    var best = 0.0
    var count = 1
    while ranks * count < falling.count {
      let last = ranks * count
      best = max(best, falling[last - count...last].reduce(0, +))
      count += 1
    }
    if slotsPerRank * ranks == falling.count {
      best = max(best, (falling.first ?? 0) + falling.suffix(slotsPerRank - 1).reduce(0, +))
    }
    return best
  }
}
