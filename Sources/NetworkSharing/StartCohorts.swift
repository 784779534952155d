internal import Quantities

/// Flows by the instant at which they start, before they are handed over.
///
/// Starts differ by latencies, which take few values, so few cohorts are searched; a start that is
/// met again later opens another cohort, which does no harm.
struct StartCohorts {
  private var cohorts: [(start: SimTime, slots: [Int32])] = []

  /// Adds a flow to the cohort of its start.
  mutating func add(_ slot: Int32, at start: SimTime) {
    for index in cohorts.indices.suffix(8).reversed() where cohorts[index].start == start {
      cohorts[index].slots.append(slot)
      return
    }
    cohorts.append((start, [slot]))
  }

  /// Hands all cohorts over.
  func start(in core: inout FluidCore) {
    for cohort in cohorts { core.start(cohort.slots, at: cohort.start) }
  }
}
