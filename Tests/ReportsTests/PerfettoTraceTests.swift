import Domain
import Foundation
import Plan
import Quantities
import Testing

@testable import Reports

/// Two ranks, one layer. In microseconds:
///
///     rank 0   compute        gate 0-10                     experts 30-90
///     rank 0   communication            dispatch 10-30
///     rank 1   compute        gate 0-20                     experts 30-50
///     rank 1   communication                dispatch 20-30
///
/// Rank 0's dispatch waits for rank 1, which comes at 20; each expert compute is released by its
/// own dispatch. Rank 0 holds 100 bytes, and 50 more during its experts.
struct TwoRankRun {
  let plan: ExecutionPlan
  let record: RunRecord

  init() {
    let model = MoEModel(
      name: "tiny", layers: [3], hiddenSize: 4, expertIntermediateSize: 8, experts: 2, topK: 1)
    var builder = PlanBuilder(
      ranks: 2, model: model, workload: Workload(phase: .decode, tokensPerRank: 4, steps: 1),
      implementation: .fused)
    builder.hold(100, .weights, on: 0)
    let gates = (0..<2).map {
      builder.add(.gate(tokens: 4, copies: 4), .routing, on: $0, layer: 0)
    }
    var matrix = ExchangeTable(ranks: 2)
    matrix[0, 1] = 3
    matrix[1, 0] = 1
    matrix[0, 0] = 9
    let number = builder.add(matrix)
    let exchange = builder.add(
      Exchange(
        payload: .allToAll(matrix: number, unitBytes: 8, isReturn: false), firstRank: 0, ranks: 2))
    let dispatches = (0..<2).map {
      builder.add(
        exchange, .dispatch, on: $0, lane: .communication, layer: 0, after: [gates[$0]])
    }
    for rank in 0..<2 {
      let work = builder.expertWork([.init(expert: Int32(rank), rows: Int32(5 - rank))])
      builder.add(
        work, .expertCompute, on: rank, layer: 0, after: [dispatches[rank]],
        memory: rank == 0 ? [.init(50, .activations), .init(-50, .activations, atEnd: true)] : [])
    }
    plan = builder.finish()
    func span(_ start: Int64, _ end: Int64, _ released: Int32, held: Int32 = -1) -> Span {
      Span(
        start: SimTime(picoseconds: start * 1_000_000), end: SimTime(picoseconds: end * 1_000_000),
        releasedBy: released, heldBy: held)
    }
    record = RunRecord(
      spans: [
        span(0, 10, -1), span(0, 20, -1), span(10, 30, 0, held: 3), span(20, 30, 1),
        span(30, 90, 2), span(30, 50, 3),
      ], peakMemory: [150, 0], memoryAtPeak: [[], []], outOfMemory: [], bytes: BytesMoved(),
      linkBytes: [])
  }
}

@Suite("Perfetto traces")
struct PerfettoTraceTests {
  struct Trace: Decodable {
    let displayTimeUnit: String
    let traceEvents: [Event]
  }

  struct Event: Decodable {
    let ph: String
    let name: String?
    let cat: String?
    let id: Int?
    let ts: Double?
    let dur: Double?
    let pid: Int
    let tid: Int?
    let args: Arguments?

    struct Arguments: Decodable {
      let name: String?
      let operation: Int?
      let layer: Int?
      let tokens: Int?
      let expertIds: String?
      let sentBytes: Int?
      let receivedBytes: Int?
      let waitedForRank: Int?
      let waitedMicroseconds: Double?
      let bytes: Int?
    }
  }

  static func read(_ plan: ExecutionPlan, _ record: RunRecord) throws -> [Event] {
    let data = PerfettoTrace.render(plan: plan, record: record)
    return try JSONDecoder().decode(Trace.self, from: data).traceEvents
  }

  @Test func slicesSayWhatRanWhenAndOnWhat() throws {
    let run = TwoRankRun()
    let events = try Self.read(run.plan, run.record)
    let slices = events.filter { $0.ph == "X" }
    #expect(slices.count == 6)
    #expect(
      slices.map(\.name) == [
        "gate", "gate", "dispatch", "dispatch", "expert compute", "expert compute",
      ])
    #expect(slices.map(\.ts) == [0, 0, 10, 20, 30, 30])
    #expect(slices.map(\.dur) == [10, 20, 20, 10, 60, 20])
    #expect(slices.allSatisfy { $0.args?.layer == 3 })
    #expect(slices.map { $0.args?.operation } == [0, 1, 2, 3, 4, 5])
    // The diagonal stays on the rank: 3 × 8 bytes go, 1 × 8 come.
    #expect(slices[2].args?.sentBytes == 24 && slices[2].args?.receivedBytes == 8)
    #expect(slices[2].args?.waitedForRank == 1 && slices[2].args?.waitedMicroseconds == 10)
    #expect(slices[4].args?.tokens == 5 && slices[4].args?.expertIds == "0")
  }

  @Test func ranksAndLanesHaveNames() throws {
    let run = TwoRankRun()
    let events = try Self.read(run.plan, run.record)
    let processes = events.filter { $0.name == "process_name" }
    #expect(processes.map { $0.args?.name } == ["rank 0", "rank 1"])
    let threads = events.filter { $0.name == "thread_name" }
    #expect(
      threads.map { $0.args?.name } == ["compute", "communication", "compute", "communication"])
    let named = Set(threads.map { [$0.pid, $0.tid ?? -1] })
    #expect(events.filter { $0.ph == "X" }.allSatisfy { named.contains([$0.pid, $0.tid ?? -1]) })
  }

  @Test func flowsPairUpInsideTheirSlices() throws {
    let run = TwoRankRun()
    let events = try Self.read(run.plan, run.record)
    try Self.checkFlows(events)
    let starts = events.filter { $0.ph == "s" }
    // One for the member waited for, four for what released another lane.
    #expect(starts.count { $0.name == "exchange" } == 1)
    #expect(starts.count { $0.name == "release" } == 4)
    let exchange = try #require(starts.first { $0.name == "exchange" })
    #expect(exchange.ts == 20 && exchange.pid == 2)
  }

  static func checkFlows(_ events: [Event]) throws {
    let slices = Dictionary(grouping: events.filter { $0.ph == "X" }) { $0.tid ?? -1 }
    let starts = events.filter { $0.ph == "s" }
    let ends = Dictionary(uniqueKeysWithValues: events.filter { $0.ph == "f" }.map { ($0.id, $0) })
    #expect(Set(starts.map(\.id)).count == starts.count && ends.count == starts.count)
    for start in starts {
      let end = try #require(ends[start.id])
      let (from, to) = (try #require(start.ts), try #require(end.ts))
      #expect(from <= to)
      for (event, time) in [(start, from), (end, to)] {
        let isInside = slices[event.tid ?? -1, default: []].contains { slice in
          guard let begin = slice.ts, let length = slice.dur else { return false }
          return begin <= time && time < begin + length
        }
        #expect(isInside, "\(event)")
      }
    }
  }

  @Test func memoryIsCounted() throws {
    let run = TwoRankRun()
    let counters = try Self.read(run.plan, run.record).filter { $0.ph == "C" }
    let first = counters.filter { $0.pid == 1 }
    #expect(first.map(\.ts) == [0, 30, 90])
    #expect(first.map { $0.args?.bytes } == [100, 150, 100])
    #expect(first.compactMap { $0.args?.bytes }.max() == Int(run.record.peakMemory[0]))
    #expect(counters.filter { $0.pid == 2 }.map { $0.args?.bytes } == [0])
  }

  @Test func theSameRunIsTheSameBytes() {
    let run = TwoRankRun()
    let render = { PerfettoTrace.render(plan: run.plan, record: run.record) }
    #expect(render() == render())
  }

  /// Two operations at once in one lane are put on two threads.
  @Test func slicesOfAThreadNeverOverlap() throws {
    let run = TwoRankRun()
    var record = run.record
    // Rank 0's experts begin before its gate has ended.
    record.spans[4].start = SimTime(picoseconds: 5_000_000)
    let events = try Self.read(run.plan, record)
    try Self.checkLanes(events)
    #expect(events.contains { $0.name == "thread_name" && $0.args?.name == "compute 2" })
  }

  static func checkLanes(_ events: [Event]) throws {
    let slices = Dictionary(grouping: events.filter { $0.ph == "X" }) { $0.tid ?? -1 }
    for thread in slices.values {
      let ordered = thread.sorted { ($0.ts ?? 0, $0.dur ?? 0) < ($1.ts ?? 0, $1.dur ?? 0) }
      for (slice, next) in zip(ordered, ordered.dropFirst()) {
        let end = try #require(slice.ts) + (slice.dur ?? 0)
        #expect(end <= (next.ts ?? 0) + 1e-9)
      }
    }
  }

  @Test(
    arguments: [
      (0, "0"), (1, "0.000001"), (1_000_000, "1"), (1_500_000, "1.5"), (12_345_678, "12.345678"),
      (Int64.max, "9223372036854.775807"),
    ] as [(Int64, String)])
  func microseconds(picoseconds: Int64, text: String) {
    var writer = TraceWriter(capacity: 32)
    writer.microseconds(picoseconds)
    #expect(String(decoding: writer.bytes, as: UTF8.self) == text)
  }

  @Test(
    arguments: [(0, "0"), (-7, "-7"), (Int64.min, "-9223372036854775808")] as [(Int64, String)])
  func integers(value: Int64, text: String) {
    var writer = TraceWriter(capacity: 32)
    writer.integer(value)
    #expect(String(decoding: writer.bytes, as: UTF8.self) == text)
  }

  @Test func aRecordThatIsTooShortIsWrittenAsFarAsItGoes() throws {
    let run = TwoRankRun()
    var record = run.record
    record.spans.removeLast(3)
    let events = try Self.read(run.plan, record)
    #expect(events.count { $0.ph == "X" } == 3)
  }
}
