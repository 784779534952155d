import Domain
import Plan
import Quantities
import Results
import Testing
import Workbench

@Suite struct TailPartsTests {
  /// Ten seconds; six without A, eight without B, five without both. A saves 4 if taken first and 3
  /// if second: 3.5. B saves 2 or 1: 1.5. Together 5, the whole.
  @Test func shapleyValuesByHand() {
    let factors: [TailFactor] = [.straggler, .communication]
    let a = TailFactors(.straggler)
    let b = TailFactors(.communication)
    let seconds: [TailFactors: Double] = [.none: 10, a: 6, b: 8, a.union(b): 5]
    #expect(shapleyValues(of: factors) { seconds[$0] ?? .nan } == [3.5, 1.5])
  }

  /// Four ranks in two nodes. Evening margins leaves every rank the same to send and receive and all
  /// ratios of ratios; evening structure leaves every rank what it had; both leave one number for
  /// each part of the topology.
  @Test func tablesAreEvenedInTwoWays() {
    var table = ExchangeTable(ranks: 4)
    for source in 0..<4 {
      for destination in 0..<4 where source != destination {
        table[source, destination] = Float((source + 1) * (destination + 2) + source * destination)
      }
    }
    let even = EvenTable(ranksPerNode: 2)
    let margins = even.evened(table, margins: true, structure: false)
    let sums = (0..<4).map { rank in
      (
        received: (0..<4).reduce(Float(0)) { $0 + margins[$1, rank] },
        sent: margins.amounts[
          (rank * 4)..<(rank * 4 + 4)
        ].reduce(0, +)
      )
    }
    for sum in sums {
      #expect(abs(sum.received - sums[0].received) < 0.05)
      #expect(abs(sum.sent - sums[0].sent) < 0.05)
    }
    func ratio(_ table: ExchangeTable) -> Float {
      table[0, 2] * table[1, 3] / (table[0, 3] * table[1, 2])
    }
    #expect(abs(ratio(margins) / ratio(table) - 1) < 1e-3)

    let structure = even.evened(table, margins: false, structure: true)
    for rank in 0..<4 {
      let before = (0..<4).reduce(Float(0)) { $0 + table[$1, rank] }
      let after = (0..<4).reduce(Float(0)) { $0 + structure[$1, rank] }
      #expect(abs(after / before - 1) < 0.01)
    }
    let both = even.evened(table, margins: true, structure: true)
    #expect(both[0, 1] == both[3, 2])
    #expect(both[0, 2] == both[3, 1])
    #expect(both[0, 3] == both[2, 1])
    #expect(both[1, 1] == 0)
  }

  /// A (5 s, rank 0) and B (3 s, rank 1) precede C (2 s, rank 0). Without A the chain B, C takes 5 of
  /// 7 s, so A could lose 2 s; A and C decide without B, which gains nothing; without C, A alone
  /// takes 5 s.
  @Test func slackByHand() {
    let model = MoEModel(
      name: "tiny", layers: [0], hiddenSize: 8, expertIntermediateSize: 8, experts: 2, topK: 1)
    let workload = Workload(phase: .prefill, tokensPerRank: 1, steps: 1)
    var builder = PlanBuilder(
      ranks: 2, model: model, workload: workload, implementation: .fused)
    let a = builder.add(.join, .other, on: 0)
    let b = builder.add(.join, .other, on: 1)
    builder.add(.join, .other, on: 0, after: [a, b])
    func span(_ start: Int64, _ end: Int64, _ releasedBy: Int32) -> Span {
      Span(
        start: SimTime(picoseconds: start), end: SimTime(picoseconds: end), releasedBy: releasedBy)
    }
    let record = RunRecord(
      spans: [span(0, 5, -1), span(0, 3, -1), span(5, 7, 0)], peakMemory: [0, 0],
      memoryAtPeak: [[], []], outOfMemory: [], bytes: BytesMoved(), linkBytes: [])
    let slack = PathSlack(plan: builder.finish(), record: record)
    #expect(slack.picoseconds(of: [0, 1, 2]) == [2, 0, 2])
  }

  /// What causes take adds up to what slow steps lose, shares to one, and shares of p99 − p50 to one.
  @Test func sharesAddUp() throws {
    var small = SmallScenario(steps: 40)
    small.more = "memory: { expertWeights: all }"
    for cell in try small.run().cells {
      let tail = try #require(cell.tail)
      let steps = try #require(cell.tailSteps)
      #expect(!tail.isEmpty)
      #expect(abs(tail.reduce(0) { $0 + $1.share } - 1) < 1e-9)
      #expect(tail.map(\.share) == tail.map(\.share).sorted(by: >))
      let lost = tail.reduce(0) { $0 + $1.slowSeconds }
      // Causes too small to name are left out, and with them at most a thousandth.
      let whole = steps.slowSeconds - steps.undisturbedSeconds
      #expect(lost >= whole - 1e-3 * steps.slowSeconds)
      let median = try #require(steps.medianSeconds)
      #expect(median <= steps.slowSeconds)
    }
  }
}
