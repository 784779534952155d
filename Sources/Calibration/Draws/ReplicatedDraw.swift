/// Replication and placement as the collector of the wide-EP table does them before measuring.
enum ReplicatedDraw {
  /// Tokens of every physical slot, the slowest rank's slots first.
  ///
  /// Further slots go one by one to the expert with the most tokens a copy; then slots, heaviest
  /// first, to the rank with the fewest tokens that has room. Tokens of an expert are split evenly.
  /// - Complexity: O(slots · (experts + ranks)).
  static func slots(_ counts: [Int], slots: Int, ranks: Int) -> [Int] {
    let loads = slotLoads(counts, slots: max(slots, counts.count))
    let order = loads.indices.sorted {
      loads[$0] != loads[$1] ? loads[$0] > loads[$1] : $0 < $1
    }
    let room = loads.count / ranks
    var members = [[Int]](repeating: [], count: ranks)
    var sums = [Double](repeating: 0, count: ranks)
    for slot in order {
      let open = (0..<ranks).filter { members[$0].count < room }
      guard let rank = open.min(by: { sums[$0] < sums[$1] }) else { break }
      members[rank].append(slot)
      sums[rank] += loads[slot]
    }
    let slowest = sums.indices.max { sums[$0] < sums[$1] } ?? 0
    let sequence =
      members[slowest] + members.indices.filter { $0 != slowest }.flatMap { members[$0] }
    return wholeNumbers(sequence.map { loads[$0] }, total: counts.reduce(0, +))
  }

  private static func slotLoads(_ counts: [Int], slots: Int) -> [Double] {
    var copies = [Int](repeating: 1, count: counts.count)
    var owner = Array(counts.indices)
    for _ in counts.count..<slots {
      let hottest =
        counts.indices.max {
          Double(counts[$0]) / Double(copies[$0]) < Double(counts[$1]) / Double(copies[$1])
        } ?? 0
      copies[hottest] += 1
      owner.append(hottest)
    }
    return owner.map { Double(counts[$0]) / Double(copies[$0]) }
  }

  /// Rounds down, then gives what is missing to the largest fractions.
  private static func wholeNumbers(_ loads: [Double], total: Int) -> [Int] {
    var result = loads.map { Int($0.rounded(.down)) }
    let missing = total - result.reduce(0, +)
    let order = loads.indices.sorted { left, right in
      let a = loads[left] - loads[left].rounded(.down)
      let b = loads[right] - loads[right].rounded(.down)
      return a != b ? a > b : left < right
    }
    for index in order.prefix(max(0, missing)) { result[index] += 1 }
    return result
  }
}
