/// Puts copies on ranks, heaviest first, each where it hurts least; with several samples every
/// batch counts.
///
/// With one sample this is Graham's longest-processing-time rule.
struct GreedyPacking {
  let loads: LayerLoads
  let slotsPerRank: Int
  let capacity: [Int]
  let slowdown: [Double]

  /// Fills the region's slots in a row of the layer: of two rules, the one that ends better.
  ///
  /// - Parameter copies: Copies of each of the region's experts, by position in the region.
  /// - Complexity: O(copies · ranks · samples).
  func fill(_ row: inout [Int], region: Region, copies: [Int]) {
    let rules: [RankChoice.Rule] = loads.rows.count > 1 ? [.busiestRank, .ownPeak] : [.ownPeak]
    var best: (placed: [[Int]], risk: Double)?
    for rule in rules {
      let packed = packed(region, copies, rule)
      if best.map({ packed.risk < $0.risk }) ?? true { best = packed }
    }
    for (position, experts) in (best?.placed ?? []).enumerated() {
      for (place, expert) in experts.enumerated() {
        row[region.ranks[position] * slotsPerRank + place] = expert
      }
    }
  }

  /// Experts of each of the region's ranks, and the risk of the largest load.
  private func packed(
    _ region: Region, _ copies: [Int], _ rule: RankChoice.Rule
  ) -> (placed: [[Int]], risk: Double) {
    var choice = RankChoice(
      loads: loads, slowdown: region.ranks.map { slowdown[$0] },
      room: region.ranks.map { capacity[$0] }, rule: rule)
    var placed = Array(repeating: [Int](), count: region.ranks.count)
    var holders = Array(repeating: [Int](), count: region.experts.count)
    var singlesLeft = region.experts.count
    var roomLeft = region.ranks.reduce(0) { $0 + capacity[$1] }
    for item in order(region, copies) {
      let expert = region.experts[item]
      let first = holders[item].isEmpty
      // The last slots belong to experts without any copy yet.
      guard first || roomLeft > singlesLeft else { continue }
      guard let rank = choice.place(expert, share: 1 / Double(copies[item]), not: holders[item])
      else { continue }
      placed[rank].append(expert)
      roomLeft -= 1
      if first { singlesLeft -= 1 }
      holders[item].append(rank)
    }
    return (placed, loads.risk.value(of: choice.largest))
  }

  /// Positions in the region, once a copy, by falling share.
  private func order(_ region: Region, _ copies: [Int]) -> [Int] {
    let shares = region.experts.enumerated().map { position, expert in
      loads.rows.reduce(0) { $0 + $1[expert] } / Double(copies[position])
    }
    return region.experts.indices.sorted { shares[$0] > shares[$1] }
      .flatMap { Array(repeating: $0, count: copies[$0]) }
  }
}

/// The loads of some ranks while copies are put on them one by one.
private struct RankChoice {
  /// What the next copy's rank keeps small.
  enum Rule {
    /// The largest load of all ranks, mean over samples: right where few ranks decide.
    case busiestRank
    /// The rank's own largest sample: right where many ranks are equally full.
    case ownPeak
  }

  private let loads: LayerLoads
  private let slowdown: [Double]
  private let rule: Rule
  private let weights: [Double]
  private var room: [Int]
  private let roomAtFirst: [Int]
  /// Tokens times slowdown, by rank and sample.
  private var load: [Double]
  /// The largest load of each sample.
  private(set) var largest: [Double]

  init(loads: LayerLoads, slowdown: [Double], room: [Int], rule: Rule) {
    self.loads = loads
    self.slowdown = slowdown
    self.room = room
    self.rule = rule
    roomAtFirst = room
    let samples = loads.rows.count
    if case .mean(let weights) = loads.risk {
      self.weights = weights
    } else {
      weights = Array(repeating: 1 / Double(samples), count: samples)
    }
    load = Array(repeating: 0, count: room.count * samples)
    largest = Array(repeating: 0, count: samples)
  }

  /// Puts a copy on the best rank with room, and says which; `nil` if there is none.
  mutating func place(_ expert: Int, share: Double, not holders: [Int]) -> Int? {
    let tokens = loads.rows.map { $0[expert] * share }
    var best: (rank: Int, value: Double, mean: Double)?
    var emptyTried: Double?
    for rank in room.indices where room[rank] > 0 && !holders.contains(rank) {
      if room[rank] == roomAtFirst[rank] {
        // Empty ranks of one speed are alike.
        if emptyTried == slowdown[rank] { continue }
        emptyTried = slowdown[rank]
      }
      let (value, mean) = trial(rank, tokens)
      if let best, (best.value, best.mean) <= (value, mean) { continue }
      best = (rank, value, mean)
    }
    guard let rank = best?.rank else { return nil }
    room[rank] -= 1
    for (sample, tokens) in tokens.enumerated() {
      load[rank * largest.count + sample] += tokens * slowdown[rank]
      largest[sample] = max(largest[sample], load[rank * largest.count + sample])
    }
    return rank
  }

  /// What the rule makes of a rank with so many more tokens, and the rank's mean load.
  private func trial(_ rank: Int, _ tokens: [Double]) -> (value: Double, mean: Double) {
    let factor = slowdown[rank]
    var (peak, mean, busiest) = (0.0, 0.0, 0.0)
    load.withUnsafeBufferPointer { load in
      for sample in tokens.indices {
        let after = load[rank * tokens.count + sample] + tokens[sample] * factor
        peak = max(peak, after)
        mean += weights[sample] * after
        busiest += weights[sample] * max(largest[sample], after)
      }
    }
    return (rule == .busiestRank ? busiest : peak, mean)
  }
}
