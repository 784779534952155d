import Testing

@testable import Strategies

/// Algorithm 1 of Hecate on small systems, and the volume of its collectives.
@Suite struct SparseMaterializationTests {
  /// Two nodes of two ranks, and experts 0 to 3 at home on ranks 0 to 3.
  private let routes = WeightRoutes(ranksPerNode: 2, firstRank: 0)
  private let homes = [[0], [1], [2], [3]]

  private func made(_ loads: [Int], overlap: Int, memory: Int) -> SparseMaterialization {
    SparseMaterialization(
      loads: loads, holders: homes, overlapDegree: overlap, memoryDegree: memory, ranks: 4,
      routes: routes)
  }

  /// With room for all that attention hides, the two busiest experts go everywhere.
  @Test func theBusiestGoEverywhere() {
    let made = made([5, 40, 30, 25], overlap: 2, memory: 8)
    #expect(made.holders.map { $0.sorted() } == [[0], [0, 1, 2, 3], [0, 1, 2, 3], [3]])
  }

  /// Four slots, one on each rank, for loads 60 and 20 (expert 3 has none): expert 0 gets
  /// 60/80 · 4 = 3 copies, expert 1 gets 1, which its home is. Expert 0 stands on rank 0; node 1 has
  /// none of it and as much room, so the next copy goes to rank 2, and the third to rank 1: both
  /// nodes have one then, and node 0 has more room.
  @Test func slotsFollowLoad() {
    let made = made([60, 20, 0, 0], overlap: 4, memory: 1)
    #expect(made.holders == [[0, 2, 1], [1], [2], [3]])
  }

  /// The remainder is carried: 4 slots for loads 5, 3 and 2 are 2.0, 1.2 and 0.8, so 2, 1 and 1.
  @Test func remaindersAreCarried() {
    let made = made([5, 3, 2, 0], overlap: 3, memory: 1)
    #expect(made.holders.map(\.count) == [2, 1, 1, 1])
  }

  @Test func nothingTravelsWithoutTimeOrRoom() {
    for (overlap, memory) in [(0, 4), (4, 0), (-1, -1)] {
      #expect(made([9, 1, 1, 1], overlap: overlap, memory: memory).holders == homes)
    }
    #expect(made([0, 0, 0, 0], overlap: 4, memory: 4).collective(from: homes).stages.isEmpty)
  }

  /// Hecate's equation 1: no rank receives more than λ·S, where λ is the share of experts that
  /// travel; each of them crosses to a node once; and all holders get what they lack, from a rank
  /// that has it by then.
  @Test(arguments: 0..<200) func volumeObeysEquationOne(seed: Int) {
    var numbers = SeededNumbers(seed: seed)
    let perNode = Int.random(in: 1...4, using: &numbers)
    let ranks = perNode * Int.random(in: 1...4, using: &numbers)
    let experts = Int.random(in: 1...24, using: &numbers)
    let homes = (0..<experts).map { _ in [Int.random(in: 0..<ranks, using: &numbers)] }
    let routes = WeightRoutes(
      ranksPerNode: perNode, firstRank: 0, ranksPerPort: Int.random(in: 1...3, using: &numbers))
    let memory = Int.random(in: 0...6, using: &numbers)
    let made = SparseMaterialization(
      loads: (0..<experts).map { _ in Int.random(in: 0...50, using: &numbers) }, holders: homes,
      overlapDegree: Int.random(in: 0...12, using: &numbers), memoryDegree: memory, ranks: ranks,
      routes: routes)
    let stages = made.collective(from: homes).stages
    let transfers = stages.flatMap { $0 }
    let travelling = Set(transfers.map(\.expert))
    var holders = homes
    for stage in stages {
      let before = holders
      for transfer in stage {
        #expect(before[transfer.expert].contains(transfer.from))
        #expect(!holders[transfer.expert].contains(transfer.to))
        holders[transfer.expert].append(transfer.to)
      }
    }
    #expect(holders.map { Set($0) } == made.holders.map { Set($0) })
    for rank in 0..<ranks {
      let received = transfers.count { $0.to == rank }
      #expect(received <= travelling.count)
      #expect(received <= memory)
    }
    for expert in travelling {
      let crossings = transfers.filter {
        $0.expert == expert && routes.node(of: $0.from) != routes.node(of: $0.to)
      }
      #expect(Set(crossings.map { routes.node(of: $0.to) }).count == crossings.count)
    }
  }

  /// Two ranks, two layers of two experts with loads 9, 1 and 5, 4; nothing is materialized. Each rank
  /// takes two. The first layer has the busiest expert, so it goes first: its 9 to rank 0, its 1 to
  /// rank 1, which is emptier; then 5 and 4 of the second, one to each.
  @Test func coldExpertsSpreadByLoad() {
    let sharding = HeterogeneousSharding(
      loads: [[9, 1], [5, 4]], overlapDegree: 0, ranks: 2,
      routes: WeightRoutes(ranksPerNode: 2, firstRank: 0))
    #expect(sharding.homes == [[0, 1], [0, 1]])
  }

  /// Experts that are materialized fill what is left: with one of them in each layer, the others'
  /// loads decide.
  @Test(arguments: 0..<100) func ranksHoldEquallyMuch(seed: Int) {
    var numbers = SeededNumbers(seed: seed)
    let ranks = Int.random(in: 1...8, using: &numbers)
    let layers = Int.random(in: 1...4, using: &numbers)
    let experts = Int.random(in: 1...16, using: &numbers)
    let loads = (0..<layers).map { _ in
      (0..<experts).map { _ in Int.random(in: 0...100, using: &numbers) }
    }
    let sharding = HeterogeneousSharding(
      loads: loads, overlapDegree: Int.random(in: 0...4, using: &numbers), ranks: ranks,
      routes: WeightRoutes(ranksPerNode: max(1, ranks / 2), firstRank: 0))
    var held = [Int](repeating: 0, count: ranks)
    for home in sharding.homes.joined() {
      #expect((0..<ranks).contains(home))
      held[home] += 1
    }
    #expect((held.max() ?? 0) - (held.min() ?? 0) <= 1)
  }

  /// Hecate's dispatch: the source itself, else its node's holders in equal parts, else all.
  @Test func copiesGoToTheNearestHolders() {
    // Sources 0 to 3; expert 0 on ranks 0 and 3, expert 1 on rank 1 alone.
    let counts: [Int32] = [10, 1, 10, 0, 8, 0, 6, 0]
    let dispatch = CopyDispatch(
      counts: counts[...], nearestOf: [[0, 3], [1]], routes: routes, ranks: 4)
    #expect(dispatch.copies(from: 0, to: 0) == 10)
    #expect(dispatch.copies(from: 0, to: 1) == 1)
    #expect(dispatch.copies(from: 1, to: 0) == 10)
    #expect(dispatch.copies(from: 2, to: 3) == 8)
    #expect(dispatch.copies(from: 3, to: 3) == 6)
    // Without a holder near, sources of node 1 share both.
    let far = CopyDispatch(
      counts: counts[...], nearestOf: [[0, 1], [1]], routes: routes, ranks: 4)
    #expect(far.copies(from: 2, to: 0) == 4 && far.copies(from: 2, to: 1) == 4)
  }
}
