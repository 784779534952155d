internal import Plan
internal import Quantities

/// Arrows from what was waited for to what waited.
struct TraceFlows {
  /// A viewer binds an arrow to the slice that encloses its end; a slice of less than this encloses
  /// nothing once times are rounded to nanoseconds.
  private static let shortest: Int64 = 2_000

  let plan: ExecutionPlan
  let record: RunRecord
  let threads: TraceThreads
  let count: Int

  func write(to writer: inout TraceWriter) {
    var next = 1
    for index in 0..<count {
      let span = record.spans[index]
      if let holder = visible(span.heldBy), isVisible(index), holder != index {
        let time = record.spans[holder].start.picoseconds
        if time >= span.start.picoseconds, time < span.end.picoseconds {
          write(next, "exchange", from: (holder, time), to: (index, time), to: &writer)
          next += 1
        }
      }
      guard let source = visible(span.releasedBy), isVisible(index),
        threads.ids[source] != threads.ids[index]
      else { continue }
      let time = record.spans[source].end.picoseconds - 1_000
      if time <= span.start.picoseconds {
        write(
          next, "release", from: (source, time), to: (index, span.start.picoseconds), to: &writer)
        next += 1
      }
    }
  }

  private func isVisible(_ index: Int) -> Bool {
    record.spans[index].duration.picoseconds >= Self.shortest
  }

  private func visible(_ index: Int32) -> Int? {
    let index = Int(index)
    return index >= 0 && index < count && isVisible(index) ? index : nil
  }

  private func write(
    _ id: Int, _ name: StaticString, from start: (operation: Int, time: Int64),
    to end: (operation: Int, time: Int64), to writer: inout TraceWriter
  ) {
    for (phase, place) in [("s", start), ("f", end)] {
      writer.beginEvent()
      writer.raw("{\"ph\":\"")
      writer.plain(phase)
      writer.raw("\",\"bp\":\"e\",\"cat\":\"flow\",\"name\":\"")
      writer.raw(name)
      writer.raw("\",\"id\":")
      writer.integer(id)
      writer.raw(",\"ts\":")
      writer.microseconds(place.time)
      writer.process(Int(plan.operations[place.operation].rank))
      writer.thread(Int(threads.ids[place.operation]))
      writer.raw("}")
    }
  }
}
