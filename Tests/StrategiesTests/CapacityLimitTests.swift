import Testing

@testable import Strategies

@Suite struct CapacityLimitTests {
  /// Two ranks, three experts, 6 copies on rank 0 (4, 2, 0) and 3 on rank 1 (1, 1, 1). Factor 1: 2
  /// copies an expert from rank 0, 1 from rank 1. Two copies are dropped; the third expert misses 2.
  @Test func countsByHand() {
    let layer = LayerInGroup(
      index: 0, counts: ([4, 2, 0, 1, 1, 1] as [Int32])[...], holders: [[0], [1], [0, 1]])
    let cut = CutCopies(layer, ranks: 2, factor: 1)
    #expect(cut.kept == [2, 2, 0, 1, 1, 1])
    #expect(cut.padding == [0, 0, 2, 0, 0, 0])
    #expect(cut.dropped == 2)
  }

  /// ⌈factor · copies / experts⌉, as Megatron's get_capacity counts.
  @Test(arguments: [
    (6, 3, 1.0, 2), (7, 3, 1.0, 3), (6, 3, 1.25, 3), (0, 3, 2.0, 0), (1, 256, 0.01, 1),
    (1_000_000, 1, 1e6, 2_000_000_000),
  ])
  func capacities(copies: Int, experts: Int, factor: Double, expected: Int) {
    #expect(CutCopies.capacity(copies: copies, experts: experts, factor: factor) == expected)
  }
}

@Suite struct ReplicaProgramTests {
  /// Expert 0 (90 copies) lives on ranks 0 and 1, which also have 10 and 40; rank 2 has 30. Even
  /// halves leave 85 on rank 1; the program levels both at 70.
  @Test func levelsTwoHolders() throws {
    let program = try ReplicaProgram(
      loads: [90, 10, 40, 30], holders: [[0, 1], [0], [1], [2]], ranks: 3)
    #expect(program.intervals[0].map(\.rank) == [0, 1])
    #expect(program.intervals[0].map(\.count) == [60, 30])
    #expect(program.size.map { [$0.rows, $0.columns] } == [4, 3])
  }

  @Test func withoutCopiesNothingIsSolved() throws {
    let program = try ReplicaProgram(loads: [5, 0], holders: [[0], [1]], ranks: 2)
    #expect(program.size == nil)
    #expect(program.intervals == [[.init(rank: 0, start: 0, end: 5)], []])
  }

  /// Never busier than the pouring of `leastLoaded`, but for rounding a copy for each expert.
  @Test(arguments: 0..<200) func isNotBusierThanPouring(seed: Int) throws {
    var numbers = SeededNumbers(seed: seed)
    let ranks = Int.random(in: 1...8, using: &numbers)
    let experts = Int.random(in: 1...16, using: &numbers)
    let loads = (0..<experts).map { _ in Int.random(in: 0...500, using: &numbers) }
    let holders = (0..<experts).map { _ in
      Array(
        (0..<ranks).shuffled(using: &numbers).prefix(Int.random(in: 1...ranks, using: &numbers)))
    }
    let program = try ReplicaProgram(loads: loads, holders: holders, ranks: ranks)
    let poured = LeastLoadedReplicas(loads: loads, holders: holders, ranks: ranks)
    func busiest(_ intervals: [[LeastLoadedAssignment.Interval]]) -> Int {
      var sums = [Int](repeating: 0, count: ranks)
      for interval in intervals.joined() { sums[interval.rank] += interval.count }
      return sums.max() ?? 0
    }
    #expect(busiest(program.intervals) <= busiest(poured.intervals) + experts)
    for expert in 0..<experts {
      #expect(program.intervals[expert].reduce(0) { $0 + $1.count } == loads[expert])
      #expect(program.intervals[expert].allSatisfy { holders[expert].contains($0.rank) })
      #expect(program.intervals[expert].first?.start ?? 0 == 0)
    }
  }
}
