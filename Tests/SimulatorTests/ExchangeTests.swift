import Plan
import Quantities
import Simulator
import Testing

/// Exchanges solved by hand; links carry a byte a nanosecond, so 1000 bytes take a microsecond.
@Suite struct ExchangeTests {
  /// Rank 0 is ready after 3 us and rank 1 after 5. Both messages start at 5, their first bytes move
  /// 1 us later, and 10 000 bytes take 10 us: the exchange ends at 16 on both sides. Rank 0 was held
  /// by rank 1, which was held by nobody.
  @Test func aMessageWaitsForBothEnds() throws {
    let world = World(latency: 1e-6)
    var plan = world.builder
    let ready = [plan.work(3, on: 0), plan.work(5, on: 1)]
    let sent = plan.exchange([[0, 10_000], [4000, 0]], after: ready)
    let record = try world.run(plan.finish())
    #expect(record.starts(sent) == [3, 5])
    #expect(record.ends(sent) == [16, 16])
    let spans = sent.map { record.spans[$0.index] }
    #expect(spans.map(\.releasedBy) == [0, 1])
    #expect(spans.map(\.heldBy) == [Int32(sent[1].index), -1])
    #expect(record.makespan == SimDuration(picoseconds: 16_000_000))
  }

  /// Without a message between them, ranks 0 and 2 do not wait for each other: rank 0 sends to rank
  /// 1 only, rank 2 is done when it enters, however late.
  @Test func membersWithoutMessagesWaitForNobody() throws {
    let world = World(ranks: 3)
    var plan = world.builder
    let late = plan.work(50, on: 2)
    let sent = plan.exchange([[0, 2000, 0], [0, 0, 0], [0, 0, 0]], after: [nil, nil, late])
    let record = try world.run(plan.finish())
    #expect(record.ends(sent) == [2, 2, 50])
    #expect(sent.map { record.spans[$0.index].heldBy } == [Int32(sent[1].index), -1, -1])
  }

  /// Host time before the first byte counts before the rendezvous: ready at 0 and 5, 2 us of it,
  /// 3000 bytes from 7 on.
  @Test func startupComesBeforeTheRendezvous() throws {
    let world = World(costs: PlainCosts(startup: 2e-6))
    var plan = world.builder
    let late = plan.work(5, on: 1)
    let sent = plan.exchange([[0, 3000], [0, 0]], after: [nil, late])
    #expect(try world.run(plan.finish()).ends(sent) == [10, 10])
  }

  /// Two exchanges from rank 0 to rank 1 at one time: 10 000 and 20 000 bytes at half the link each.
  /// The first ends at 20 us; 10 000 bytes of the second are left and take 10 us more. Analytically
  /// they do not feel each other.
  @Test(arguments: [
    (NetworkFidelity.fluid(tolerance: 0), 20.0, 30.0), (.analytic, 10.0, 20.0),
  ])
  func concurrentExchangesShareLinks(fidelity: NetworkFidelity, first: Double, second: Double)
    throws
  {
    let world = World()
    var plan = world.builder
    let tokens = plan.exchange([[0, 10_000], [0, 0]])
    let weights = plan.exchange([[0, 20_000], [0, 0]], lane: .copy, kind: .weights)
    let record = try world.run(plan.finish(), fidelity)
    #expect(record.ends(tokens) == [first, first])
    #expect(record.ends(weights) == [second, second])
  }

  /// Ranks 0, 1 and 2 send 10 000 bytes to rank 3, whose link gives each a third: 30 us. Rank 0 also
  /// sends 10 000 to rank 1; max-min fairness leaves that message the other two thirds of rank 0's
  /// link, 15 us, where equal halves would take 20.
  @Test func sharingIsMaxMinFair() throws {
    let world = World(ranks: 4)
    var plan = world.builder
    var bytes = [[Float]](repeating: [0, 0, 0, 0], count: 4)
    for source in 0..<3 { bytes[source][3] = 10_000 }
    let crowd = plan.exchange(bytes)
    let side = plan.exchange([[0, 10_000], [0, 0]], lane: .copy)
    let record = try world.run(plan.finish())
    #expect(record.ends(side) == [15, 15])
    #expect(record.ends(crowd) == [30, 30, 30, 30])
  }

  /// The return of an all-to-all carries the transposed table: 4000 bytes went from 0 to 1, so they
  /// come back from 1 to 0.
  @Test func theReturnIsTransposed() throws {
    let world = World(ranks: 2, ranksPerNode: 1)
    var plan = world.builder
    _ = plan.exchange([[0, 4000], [0, 0]])
    _ = plan.exchange([[0, 4000], [0, 0]], isReturn: true, kind: .combine)
    let record = try world.run(plan.finish())
    #expect(record.bytes.dispatchInterNode == 4000)
    #expect(record.bytes.combineInterNode == 4000)
    #expect(record.makespan == SimDuration(picoseconds: 8_000_000))
    // Both NICs carried 4000 bytes up and 4000 down.
    #expect(record.linkBytes.filter { $0 > 0 } == [4000, 4000, 4000, 4000])
  }

  /// What a rank keeps for itself never travels, and an exchange of nothing ends when it is entered,
  /// without latency.
  @Test func nothingToSendTakesNoTime() throws {
    let world = World(latency: 1e-6)
    var plan = world.builder
    let own = plan.exchange([[9000, 0], [0, 9000]])
    let nothing = plan.exchange([[0, 0], [0, 0]])
    let record = try world.run(plan.finish())
    #expect(record.ends(own + nothing) == [0, 0, 0, 0])
    #expect(record.linkBytes.allSatisfy { $0 == 0 })
  }

  /// A message of no bytes still takes its latency.
  @Test func anEmptyMessageTakesItsLatency() throws {
    let world = World(latency: 1e-6)
    var plan = world.builder
    let work = plan.add(
      Exchange(
        payload: plan.add([Transfer(from: 1, to: 0, bytes: 0, expert: 0)]), firstRank: 0, ranks: 2))
    let sent = (0..<2).map { plan.add(work, .weights, on: $0, lane: .copy) }
    #expect(try world.run(plan.finish()).ends(sent) == [1, 1])
  }

  @Test(arguments: [NetworkFidelity.fluid(tolerance: 0), .analytic])
  func oneRankExchangesWithNobody(_ fidelity: NetworkFidelity) throws {
    let world = World(ranks: 1, latency: 1e-6)
    var plan = world.builder
    let ready = plan.work(4, on: 0)
    let sent = plan.exchange([[500]], after: [ready])
    #expect(try world.run(plan.finish(), fidelity).ends(sent) == [4])
  }

  /// A collective starts when its last member comes, at 5 us, and takes 7 on every rank.
  @Test func aCollectiveWaitsForAll() throws {
    let world = World(ranks: 3, costs: PlainCosts(collective: 7e-6))
    var plan = world.builder
    let work = plan.add(
      Exchange(payload: .collective(.allReduce, bytes: 64), firstRank: 0, ranks: 3))
    let members = [2.0, 5, 0].enumerated().map { rank, microseconds in
      plan.add(work, .collectives, on: rank, after: [plan.work(microseconds, on: rank)])
    }
    let record = try world.run(plan.finish())
    #expect(record.ends(members) == [12, 12, 12])
    let last = Int32(members[1].index)
    #expect(members.map { record.spans[$0.index].heldBy } == [last, -1, last])
  }

  /// Rank 0 sends 1000 bytes to rank 1 and 3000 to rank 2; its link is the busiest with 4000. Rank 2
  /// also sends 500 to rank 1, whose incoming link carries 1500. Every message of rank 0 counts as
  /// done after 4 us, rank 2's own after 1.5, and 1 us of latency is added.
  @Test func analyticallyTheBusiestLinkDecides() throws {
    let world = World(ranks: 4, latency: 1e-6)
    var plan = world.builder
    let sent = plan.exchange([[0, 1000, 3000, 0], [0, 0, 0, 0], [0, 500, 0, 0], [0, 0, 0, 0]])
    let record = try world.run(plan.finish(), .analytic)
    #expect(record.ends(sent) == [5, 5, 5, 0])
  }
}
