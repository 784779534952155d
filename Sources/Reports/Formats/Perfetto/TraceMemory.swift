internal import Plan
internal import Quantities

/// Memory that every rank holds, as a counter that changes when operations start and end.
struct TraceMemory {
  let plan: ExecutionPlan
  let record: RunRecord
  let count: Int

  /// - Complexity: O(*n* log *n*) in the changes.
  func write(to writer: inout TraceWriter) {
    var changes = [[(time: Int64, bytes: Int64)]](repeating: [], count: plan.ranks)
    for index in 0..<count {
      let rank = Int(plan.operations[index].rank)
      for change in plan.memoryChanges(of: OperationID(index)) {
        let span = record.spans[index]
        changes[rank].append(((change.atEnd ? span.end : span.start).picoseconds, change.bytes))
      }
    }
    for rank in 0..<plan.ranks {
      var held = plan.residentBytes[rank].reduce(Int64(0)) { $0.addingReportingOverflow($1).0 }
      write(rank, at: 0, held, to: &writer)
      // Swift's sort keeps the order of equals, and sums do not depend on it.
      let ordered = changes[rank].sorted { $0.time < $1.time }
      for (place, change) in ordered.enumerated() {
        held = held.addingReportingOverflow(change.bytes).0
        let isLast = place + 1 == ordered.count || ordered[place + 1].time != change.time
        if isLast { write(rank, at: change.time, held, to: &writer) }
      }
    }
  }

  private func write(_ rank: Int, at time: Int64, _ bytes: Int64, to writer: inout TraceWriter) {
    writer.beginEvent()
    writer.raw("{\"ph\":\"C\",\"name\":\"memory\",\"ts\":")
    writer.microseconds(time)
    writer.process(rank)
    writer.raw(",\"args\":{\"bytes\":")
    writer.integer(bytes)
    writer.raw("}}")
  }
}
