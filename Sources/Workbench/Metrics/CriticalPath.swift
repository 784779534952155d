package import Plan
import Quantities

/// The chain of operations that decided when a step ended.
package struct CriticalPath {
  /// One piece of the path: an operation, or the part of an exchange after its last member came.
  package struct Piece: Hashable {
    /// Index of the operation in its plan.
    package var operation: Int
    package var startPicoseconds: Int64
    package var endPicoseconds: Int64
  }

  /// Pieces in order of time; gaps between them were waited through.
  package let pieces: [Piece]
  private let makespan: Int64

  /// Walks back from the operation that ended last: to the member that an exchange waited for, else
  /// to what released the operation.
  ///
  /// - Complexity: O(operations).
  package init(plan: ExecutionPlan, record: RunRecord) {
    var pieces: [Piece] = []
    var last = -1
    var end: Int64 = -1
    for (index, span) in record.spans.enumerated() where span.end.picoseconds > end {
      (last, end) = (index, span.end.picoseconds)
    }
    makespan = max(0, end)
    var current = last
    while current >= 0 {
      let span = record.spans[current]
      let holder = Int(span.heldBy)
      let from = holder >= 0 ? record.spans[holder] : span
      pieces.append(
        Piece(
          operation: current, startPicoseconds: from.start.picoseconds,
          endPicoseconds: span.end.picoseconds))
      current = Int(from.releasedBy)
    }
    self.pieces = pieces.reversed()
  }

  /// Picoseconds of the path by kind of operation, and what was waited through.
  package func picoseconds(in plan: ExecutionPlan) -> (byKind: [Int64], waiting: Int64) {
    var byKind = [Int64](repeating: 0, count: OperationKind.allCases.count)
    for piece in pieces {
      byKind[Int(plan.operations[piece.operation].kind.rawValue)] +=
        piece.endPicoseconds - piece.startPicoseconds
    }
    return (byKind, makespan - byKind.reduce(0, +))
  }
}
