import Domain
import Plan
import Quantities
import Simulator
import Testing

@Suite struct LaneTests {
  /// One lane takes its operations in the plan's order even where the second could start first: the
  /// second waits for 9 us of copying, the third is free and still comes after it.
  @Test func aLaneKeepsThePlansOrder() throws {
    let world = World(ranks: 1)
    var plan = world.builder
    let first = plan.work(2, on: 0)
    let copied = plan.work(9, on: 0, lane: .copy)
    let second = plan.work(3, on: 0, after: [copied])
    let third = plan.work(1, on: 0)
    let record = try world.run(plan.finish())
    #expect(record.starts([first, copied, second, third]) == [0, 0, 9, 12])
    #expect(record.ends([first, copied, second, third]) == [2, 9, 12, 13])
    let released = [first, copied, second, third].map { record.spans[$0.index].releasedBy }
    #expect(released == [-1, -1, Int32(copied.index), Int32(second.index)])
  }

  /// Ranks and lanes run side by side; an operation starts when the last of those it waits for ends.
  @Test func operationsWaitForTheLastDependency() throws {
    let world = World(ranks: 3)
    var plan = world.builder
    let before = [plan.work(4, on: 0), plan.work(6, on: 1), plan.work(5, on: 2)]
    let last = plan.work(1, on: 2, after: before)
    let record = try world.run(plan.finish())
    #expect(record.starts(before) == [0, 0, 0])
    #expect(record.starts([last]) == [6])
    #expect(record.spans[last.index].releasedBy == Int32(before[1].index))
  }

  @Test func anEmptyPlanTakesNoTime() throws {
    let world = World()
    #expect(try world.run(world.builder.finish()).makespan == .zero)
  }

  /// Rank 0 enters X before Y and rank 1 Y before X, each on one lane: neither can go on.
  @Test(arguments: [NetworkFidelity.fluid(tolerance: 0), .analytic])
  func exchangesInOppositeOrderStall(_ fidelity: NetworkFidelity) throws {
    let world = World()
    var plan = world.builder
    var table = ExchangeTable(ranks: 2)
    table[0, 1] = 1
    let matrix = plan.add(table)
    let works = (0..<2).map { _ in
      plan.add(
        Exchange(
          payload: .allToAll(matrix: matrix, unitBytes: 1, isReturn: false), firstRank: 0, ranks: 2)
      )
    }
    for (rank, order) in [[0, 1], [1, 0]].enumerated() {
      for work in order { plan.add(works[work], .dispatch, on: rank) }
    }
    let finished = plan.finish()
    #expect(throws: SimulationError.stalled(operations: 4)) { try world.run(finished, fidelity) }
  }

  @Test func aPlanThatBreaksARuleIsRefused() throws {
    let world = World()
    var plan = world.builder
    plan.add(.exchange(0), .dispatch, on: 0)
    let finished = plan.finish()
    #expect(throws: SimulationError.plan(.unknownReference(operation: 0))) {
      try world.run(finished)
    }
  }

  @Test func messagesSayWhatHappened() {
    let errors: [(SimulationError, String)] = [
      (.stalled(operations: 4), "4 operations wait for each other for ever"),
      (
        .plan(.rankOutOfRange(operation: 3)),
        "the strategy's plan is not valid: operation 3 is on a rank that does not exist"
      ),
      (.network("no capacity"), "the network cannot be simulated: no capacity"),
    ]
    for (error, text) in errors { #expect(error.message == text) }
  }
}

@Suite struct MemoryTests {
  private func index(_ category: MemoryCategory) -> Int { Int(category.rawValue) }

  /// 100 bytes are held all the time. From 0 to 2 us 50 more; at 2 they go and 30 come, at 3 another
  /// 40 on the copy lane: 170 at most, 30 of them activations and 40 replicas.
  @Test func theTimelineHasItsPeak() throws {
    let world = World(ranks: 2)
    var plan = world.builder
    plan.hold(100, .weights, on: 0)
    plan.work(
      2, on: 0, memory: [MemoryChange(50, .buffers), MemoryChange(-50, .buffers, atEnd: true)])
    plan.work(
      8, on: 0,
      memory: [MemoryChange(30, .activations), MemoryChange(-30, .activations, atEnd: true)])
    let copied = plan.work(3, on: 0, lane: .copy)
    plan.work(
      1, on: 0, lane: .copy, after: [copied],
      memory: [MemoryChange(40, .replicas), MemoryChange(-40, .replicas, atEnd: true)])
    let record = try world.run(plan.finish())
    #expect(record.peakMemory == [170, 0])
    let held = record.memoryAtPeak[0]
    #expect(held[index(.weights)] == 100)
    #expect(held[index(.activations)] == 30)
    #expect(held[index(.replicas)] == 40)
    #expect(held[index(.buffers)] == 0)
    #expect(record.outOfMemory.isEmpty)
  }

  /// A rank of 150 bytes holds 100; at 4 us 60 are asked for: 160, ten too many. The run goes on,
  /// and the larger demand later changes the peak but not the finding.
  @Test func theFirstShortageIsFound() throws {
    let world = World(ranks: 2, memory: 150)
    var plan = world.builder
    plan.hold(100, .weights, on: 1)
    let first = plan.work(4, on: 1)
    var operations: [OperationID] = []
    for bytes in [60.0, 90] {
      operations.append(
        plan.work(
          1, on: 1, after: [first],
          memory: [MemoryChange(bytes, .buffers), MemoryChange(-bytes, .buffers, atEnd: true)]))
    }
    let record = try world.run(plan.finish())
    #expect(record.peakMemory == [0, 190])
    #expect(
      record.outOfMemory == [
        OutOfMemory(
          rank: RankID(1), time: SimTime(picoseconds: 4_000_000), requestedBytes: 60,
          neededBytes: 160, category: .buffers, operation: Int32(operations[0].index))
      ])
    #expect(record.makespan == SimDuration(picoseconds: 6_000_000))
  }

  /// What a rank always holds may itself be too much: no operation asked for it.
  @Test func residentMemoryCanBeTooMuch() throws {
    let world = World(ranks: 1, memory: 10)
    var plan = world.builder
    plan.hold(8, .weights, on: 0)
    plan.hold(5, .keyValueCache, on: 0)
    let shortage = try world.run(plan.finish()).outOfMemory.first
    #expect(shortage?.operation == -1)
    #expect(shortage?.neededBytes == 13)
    #expect(shortage?.category == .keyValueCache)
  }

  /// To the last byte is not too much.
  @Test func fullIsEnough() throws {
    let world = World(ranks: 1, memory: 10)
    var plan = world.builder
    plan.hold(10, .weights, on: 0)
    #expect(try world.run(plan.finish()).outOfMemory.isEmpty)
  }
}
