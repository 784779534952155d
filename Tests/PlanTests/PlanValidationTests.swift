import Domain
import Plan
import Testing

/// A model that gives plans nothing to do but exist.
private let model = MoEModel(
  name: "tiny", layers: [0], hiddenSize: 8, expertIntermediateSize: 8, experts: 2, topK: 1)

private func builder(ranks: Int) -> PlanBuilder {
  PlanBuilder(
    ranks: ranks, model: model, workload: Workload(phase: .prefill, tokensPerRank: 1, steps: 1),
    implementation: .fused)
}

/// A table of two ranks with these amounts, row by row.
private func table(_ amounts: [Float]) -> ExchangeTable {
  var matrix = ExchangeTable(ranks: 2)
  for index in amounts.indices { matrix.amounts[index] = amounts[index] }
  return matrix
}

/// One rule broken by a plan of two ranks, and what validation says.
struct BrokenPlan: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let fault: PlanFault
  let build: @Sendable (inout PlanBuilder) -> Void

  init(
    _ name: String, _ fault: PlanFault, _ build: @escaping @Sendable (inout PlanBuilder) -> Void
  ) {
    testDescription = name
    self.fault = fault
    self.build = build
  }

  /// Adds an exchange that both ranks take part in.
  private static func add(_ payload: Exchange.Payload, to plan: inout PlanBuilder) {
    let work = plan.add(Exchange(payload: payload, firstRank: 0, ranks: 2))
    for rank in 0..<2 { plan.add(work, .dispatch, on: rank, lane: .communication) }
  }

  static let all: [BrokenPlan] = [
    BrokenPlan("a rank past the end", .rankOutOfRange(operation: 1)) { plan in
      plan.add(.join, .other, on: 1)
      plan.add(.join, .other, on: 2)
    },
    BrokenPlan("a negative rank", .rankOutOfRange(operation: 0)) { $0.add(.join, .other, on: -1) },
    BrokenPlan("an exchange that is not there", .unknownReference(operation: 0)) {
      $0.add(.exchange(0), .dispatch, on: 0)
    },
    BrokenPlan("expert rows past the end", .unknownReference(operation: 0)) { plan in
      _ = plan.expertWork([ExpertRows(expert: 0, rows: 1)])
      plan.add(.experts(first: 0, count: 2), .expertCompute, on: 0)
    },
    BrokenPlan("a member that stays away", .unmatchedExchange(exchange: 0, rank: 1, found: 0)) {
      let work = $0.add(
        Exchange(payload: .collective(.barrier, bytes: 0), firstRank: 0, ranks: 2))
      $0.add(work, .collectives, on: 0)
    },
    BrokenPlan("a member that comes twice", .unmatchedExchange(exchange: 0, rank: 0, found: 2)) {
      add(.collective(.barrier, bytes: 0), to: &$0)
      $0.add(.exchange(0), .collectives, on: 0)
    },
    BrokenPlan("a rank outside the group", .unmatchedExchange(exchange: 0, rank: 0, found: 1)) {
      let work = $0.add(
        Exchange(payload: .collective(.barrier, bytes: 0), firstRank: 1, ranks: 1))
      $0.add(work, .collectives, on: 0)
    },
    BrokenPlan("a transfer out of the group", .strayTransfer(exchange: 0)) {
      add($0.add([Transfer(from: 0, to: 2, bytes: 1, expert: 0)]), to: &$0)
    },
    BrokenPlan("a transfer to the sender", .strayTransfer(exchange: 0)) {
      add($0.add([Transfer(from: 1, to: 1, bytes: 1, expert: 0)]), to: &$0)
    },
    BrokenPlan("transfers past the end", .strayTransfer(exchange: 0)) {
      add(.transfers(first: 0, count: 1), to: &$0)
    },
    BrokenPlan("a transfer of no size", .badAmount(exchange: 0)) {
      add($0.add([Transfer(from: 0, to: 1, bytes: .nan, expert: 0)]), to: &$0)
    },
    BrokenPlan("a negative amount", .badAmount(exchange: 0)) {
      add(.allToAll(matrix: $0.add(table([0, -1])), unitBytes: 1, isReturn: false), to: &$0)
    },
    BrokenPlan("an infinite unit", .badAmount(exchange: 0)) {
      add(.allToAll(matrix: $0.add(table([])), unitBytes: .infinity, isReturn: false), to: &$0)
    },
    BrokenPlan("a table that is not there", .badAmount(exchange: 0)) {
      add(.allToAll(matrix: 3, unitBytes: 1, isReturn: false), to: &$0)
    },
    BrokenPlan("a table of another group's size", .badAmount(exchange: 0)) {
      let matrix = $0.add(ExchangeTable(ranks: 1))
      add(.allToAll(matrix: matrix, unitBytes: 1, isReturn: true), to: &$0)
    },
    BrokenPlan("a collective of negative size", .badAmount(exchange: 0)) {
      add(.collective(.allReduce, bytes: -8), to: &$0)
    },
    BrokenPlan("memory that is kept", .unbalancedMemory(rank: 1, bytes: 3)) { plan in
      plan.add(.join, .other, on: 1, memory: [MemoryChange(5, .buffers)])
      plan.add(.join, .other, on: 1, memory: [MemoryChange(-2, .buffers, atEnd: true)])
    },
    BrokenPlan("memory given back twice", .unbalancedMemory(rank: 0, bytes: -4)) {
      $0.add(.join, .other, on: 0, memory: [MemoryChange(-4, .buffers, atEnd: true)])
    },
  ]
}

@Suite struct PlanValidationTests {
  @Test(arguments: BrokenPlan.all)
  func everyBrokenRuleIsNamed(_ broken: BrokenPlan) {
    var builder = builder(ranks: 2)
    broken.build(&builder)
    let plan = builder.finish()
    #expect(throws: broken.fault) { try plan.validate() }
    #expect(!broken.fault.message.isEmpty)
  }

  /// An all-to-all and its return, a weight transfer, a collective, and memory that comes back.
  @Test func aSoundPlanPasses() throws {
    var builder = builder(ranks: 2)
    let matrix = builder.add(table([0, 3, 2, 0]))
    let payloads: [Exchange.Payload] = [
      .allToAll(matrix: matrix, unitBytes: 16, isReturn: false),
      .allToAll(matrix: matrix, unitBytes: 16, isReturn: true),
      builder.add([Transfer(from: 0, to: 1, bytes: 96, expert: 1)]),
      .collective(.allReduce, bytes: 8),
    ]
    for payload in payloads {
      let work = builder.add(Exchange(payload: payload, firstRank: 0, ranks: 2))
      for rank in 0..<2 {
        builder.add(
          work, .other, on: rank,
          memory: [MemoryChange(7, .buffers), MemoryChange(-7, .buffers, atEnd: true)])
      }
    }
    try builder.finish().validate()
  }

  @Test func aPlanWithoutOperationsPasses() throws { try builder(ranks: 1).finish().validate() }
}

@Suite struct PlanBuilderTests {
  /// Three operations: the second waits for the first, the third for both; only the second and the
  /// third change memory. Each gets back exactly what it was given.
  @Test func keepsWhatBelongsToEachOperation() {
    var builder = builder(ranks: 1)
    let taken = MemoryChange(4, .buffers)
    let returned = MemoryChange(-4, .buffers, atEnd: true)
    let first = builder.add(.join, .other, on: 0)
    let second = builder.add(.join, .other, on: 0, after: [first], memory: [taken])
    let third = builder.add(
      .join, .other, on: 0, after: [second, first], memory: [returned, taken])
    let plan = builder.finish()
    #expect([first, second, third].map(\.index) == [0, 1, 2])
    #expect(plan.dependencies(of: first).isEmpty)
    #expect(Array(plan.dependencies(of: second)) == [first])
    #expect(Array(plan.dependencies(of: third)) == [second, first])
    #expect(plan.memoryChanges(of: first).isEmpty)
    #expect(Array(plan.memoryChanges(of: second)) == [taken])
    #expect(Array(plan.memoryChanges(of: third)) == [returned, taken])
  }

  /// Rows of two expert works and transfers of two exchanges lie one after another.
  @Test func rangesFollowOneAnother() {
    var builder = builder(ranks: 2)
    let one = builder.expertWork([ExpertRows(expert: 0, rows: 3)])
    let two = builder.expertWork([ExpertRows(expert: 0, rows: 1), ExpertRows(expert: 1, rows: 2)])
    #expect(one == .experts(first: 0, count: 1))
    #expect(two == .experts(first: 1, count: 2))
    let transfer = Transfer(from: 0, to: 1, bytes: 1, expert: 0)
    #expect(builder.add([transfer]) == .transfers(first: 0, count: 1))
    #expect(builder.add([]) == .transfers(first: 1, count: 0))
    #expect(builder.add([transfer, transfer]) == .transfers(first: 1, count: 2))
    let plan = builder.finish()
    #expect(plan.expertRows.map(\.rows) == [3, 1, 2])
    #expect(plan.transfers.count == 3)
  }

  /// 3 and 4 bytes of weights and 5 of replicas on rank 1; amounts beyond the range stay in it.
  @Test func addsUpWhatARankHolds() {
    var builder = builder(ranks: 2)
    builder.hold(3, .weights, on: 1)
    builder.hold(4, .weights, on: 1)
    builder.hold(5, .replicas, on: 1)
    let plan = builder.finish()
    #expect(plan.residentBytes[0].allSatisfy { $0 == 0 })
    #expect(plan.residentBytes[1][Int(MemoryCategory.weights.rawValue)] == 7)
    #expect(plan.residentBytes[1][Int(MemoryCategory.replicas.rawValue)] == 5)
    #expect(MemoryChange(1e300, .buffers).bytes == 9_000_000_000_000_000_000)
    #expect(MemoryChange(-1e300, .buffers).bytes == -9_000_000_000_000_000_000)
  }
}

@Suite struct LayerOutcomeTests {
  /// 6 of 8 copies on one of 4 ranks: 6 over a mean of 2.
  @Test func imbalanceIsBusiestOverMean() {
    let outcome = LayerOutcome(
      layer: 0, firstRank: 0, computedCopies: [6, 1, 1, 0], weightTransfers: 0,
      isPlainRouting: true)
    #expect(outcome.imbalance == 3)
  }

  @Test(arguments: [[], [0], [0, 0]] as [[Int32]])
  func nothingComputedIsBalanced(_ copies: [Int32]) {
    let outcome = LayerOutcome(
      layer: 0, firstRank: 0, computedCopies: copies, weightTransfers: 0, isPlainRouting: true)
    #expect(outcome.imbalance == 1)
  }
}
