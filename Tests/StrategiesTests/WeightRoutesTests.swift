import Testing

@testable import Strategies

@Suite struct WeightRoutesTests {
  /// Expert 7 lives on rank 1 of 3 nodes of 4 and is wanted on 0, 5, 6, 7, 9: one message to each
  /// other node (1 → 5, then 1 → 9, since 5 is the second and 9 the third of the tree over nodes),
  /// the rest inside.
  @Test func crossesTheNetworkOnceANode() {
    let routes = WeightRoutes(ranksPerNode: 4, firstRank: 0)
    let transfers = routes.transfers(of: 7, from: [1], to: [9, 0, 5, 7, 6])
    #expect(
      transfers.map { [$0.from, $0.to] } == [[1, 5], [1, 9], [1, 0], [5, 6], [5, 7]])
    let movement = WeightMovement(transfers, members: 12)
    #expect(movement.stages.map { $0.map(\.to) } == [[5, 9, 0], [6, 7]])
  }

  /// A holder in the node serves it, whoever the root is.
  @Test func nearHoldersServeTheirNode() {
    let routes = WeightRoutes(ranksPerNode: 4, firstRank: 0)
    let transfers = routes.transfers(of: 0, from: [1, 6], to: [4, 5, 6])
    #expect(transfers.map { [$0.from, $0.to] } == [[6, 4], [6, 5]])
  }

  /// Every destination receives once, from one that has the weights by then; nodes receive once from
  /// outside, and only where they have no holder.
  @Test(arguments: 0..<300) func reachesEveryoneOnce(seed: Int) {
    var numbers = SeededNumbers(seed: seed)
    let perNode = Int.random(in: 1...5, using: &numbers)
    let ranks = perNode * Int.random(in: 1...5, using: &numbers)
    let routes = WeightRoutes(ranksPerNode: perNode, firstRank: 0)
    let order = (0..<ranks).shuffled(using: &numbers)
    let holders = Array(order.prefix(Int.random(in: 1...ranks, using: &numbers)))
    let wanted = (0..<ranks).filter { _ in Bool.random(using: &numbers) }
    var has = Set(holders)
    var entries: [Int: Int] = [:]
    for transfer in routes.transfers(of: 3, from: holders, to: wanted) {
      #expect(has.contains(transfer.from))
      #expect(has.insert(transfer.to).inserted)
      if routes.node(of: transfer.from) != routes.node(of: transfer.to) {
        entries[routes.node(of: transfer.to), default: 0] += 1
      }
    }
    #expect(has == Set(holders).union(wanted))
    #expect(entries.values.allSatisfy { $0 == 1 })
    #expect(holders.allSatisfy { entries[routes.node(of: $0)] == nil })
  }
}

@Suite struct WeightSlotsTests {
  /// Two slots: 1 and 2 fill them, 3 takes that of 1, which was unused the longest; a step that uses
  /// 2 and 3 has no room for 4, the next one has.
  @Test func theLongestUnusedMakesRoom() {
    var slots = WeightSlots(ranks: 1, limit: 2)
    for expert in [1, 2] {
      let came = slots.use(expert, on: 0)
      #expect(came)
      slots.endStep()
    }
    var came = slots.use(3, on: 0)
    #expect(came)
    #expect(slots.held == [[2, 3]])
    came = slots.use(2, on: 0)
    #expect(!came)
    #expect(!slots.canTake(4, on: 0))
    #expect(slots.canTake(3, on: 0))
    slots.endStep()
    #expect(slots.canTake(4, on: 0))
    came = slots.use(4, on: 0)
    #expect(came)
    #expect(slots.held == [[2, 4]])
  }
}
