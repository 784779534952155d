import Testing

@testable import Strategies

@Suite struct SpillAssignmentTests {
  private static func plan(
    _ loads: [Int], holders: [[Int]], ranks: Int, perNode: Int? = nil, slots: WeightSlots? = nil,
    countsNodes: Bool = false, chunk: Int = 1, threshold: Double? = nil
  ) -> SpillAssignment {
    SpillAssignment(
      loads: loads, holders: holders, slots: slots ?? WeightSlots(ranks: ranks),
      routes: WeightRoutes(ranksPerNode: perNode ?? ranks, firstRank: 0), countsNodes: countsNodes,
      settings: LeastLoadedSettings(
        capacityFactor: 1, minimumChunk: chunk, imbalanceThreshold: threshold))
  }

  /// Helpers that differ in nothing: the plan is LLEP's own.
  @Test(arguments: 0..<600) func withoutDifferencesItIsLLEP(seed: Int) {
    let layer = RandomLayer(seed: seed)
    let expected = layer.plan
    let plan = SpillAssignment(
      loads: layer.loads, holders: layer.homes.map { [$0] },
      slots: WeightSlots(ranks: layer.ranks),
      routes: WeightRoutes(ranksPerNode: layer.ranks, firstRank: 0), countsNodes: false,
      settings: layer.settings)
    #expect(plan.intervals == expected.intervals)
    #expect(plan.rankLoads == expected.rankLoads)
    #expect(plan.isBalancedEnough == expected.isBalancedEnough)
    #expect(
      plan.deliveries.map { [$0.expert, $0.to] } == expected.transfers.map { [$0.expert, $0.to] })
  }

  /// Rank 0 is home to 90 of 120 copies on 2 nodes of 2, rank 3 is idle, rank 1 has 20 and rank 2
  /// has 10. Capacity is 30. LLEP asks rank 3 first (it has nothing); with nodes rank 1 comes first.
  @Test func helpersOfTheNodeComeFirst() {
    let loads = [90, 20, 10, 0]
    let holders = [[0], [1], [2], [3]]
    let plain = Self.plan(loads, holders: holders, ranks: 4, perNode: 2)
    #expect(plain.intervals[0].map(\.rank) == [0, 3, 2, 1])
    let aware = Self.plan(loads, holders: holders, ranks: 4, perNode: 2, countsNodes: true)
    #expect(aware.intervals[0].map(\.rank) == [0, 1, 3, 2])
    #expect(aware.intervals[0].map(\.count) == [30, 10, 30, 20])
    #expect(aware.rankLoads == [30, 30, 30, 30])
  }

  /// Who holds the weights from before is asked before idler ranks, and gets nothing delivered.
  @Test func heldWeightsAreUsedFirst() {
    var slots = WeightSlots(ranks: 4, limit: 1)
    let came = slots.use(0, on: 1)
    #expect(came)
    slots.endStep()
    let plan = Self.plan([90, 20, 10, 0], holders: [[0], [1], [2], [3]], ranks: 4, slots: slots)
    #expect(plan.intervals[0].map(\.rank) == [0, 1, 3, 2])
    #expect(plan.deliveries.map(\.to) == [3, 2])
    #expect(plan.slots.held == [[], [0], [0], [0]])
  }

  /// With no slot anywhere nobody can help, and the home keeps everything. One slot each: rank 1
  /// helps expert 0, then has no slot for expert 1, which would have gone there.
  @Test func helpersRefuseWhatWouldNotFit() {
    let none = Self.plan(
      [90, 10], holders: [[0], [1]], ranks: 2, slots: WeightSlots(ranks: 2, limit: 0))
    #expect(none.intervals[0] == [.init(rank: 0, start: 0, end: 90)])
    #expect(none.deliveries.isEmpty)
    let one = Self.plan(
      [60, 60, 0], holders: [[0], [0], [1]], ranks: 2, slots: WeightSlots(ranks: 2, limit: 1))
    #expect(one.rankLoads == [60, 60])
    #expect(one.deliveries.count == 1)
  }

  /// Whatever the differences: every copy once, deliveries to exactly those helpers that lacked the
  /// weights, and never more foreign experts on a rank than slots.
  @Test(arguments: 0..<400) func keepsItsWord(seed: Int) {
    let layer = RandomLayer(seed: seed)
    var numbers = SeededNumbers(seed: seed ^ 0xCAFE)
    let limit = Int.random(in: 0...3, using: &numbers)
    var slots = WeightSlots(ranks: layer.ranks, limit: limit)
    for rank in 0..<layer.ranks {
      for expert in layer.homes.indices.shuffled(using: &numbers).prefix(limit)
      where layer.homes[expert] != rank {
        _ = slots.use(expert, on: rank)
      }
    }
    slots.endStep()
    let plan = SpillAssignment(
      loads: layer.loads, holders: layer.homes.map { [$0] }, slots: slots,
      routes: WeightRoutes(ranksPerNode: max(1, layer.ranks / 2), firstRank: 0),
      countsNodes: seed % 2 == 0, settings: layer.settings)
    var loads = [Int](repeating: 0, count: layer.ranks)
    var foreign = [Set<Int>](repeating: [], count: layer.ranks)
    for (expert, intervals) in plan.intervals.enumerated() {
      var position = 0
      for interval in intervals {
        #expect(interval.start == position && interval.end > position)
        position = interval.end
        loads[interval.rank] += interval.count
        if interval.rank != layer.homes[expert] { foreign[interval.rank].insert(expert) }
      }
      #expect(position == layer.loads[expert])
    }
    #expect(loads == plan.rankLoads)
    for rank in 0..<layer.ranks {
      #expect(foreign[rank].count <= limit)
      #expect(plan.slots.held[rank].count <= limit)
      #expect(foreign[rank].isSubset(of: plan.slots.held[rank]))
      let delivered = Set(plan.deliveries.filter { $0.to == rank }.map(\.expert))
      // One that was there may have made room before it was asked for.
      #expect(foreign[rank].subtracting(slots.held[rank]).isSubset(of: delivered))
      #expect(delivered.isSubset(of: foreign[rank]))
    }
  }
}
