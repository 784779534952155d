public import Plan

public import struct Foundation.Data

/// A run as a trace that the Perfetto viewer (ui.perfetto.dev) and `chrome://tracing` open.
///
/// Each rank is a process and each of its lanes a thread, both named. An operation is a complete
/// slice with its number, layer, experts, tokens and bytes; memory is a counter of every rank. Flow
/// arrows lead from the member that an exchange waited for last to those that waited, and from an
/// operation on another lane or rank to the one that it released. Slices of one thread follow each
/// other: where a record has two at once in a lane, the second is on a thread of its own.
///
/// Source of the format: *Trace Event Format*, Google, with times in microseconds.
public enum PerfettoTrace {
  /// The trace as Chrome JSON; the same run gives the same bytes.
  ///
  /// Operations that the record has no span for are left out.
  ///
  /// - Complexity: O(*n* log *n*) in the operations, plus the entries of the plan's matrices.
  public static func render(plan: ExecutionPlan, record: RunRecord) -> Data {
    let count = min(plan.operations.count, record.spans.count)
    let threads = TraceThreads(plan: plan, record: record, count: count)
    var writer = TraceWriter(capacity: count * 420 + 4096)
    writer.raw("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[")
    writeNames(threads, ranks: plan.ranks, to: &writer)
    var slices = TraceSlices(plan: plan, record: record, threads: threads)
    for index in 0..<count { slices.write(index, to: &writer) }
    TraceFlows(plan: plan, record: record, threads: threads, count: count).write(to: &writer)
    TraceMemory(plan: plan, record: record, count: count).write(to: &writer)
    writer.raw("\n]}\n")
    return Data(writer.bytes)
  }

  private static func writeNames(
    _ threads: TraceThreads, ranks: Int, to writer: inout TraceWriter
  ) {
    for rank in 0..<ranks {
      writer.metadata("process_name", rank: rank, thread: nil, "\"name\":\"rank \(rank)\"")
      writer.metadata("process_sort_index", rank: rank, thread: nil, "\"sort_index\":\(rank)")
    }
    for thread in threads.all {
      writer.metadata(
        "thread_name", rank: thread.rank, thread: thread.id, "\"name\":\"\(thread.name)\"")
      writer.metadata(
        "thread_sort_index", rank: thread.rank, thread: thread.id, "\"sort_index\":\(thread.id)")
    }
  }
}
