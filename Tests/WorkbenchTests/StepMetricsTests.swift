import Domain
import Plan
import Quantities
import Testing
import Workbench

/// A step of two ranks whose spans are written down, in picoseconds:
///
///     rank 0   attention 0–1  routing 1–2     dispatch 2–9   experts 9–12   combine 12–14
///     rank 1                  routing 1–5     dispatch 5–9   experts 9–10   combine 12–14
///
/// Rank 0's dispatch waits for rank 1 from 2 to 5, rank 1's combine for rank 0 from 10 to 12.
private struct WrittenStep {
  let plan: ExecutionPlan
  let record: RunRecord

  init() {
    let model = MoEModel(
      name: "tiny", layers: [7], hiddenSize: 8, expertIntermediateSize: 8, experts: 2, topK: 1)
    var builder = PlanBuilder(
      ranks: 2, model: model, workload: Workload(phase: .prefill, tokensPerRank: 4, steps: 1),
      implementation: .fused)
    var spans: [Span] = []
    func add(
      _ kind: OperationKind, on rank: Int, _ times: Range<Int64>, by: Int32, held: Int32 = -1
    ) {
      builder.add(.join, kind, on: rank, layer: 0)
      spans.append(
        Span(
          start: SimTime(picoseconds: times.lowerBound),
          end: SimTime(picoseconds: times.upperBound),
          releasedBy: by, heldBy: held))
    }
    add(.attention, on: 0, 0..<1, by: -1)  // 0
    add(.routing, on: 0, 1..<2, by: 0)  // 1
    add(.routing, on: 1, 1..<5, by: -1)  // 2
    add(.dispatch, on: 0, 2..<9, by: 1, held: 4)  // 3
    add(.dispatch, on: 1, 5..<9, by: 2)  // 4
    add(.expertCompute, on: 0, 9..<12, by: 3)  // 5
    add(.expertCompute, on: 1, 9..<10, by: 4)  // 6
    add(.combine, on: 0, 12..<14, by: 5)  // 7
    add(.combine, on: 1, 10..<14, by: 6, held: 7)  // 8
    builder.record(
      LayerOutcome(
        layer: 0, firstRank: 0, computedCopies: [3, 1], weightTransfers: 2, isPlainRouting: false,
        droppedCopies: 1))
    plan = builder.finish()
    let asked = OutOfMemory(
      rank: RankID(1), time: SimTime(picoseconds: 9), requestedBytes: 5, neededBytes: 12,
      category: .activations, operation: 6)
    record = RunRecord(
      spans: spans, peakMemory: [10, 12], memoryAtPeak: [], outOfMemory: [asked],
      bytes: BytesMoved(), linkBytes: [])
  }
}

@Suite struct StepMetricsTests {
  private let step = WrittenStep()

  /// Backwards from rank 0's combine: its experts, then the dispatch from the moment rank 1 came,
  /// then what kept rank 1. The first picosecond, before rank 1's routing, was waited through.
  @Test func theCriticalPathFollowsWhoeverCameLast() {
    let path = CriticalPath(plan: step.plan, record: step.record)
    #expect(path.pieces.map(\.operation) == [2, 3, 5, 7])
    #expect(path.pieces.map(\.startPicoseconds) == [1, 5, 9, 12])
    #expect(path.pieces.map(\.endPicoseconds) == [5, 9, 12, 14])
    let (byKind, waiting) = path.picoseconds(in: step.plan)
    #expect(byKind[Int(OperationKind.routing.rawValue)] == 4)
    #expect(byKind[Int(OperationKind.dispatch.rawValue)] == 4)
    #expect(byKind[Int(OperationKind.expertCompute.rawValue)] == 3)
    #expect(byKind[Int(OperationKind.combine.rawValue)] == 2)
    #expect(byKind.reduce(0, +) + waiting == 14)
    #expect(waiting == 1)
  }

  /// The layer lasts from the first router at 1 to the last combine at 14. Rank 0 computes 3 of 4
  /// copies (1.5 times the mean) in 3 of 4 picoseconds of expert work (the same).
  @Test func layersAndImbalance() {
    let metrics = StepMetrics(plan: step.plan, record: step.record)
    #expect(metrics.seconds == 14e-12)
    #expect(metrics.layerSeconds.map { ($0 * 1e12).rounded() } == [13])
    #expect(metrics.tokenImbalance == [1.5])
    #expect(metrics.computeImbalance.map { ($0 * 1e9).rounded() / 1e9 } == [1.5])
    #expect(metrics.weightTransfers == 2)
    #expect(metrics.droppedCopies == 1)
    #expect(metrics.rankCopies == [3, 1])
    #expect(metrics.outOfMemoryOperations == ["expertCompute of layer 7"])
  }

  /// Rank 0 waits 3 in dispatch, rank 1 waits 2 in combine; what is left is their own time.
  @Test func ranksWaitApartFromTheirWork() {
    let metrics = StepMetrics(plan: step.plan, record: step.record)
    func picoseconds(_ row: [Double]) -> [Double] { row.map { ($0 * 1e12).rounded() } }
    #expect(picoseconds(metrics.rankSeconds[Int(OperationKind.dispatch.rawValue)]) == [4, 4])
    #expect(picoseconds(metrics.rankSeconds[Int(OperationKind.combine.rawValue)]) == [2, 2])
    #expect(picoseconds(metrics.rankSeconds[OperationKind.allCases.count]) == [3, 2])
  }
}
