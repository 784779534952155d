/// All placements of one layer of a few experts whose risk is small enough, by depth-first search.
///
/// Experts are placed heaviest first, each on a set of ranks; a branch ends where the loads so far,
/// or the mean of what is left on the ranks with free slots, already make the risk too large.
/// Ranks that are alike and hold the same so far are told apart by nothing, so only the first of
/// them is tried.
struct LayerEnumeration {
  private let loads: LayerLoads
  private let capacity: [Int]
  private let slotsPerRank: Int
  private let slowdown: [Double]
  private let order: [Int]
  /// Tokens by sample that experts from a place in the order on have in all.
  private let left: [[Double]]
  /// Sets of ranks by number of copies.
  private let masks: [Int]
  private let nodeLimit: Int
  private let goOn: () -> Bool

  private var row: [Int] = []
  private var used: [Int]
  private var load: [[Double]]
  /// Whether a rank is like the next one so far.
  private var twin: [Bool]
  private var limit = 0.0
  private var nodes = 0
  private var overflowed = false
  private var found: [[Int]] = []
  private var keepsAll = false
  private var foundLimit = 0

  /// - Parameter goOn: Asked now and then; once `false`, the search is too long.
  /// - Returns: `nil` beyond 12 experts or 8 ranks.
  init?(
    _ problem: PlacementProblem, layer: Int, capacity: [Int], nodeLimit: Int,
    goOn: @escaping () -> Bool = { true }
  ) {
    guard problem.experts <= 12, problem.ranks <= 8 else { return nil }
    let loads = LayerLoads(problem, layer: layer)
    self.loads = loads
    self.capacity = capacity
    self.nodeLimit = nodeLimit
    self.goOn = goOn
    slotsPerRank = problem.slotsPerRank
    slowdown = (0..<problem.ranks).map { problem.slowdown(ofRank: $0) }
    let weights = (0..<problem.experts).map { expert in
      loads.rows.reduce(0) { $0 + $1[expert] }
    }
    let order = weights.indices.sorted { weights[$0] > weights[$1] }
    self.order = order
    var left = [Array(repeating: 0.0, count: loads.rows.count)]
    for expert in order.reversed() {
      left.append(zip(left[left.count - 1], loads.rows).map { $0 + $1[expert] })
    }
    self.left = left.reversed()
    masks = (1..<1 << problem.ranks).sorted {
      ($0.nonzeroBitCount, $0) < ($1.nonzeroBitCount, $1)
    }
    used = Array(repeating: 0, count: problem.ranks)
    load = Array(
      repeating: Array(repeating: 0.0, count: problem.ranks), count: loads.rows.count)
    twin = (0..<problem.ranks).map { [slowdown] rank in
      rank + 1 < problem.ranks && slowdown[rank] == slowdown[rank + 1]
        && capacity[rank] == capacity[rank + 1]
    }
  }

  /// The best placement, in tokens, if it is below `limit`.
  ///
  /// - Returns: `nil` if the search was too long; an empty row if nothing is below.
  mutating func best(below limit: Double) -> (row: [Int], value: Double)? {
    self.limit = limit * (1 - 1e-12)
    keepsAll = false
    start()
    return overflowed ? nil : (found.last ?? [], self.limit)
  }

  /// All placements up to renaming alike ranks whose risk is at most `limit` tokens.
  ///
  /// - Returns: `nil` if the search was too long or found more than `count`.
  mutating func all(upTo limit: Double, count: Int) -> [[Int]]? {
    self.limit = limit
    keepsAll = true
    foundLimit = count
    start()
    return overflowed ? nil : found
  }

  private mutating func start() {
    row = Array(repeating: PlacementSlots.empty, count: capacity.count * slotsPerRank)
    (nodes, overflowed, found) = (0, false, [])
    descend(0)
  }

  private mutating func descend(_ place: Int) {
    nodes += 1
    guard nodes <= nodeLimit, nodes & 1023 != 0 || goOn() else {
      overflowed = true
      return
    }
    guard place < order.count else { return append() }
    let free = zip(capacity, used).reduce(0) { $0 + $1.0 - $1.1 }
    let most = free - (order.count - place - 1)
    for mask in masks {
      guard mask.nonzeroBitCount <= most else { return }
      guard fits(mask) else { continue }
      let before = twin
      put(order[place], mask, 1)
      if least(place + 1) <= limit { descend(place + 1) }
      put(order[place], mask, -1)
      twin = before
      if overflowed { return }
    }
  }

  /// Whether the ranks have slots, and no rank is left out before a twin of it.
  private func fits(_ mask: Int) -> Bool {
    for rank in capacity.indices {
      let taken = mask >> rank & 1 == 1
      if taken && used[rank] >= capacity[rank] { return false }
      if !taken && twin[rank] && mask >> (rank + 1) & 1 == 1 { return false }
    }
    return true
  }

  private mutating func put(_ expert: Int, _ mask: Int, _ sign: Int) {
    let share = Double(sign) / Double(mask.nonzeroBitCount)
    for rank in capacity.indices where mask >> rank & 1 == 1 {
      if sign < 0 { used[rank] -= 1 }
      row[rank * slotsPerRank + used[rank]] = sign > 0 ? expert : PlacementSlots.empty
      if sign > 0 { used[rank] += 1 }
      for (sample, tokens) in loads.rows.enumerated() {
        load[sample][rank] += tokens[expert] * share * slowdown[rank]
      }
    }
    for rank in capacity.indices.dropLast() where mask >> rank & 1 != mask >> (rank + 1) & 1 {
      twin[rank] = false
    }
  }

  /// What the risk is at least once the experts from `place` on have a rank too.
  private func least(_ place: Int) -> Double {
    var speed = 0.0
    for rank in capacity.indices where used[rank] < capacity[rank] {
      speed += 1 / slowdown[rank]
    }
    return loads.risk.value(
      of: load.indices.map { sample in
        var (largest, open) = (0.0, left[place][sample])
        for rank in capacity.indices {
          largest = max(largest, load[sample][rank])
          if used[rank] < capacity[rank] { open += load[sample][rank] / slowdown[rank] }
        }
        return speed > 0 ? max(largest, open / speed * (1 - 1e-12)) : largest
      })
  }

  private mutating func append() {
    let value = loads.risk.value(of: load.map { $0.max() ?? 0 })
    guard value <= limit else { return }
    if keepsAll {
      found.append(row)
      overflowed = found.count > foundLimit
    } else {
      found = [row]
      limit = value * (1 - 1e-12)
    }
  }
}
