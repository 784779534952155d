import Plan
import Quantities

/// Times of the MoE layers of one step, micro-batch by micro-batch.
///
/// A forward pass, and its repetition, runs from the router to the slowest rank's combine; a backward
/// pass from the gradients that enter the combine to those that leave the router. A layer's time is
/// the sum of its passes.
struct LayerTimes {
  var seconds: [Double] = []
  var computeImbalance: [Double] = []

  private static let passes = Pass.allCases.count

  /// - Complexity: O(operations).
  init(plan: ExecutionPlan, record: RunRecord) {
    let outcomes = plan.layerOutcomes
    guard let groupSize = outcomes.first?.computedCopies.count, groupSize > 0 else { return }
    let groups = (plan.ranks + groupSize - 1) / groupSize
    let layers = outcomes.reduce(0) { max($0, $1.layer + 1) }
    var first = [Int64](repeating: .max, count: outcomes.count * Self.passes)
    var last = [Int64](repeating: 0, count: outcomes.count * Self.passes)
    var compute = Array(repeating: [Double](repeating: 0, count: groupSize), count: outcomes.count)
    for (index, operation) in plan.operations.enumerated() where operation.layer >= 0 {
      let layer = Int(operation.microBatch) * layers + Int(operation.layer)
      let slot = layer * groups + Int(operation.rank) / groupSize
      guard slot < outcomes.count else { continue }
      let span = record.spans[index]
      let window = slot * Self.passes + Int(operation.pass.rawValue)
      let (opening, closing): (OperationKind, OperationKind) =
        operation.pass == .backward ? (.combine, .routing) : (.routing, .combine)
      if operation.kind == opening {
        first[window] = min(first[window], span.start.picoseconds)
      } else if operation.kind == closing {
        last[window] = max(last[window], span.end.picoseconds)
      } else if operation.kind == .expertCompute {
        compute[slot][Int(operation.rank) % groupSize] += span.duration.seconds
      }
    }
    seconds = outcomes.indices.map { slot in
      (0..<Self.passes).reduce(0.0) { sum, pass in
        let window = slot * Self.passes + pass
        return sum + Double(max(0, last[window] - min(first[window], last[window]))) * 1e-12
      }
    }
    computeImbalance = compute.map { ranks in
      let total = ranks.reduce(0, +)
      return total > 0 ? (ranks.max() ?? 0) * Double(ranks.count) / total : 1
    }
  }
}
