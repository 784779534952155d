import Dispatch
import Synchronization

/// Values made side by side on the machine's cores, in order.
func sideBySide<Value: Sendable>(_ count: Int, _ make: @Sendable (Int) -> Value) -> [Value] {
  let values = Mutex([Value?](repeating: nil, count: count))
  DispatchQueue.concurrentPerform(iterations: count) { index in
    let value = make(index)
    values.withLock { $0[index] = value }
  }
  return values.withLock { $0.compactMap { $0 } }
}

/// The results of `body` for 0 ..< `count`, worked out side by side.
///
/// - Throws: the first error by number, so that it does not depend on who was faster.
func inParallel<Value: Sendable>(
  _ count: Int, _ body: @Sendable (Int) -> Result<Value, WorkbenchError>
) throws(WorkbenchError) -> [Value] {
  var values: [Value] = []
  for outcome in sideBySide(count, body) { values.append(try outcome.get()) }
  return values
}
