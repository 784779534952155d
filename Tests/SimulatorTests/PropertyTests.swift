import Domain
import Plan
import Quantities
import Simulator
import Testing

/// A step of a few layers drawn from a seed: every rank computes, exchanges, computes and returns,
/// while weights travel beside the tokens.
private struct RandomStep {
  let world: World
  private let layers: Int
  private let numbers: SeededNumbers

  init(seed: Int, latency: Double = 0) {
    var numbers = SeededNumbers(seed: seed)
    let perNode = Int.random(in: 1...4, using: &numbers)
    let nodes = Int.random(in: 1...3, using: &numbers)
    world = World(ranks: nodes * perNode, ranksPerNode: perNode, latency: latency)
    layers = Int.random(in: 1...3, using: &numbers)
    self.numbers = numbers
  }

  /// The plan with ranks listed in `order`; what each rank does is the same for every order.
  func plan(listing order: [Int]) -> ExecutionPlan {
    var numbers = numbers
    var plan = world.builder
    var frontier = [OperationID?](repeating: nil, count: world.ranks)
    for _ in 0..<layers {
      let table = table(&numbers)
      let weights = transfers(&numbers)
      let microseconds = order.indices.map { _ in Double.random(in: 0...20, using: &numbers) }
      let matrix = plan.add(table)
      let works = [false, true].map { isReturn in
        plan.add(
          Exchange(
            payload: .allToAll(matrix: matrix, unitBytes: 3, isReturn: isReturn), firstRank: 0,
            ranks: world.ranks))
      }
      let copies = plan.add(
        Exchange(payload: plan.add(weights), firstRank: 0, ranks: world.ranks))
      for rank in order {
        let ready = plan.work(
          microseconds[rank], on: rank, after: [frontier[rank]].compactMap { $0 })
        let copied = plan.add(copies, .weights, on: rank, lane: .copy, after: [ready])
        let sent = plan.add(works[0], .dispatch, on: rank, lane: .communication, after: [ready])
        let computed = plan.work(5, on: rank, after: [sent, copied])
        frontier[rank] = plan.add(
          works[1], .combine, on: rank, lane: .communication, after: [computed])
      }
    }
    return plan.finish()
  }

  var plan: ExecutionPlan { plan(listing: Array(0..<world.ranks)) }

  /// One all-to-all that every rank enters at once.
  var singleExchange: ExecutionPlan {
    var numbers = numbers
    var plan = world.builder
    let matrix = plan.add(table(&numbers))
    let work = plan.add(
      Exchange(
        payload: .allToAll(matrix: matrix, unitBytes: 3, isReturn: false), firstRank: 0,
        ranks: world.ranks))
    for rank in 0..<world.ranks { plan.add(work, .dispatch, on: rank) }
    return plan.finish()
  }

  private func table(_ numbers: inout SeededNumbers) -> ExchangeTable {
    var table = ExchangeTable(ranks: world.ranks)
    for index in table.amounts.indices where Int.random(in: 0..<3, using: &numbers) > 0 {
      table.amounts[index] = Float(Int.random(in: 0...5000, using: &numbers))
    }
    return table
  }

  private func transfers(_ numbers: inout SeededNumbers) -> [Transfer] {
    (0..<Int.random(in: 0...3, using: &numbers)).compactMap { _ in
      let from = Int.random(in: 0..<world.ranks, using: &numbers)
      let to = Int.random(in: 0..<world.ranks, using: &numbers)
      guard from != to else { return nil }
      return Transfer(
        from: Int32(from), to: Int32(to), bytes: Double(Int.random(in: 0...9000, using: &numbers)),
        expert: 0)
    }
  }
}

@Suite struct SimulatorPropertyTests {
  static let seeds = Array(0..<60)

  /// Where every rank enters at once, no schedule beats the busiest link, and max-min sharing never
  /// needs more than its flows one after another over the links of their paths.
  @Test(arguments: seeds) func fluidIsNeverFasterThanTheBusiestLink(seed: Int) throws {
    let step = RandomStep(seed: seed)
    let plan = step.singleExchange
    let fluid = try step.world.run(plan, .fluid(tolerance: 0))
    let bound = try step.world.run(plan, .analytic)
    #expect(fluid.linkBytes == bound.linkBytes)
    #expect(fluid.bytes == bound.bytes)
    // One picosecond for the rounding of each end.
    #expect(fluid.makespan.picoseconds >= bound.makespan.picoseconds - 1)
    let busiest = (fluid.linkBytes.max() ?? 0) * 1000
    #expect(abs(Double(bound.makespan.picoseconds) - busiest) <= 1)
    let all = fluid.linkBytes.reduce(0, +) * 1000
    #expect(Double(fluid.makespan.picoseconds) <= all + 1)
  }

  @Test(arguments: seeds) func theSamePlanGivesTheSameRecord(seed: Int) throws {
    let step = RandomStep(seed: seed, latency: 1e-6)
    for fidelity in [NetworkFidelity.fluid(tolerance: 0), .fluid(tolerance: 0.01), .analytic] {
      let first = try step.world.run(step.plan, fidelity)
      #expect(try step.world.run(step.plan, fidelity) == first)
    }
  }

  /// Which rank a plan lists first decides ties only: every operation keeps its times, but for the
  /// picoseconds that floating-point sums in another order round to.
  @Test(arguments: seeds) func theOrderOfRanksDecidesNothing(seed: Int) throws {
    let step = RandomStep(seed: seed, latency: 1e-6)
    let order = Array((0..<step.world.ranks).reversed())
    for fidelity in [NetworkFidelity.fluid(tolerance: 0), .analytic] {
      let forward = step.plan
      let backward = step.plan(listing: order)
      let expected = Self.ends(forward, try step.world.run(forward, fidelity))
      let found = Self.ends(backward, try step.world.run(backward, fidelity))
      for (rank, pair) in zip(expected, found).enumerated() {
        let difference = zip(pair.0, pair.1).map { abs($0 - $1) }.max() ?? 0
        #expect(difference <= 50, "seed \(seed), rank \(rank)")
      }
    }
  }

  /// Time never runs back: nothing starts before what it waits for, nothing ends before it starts,
  /// and what released or held an operation explains when it started and ended.
  @Test(arguments: seeds) func causesComeBeforeEffects(seed: Int) throws {
    let step = RandomStep(seed: seed, latency: 1e-6)
    let plan = step.plan
    let record = try step.world.run(plan)
    for index in plan.operations.indices {
      let span = record.spans[index]
      #expect(span.end >= span.start)
      for dependency in plan.dependencies(of: OperationID(index)) {
        #expect(record.spans[dependency.index].end <= span.start)
      }
      if span.releasedBy >= 0 {
        #expect(record.spans[Int(span.releasedBy)].end == span.start)
      } else {
        #expect(span.start == .zero)
      }
      if span.heldBy >= 0 {
        #expect(record.spans[Int(span.heldBy)].start >= span.start)
        #expect(record.spans[Int(span.heldBy)].start <= span.end)
      }
    }
  }

  /// Ends in picoseconds of every rank's operations, in the order the rank does them.
  private static func ends(_ plan: ExecutionPlan, _ record: RunRecord) -> [[Int64]] {
    var ends = [[Int64]](repeating: [], count: plan.ranks)
    for (index, operation) in plan.operations.enumerated() {
      ends[Int(operation.rank)].append(record.spans[index].end.picoseconds)
    }
    return ends
  }
}
