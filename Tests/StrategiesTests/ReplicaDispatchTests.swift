import Testing

@testable import Strategies

@Suite struct ReplicaDispatchTests {
  /// Rank loads of a cut.
  private func loads(_ cut: LeastLoadedReplicas, ranks: Int) -> [Int] {
    var loads = [Int](repeating: 0, count: ranks)
    for interval in cut.intervals.joined() { loads[interval.rank] += interval.count }
    return loads
  }

  @Test func pouringAgainEvensOutWhatTheFirstRoundCannotKnow() {
    // Expert 0 (10 copies) lives on ranks 0 and 1, expert 1 (8 copies) on ranks 1 and 2. The first
    // pouring gives 5 and 5, then 1.5 and 6.5; even is 6, 6, 6: expert 0 gives 6 and 4.
    let cut = LeastLoadedReplicas(loads: [10, 8], holders: [[0, 1], [1, 2]], ranks: 3)
    #expect(loads(cut, ranks: 3).sorted() == [6, 6, 6])
  }

  @Test(arguments: 0..<200)
  func isNeverWorseThanAnEvenSplit(seed: Int) {
    let ranks = 2 + seed % 7
    let experts = 3 + seed % 11
    func mixed(_ a: Int, _ b: Int) -> Int { (seed * 7919 + a * 104_729 + b * 1_299_709) % 1009 }
    let amounts = (0..<experts).map { mixed($0, 1) }
    let holders = (0..<experts).map { expert in
      (0..<ranks).filter { $0 == expert % ranks || mixed(expert, $0 + 2) % 3 == 0 }
    }
    let cut = LeastLoadedReplicas(loads: amounts, holders: holders, ranks: ranks)
    var even = [Double](repeating: 0, count: ranks)
    for (expert, ranks) in holders.enumerated() {
      for rank in ranks { even[rank] += Double(amounts[expert]) / Double(ranks.count) }
    }
    let poured = loads(cut, ranks: ranks)
    #expect(poured.reduce(0, +) == amounts.reduce(0, +), "seed \(seed)")
    #expect(Double(poured.max() ?? 0) <= (even.max() ?? 0) + Double(experts), "seed \(seed)")
    for (expert, intervals) in cut.intervals.enumerated() {
      #expect(intervals.allSatisfy { holders[expert].contains($0.rank) }, "seed \(seed)")
      #expect(intervals.reduce(0) { $0 + $1.count } == amounts[expert], "seed \(seed)")
    }
  }
}
