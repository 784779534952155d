import Dispatch
import Synchronization

/// The results of `body` for 0 ..< `count`, worked out side by side on the machine's cores.
///
/// - Throws: the first error by number, so that it does not depend on who was faster.
func inParallel<Value: Sendable>(
  _ count: Int, _ body: @Sendable (Int) -> Result<Value, WorkbenchError>
) throws(WorkbenchError) -> [Value] {
  let results = Mutex([Result<Value, WorkbenchError>?](repeating: nil, count: count))
  DispatchQueue.concurrentPerform(iterations: count) { position in
    let outcome = body(position)
    results.withLock { $0[position] = outcome }
  }
  var values: [Value] = []
  for outcome in results.withLock({ $0 }) {
    if let outcome { values.append(try outcome.get()) }
  }
  return values
}
