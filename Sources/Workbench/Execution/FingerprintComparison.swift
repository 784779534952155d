internal import Executor
internal import Plan

/// Holds what cells computed in one step against each other: strategies and placements must not
/// change a result.
struct FingerprintComparison: Sendable {
  /// Runs that were held against another.
  private(set) var runs = 0
  /// The largest ``Fingerprint/distance(to:)`` found.
  private(set) var largestDistance = 0.0
  /// The first run of the step with each number of micro-batches, whose tokens differ.
  private var first: [Int: Fingerprint] = [:]

  /// Adds a cell's run.
  ///
  /// Runs that dropped copies compute something else and are passed over.
  ///
  /// - Throws: ``ExecutionError/wrongResult(_:)`` where it differs from another cell's by more than
  ///   rounding.
  mutating func add(_ run: Fingerprint, _ world: PlanWorld) throws(ExecutionError) {
    guard world.plan.layerOutcomes.allSatisfy({ $0.droppedCopies == 0 }) else { return }
    let parts = world.tokens.parts.count
    guard let other = first[parts] else {
      first[parts] = run
      return
    }
    let distance = run.distance(to: other)
    guard distance <= Agreement.tolerance else {
      throw .wrongResult(
        """
        outputs or gradients differ from another cell's by \(distance) of their length, where \
        rounding comes to \(Agreement.tolerance) at most
        """)
    }
    runs += 1
    largestDistance = max(largestDistance, distance)
  }

  mutating func merge(_ other: FingerprintComparison) {
    runs += other.runs
    largestDistance = max(largestDistance, other.largestDistance)
  }
}
