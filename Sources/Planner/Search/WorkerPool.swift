private import Dispatch
internal import Synchronization

/// A request to stop that searching threads look at.
final class StopFlag: Sendable {
  private let flag = Atomic(false)

  var isSet: Bool { flag.load(ordering: .relaxed) }

  func set() { flag.store(true, ordering: .relaxed) }
}

/// Runs independent pieces of work on threads while the caller's thread watches.
enum WorkerPool {
  /// Does `work` for every index below `count` and returns when all is done.
  ///
  /// - Parameters:
  ///   - watch: Called on the caller's thread every 50 ms.
  static func run(
    count: Int, threads: Int, work: @escaping @Sendable (Int) -> Void, watch: () -> Void
  ) {
    guard threads > 1, count > 1 else { return runHere(count, work, watch) }
    let next = SharedCounter()
    let group = DispatchGroup()
    for _ in 0..<min(threads, count) {
      DispatchQueue.global(qos: .userInitiated).async(group: group) {
        while let index = next.take(below: count) { work(index) }
      }
    }
    while group.wait(timeout: .now() + .milliseconds(50)) == .timedOut { watch() }
    watch()
  }

  private static func runHere(_ count: Int, _ work: (Int) -> Void, _ watch: () -> Void) {
    for index in 0..<count {
      work(index)
      watch()
    }
  }
}

/// Hands out indices once each.
private final class SharedCounter: Sendable {
  private let value = Atomic(0)

  func take(below limit: Int) -> Int? {
    let index = value.wrappingAdd(1, ordering: .relaxed).oldValue
    return index < limit ? index : nil
  }
}
