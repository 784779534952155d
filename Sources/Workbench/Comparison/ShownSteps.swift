import Domain
import Plan
import Quantities
import Results

/// The steps of a cell that a report shows in full.
package struct ShownSteps: Sendable {
  private(set) var median: StepLanes?
  private(set) var slow: StepLanes?
  private(set) var criticalPaths: [CriticalPathResult] = []

  /// Adds a step as the median or the slow one.
  mutating func add(_ plan: ExecutionPlan, _ record: RunRecord, step: Int, isMedian: Bool) {
    let lanes = StepLanes(plan: plan, record: record, step: step)
    if isMedian { median = lanes } else { slow = lanes }
    criticalPaths.append(CriticalPathResult(plan: plan, record: record, step: step))
  }
}

extension StepLanes {
  /// The bars of the layer that took longest in this step, on at most 16 ranks.
  init?(plan: ExecutionPlan, record: RunRecord, step: Int) {
    var first = [Int64](repeating: .max, count: plan.model.layers.count)
    var last = [Int64](repeating: 0, count: plan.model.layers.count)
    for (index, operation) in plan.operations.enumerated() where operation.layer >= 0 {
      let layer = Int(operation.layer)
      first[layer] = min(first[layer], record.spans[index].start.picoseconds)
      last[layer] = max(last[layer], record.spans[index].end.picoseconds)
    }
    let slowest = first.indices.max {
      last[$0] - min(first[$0], last[$0]) < last[$1] - min(first[$1], last[$1])
    }
    guard let slowest else { return nil }
    let start = first[slowest]
    let bars = plan.operations.indices.compactMap { index -> Bar? in
      let operation = plan.operations[index]
      let span = record.spans[index]
      guard operation.layer == slowest, operation.rank < 16, span.end > span.start else {
        return nil
      }
      return Bar(
        rank: Int(operation.rank), lane: operation.lane.name, kind: operation.kind.name,
        layer: plan.model.layers[slowest],
        startSeconds: Double(span.start.picoseconds - start) * 1e-12,
        endSeconds: Double(span.end.picoseconds - start) * 1e-12)
    }
    self.init(step: step, layer: plan.model.layers[slowest], bars: bars)
  }
}

extension CriticalPathResult {
  /// Pieces of a path that a reader can follow; longer paths keep their longest pieces.
  private static let mostPieces = 200
  private static let mostOperationsForSlack = 100_000

  /// The critical path of one step.
  init(plan: ExecutionPlan, record: RunRecord, step: Int) {
    var pieces = CriticalPath(plan: plan, record: record).pieces.filter {
      $0.endPicoseconds > $0.startPicoseconds
    }
    if pieces.count > Self.mostPieces {
      let lengths = pieces.map { $0.endPicoseconds - $0.startPicoseconds }.sorted(by: >)
      let shortest = lengths[Self.mostPieces - 1]
      pieces = pieces.filter { $0.endPicoseconds - $0.startPicoseconds >= shortest }
    }
    // Of the largest plans the network of operations would cost more than the simulation.
    let slack =
      plan.operations.count <= Self.mostOperationsForSlack
      ? PathSlack(plan: plan, record: record).picoseconds(of: pieces.map(\.operation)).map(
        Optional.init)
      : [Int64?](repeating: nil, count: pieces.count)
    self.init(
      step: step,
      pieces: zip(pieces, slack).map { piece, slack in
        let operation = plan.operations[piece.operation]
        return CriticalPieceResult(
          rank: Int(operation.rank), lane: operation.lane.name, kind: operation.kind.name,
          layer: operation.layer >= 0 ? plan.model.layers[Int(operation.layer)] : -1,
          startSeconds: Double(piece.startPicoseconds) * 1e-12,
          endSeconds: Double(piece.endPicoseconds) * 1e-12,
          slackSeconds: slack.map { Double($0) * 1e-12 })
      })
  }
}
