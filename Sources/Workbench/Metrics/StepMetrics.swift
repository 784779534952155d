import Domain
package import Plan
import Quantities

/// What one step of one cell is remembered by; spans are dropped once this is taken.
package struct StepMetrics: Sendable {
  package let seconds: Double
  /// Seconds of every micro-batch, layer and group, in plan order; all passes added up.
  package let layerSeconds: [Double]
  /// Busiest over mean rank in token copies, of every layer and group.
  package let tokenImbalance: [Double]
  /// The same in time of expert computation.
  package let computeImbalance: [Double]
  package let bytes: BytesMoved
  package let weightTransfers: Int
  package let droppedCopies: Int
  /// Seconds of the critical path by kind, and what was waited through last.
  package let pathSeconds: [Double]
  /// Seconds of every rank by kind, waiting last, `[kinds + 1][ranks]`.
  package let rankSeconds: [[Double]]
  /// Token copies computed on every rank over all layers, `[ranks]`.
  package let rankCopies: [Double]
  package let linkBytes: [Double]
  package let maps: StepMaps
  /// The step in full, where it is the only one and need not be simulated again to be shown.
  package var shown: ShownSteps?
  package let peakMemory: [Int64]
  package let memoryAtPeak: [[Int64]]
  package let outOfMemory: [OutOfMemory]
  /// What the operations that ran out of memory were, in words.
  package let outOfMemoryOperations: [String]

  /// Takes the measure of a run.
  ///
  /// - Complexity: O(operations).
  package init(plan: ExecutionPlan, record: RunRecord) {
    seconds = record.makespan.seconds
    let layers = LayerTimes(plan: plan, record: record)
    layerSeconds = layers.seconds
    computeImbalance = layers.computeImbalance
    tokenImbalance = plan.layerOutcomes.map(\.imbalance)
    bytes = record.bytes
    weightTransfers = plan.layerOutcomes.reduce(0) { $0 + $1.weightTransfers }
    droppedCopies = plan.layerOutcomes.reduce(0) { $0 + $1.droppedCopies }
    let path = CriticalPath(plan: plan, record: record).picoseconds(in: plan)
    pathSeconds = (path.byKind + [path.waiting]).map { Double($0) * 1e-12 }
    rankSeconds = Self.secondsByRank(plan: plan, record: record)
    var copies = [Double](repeating: 0, count: plan.ranks)
    for outcome in plan.layerOutcomes {
      for (member, count) in outcome.computedCopies.enumerated() {
        copies[outcome.firstRank + member] += Double(count)
      }
    }
    rankCopies = copies
    linkBytes = record.linkBytes
    maps = StepMaps(plan: plan)
    peakMemory = record.peakMemory
    memoryAtPeak = record.memoryAtPeak
    outOfMemory = record.outOfMemory
    outOfMemoryOperations = record.outOfMemory.map { Self.describe($0.operation, in: plan) }
  }

  /// Time that each rank spends by kind; in exchanges, what it waits for others is apart.
  private static func secondsByRank(plan: ExecutionPlan, record: RunRecord) -> [[Double]] {
    let kinds = OperationKind.allCases.count
    var seconds = Array(repeating: [Double](repeating: 0, count: plan.ranks), count: kinds + 1)
    for (index, operation) in plan.operations.enumerated() {
      let span = record.spans[index]
      var own = span.duration.seconds
      if span.heldBy >= 0 {
        let held = max(0, (record.spans[Int(span.heldBy)].start - span.start).seconds)
        seconds[kinds][Int(operation.rank)] += held
        own -= held
      }
      seconds[Int(operation.kind.rawValue)][Int(operation.rank)] += own
    }
    return seconds
  }

  private static func describe(_ operation: Int32, in plan: ExecutionPlan) -> String {
    guard operation >= 0 else { return "weights and what the rank always holds" }
    let definition = plan.operations[Int(operation)]
    guard definition.layer >= 0 else { return definition.kind.name }
    let layer = plan.model.layers[Int(definition.layer)]
    return "\(definition.kind.name) of layer \(layer)"
  }
}
