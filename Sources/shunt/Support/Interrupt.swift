import Foundation
import Synchronization

/// Ctrl-C: the first asks for an early end, the second ends at once.
enum Interrupt {
  private static let count = Atomic<Int>(0)

  /// Listens from now on.
  static func listen() {
    signal(SIGINT) { _ in
      if Interrupt.count.add(1, ordering: .relaxed).newValue > 1 { _exit(130) }
    }
  }

  /// Whether an early end was asked for.
  static var isRequested: Bool { count.load(ordering: .relaxed) > 0 }
}
