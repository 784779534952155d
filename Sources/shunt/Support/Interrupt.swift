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
    // A program that starts this one from a thread that blocks signals hands that on.
    var interrupt = sigset_t()
    sigemptyset(&interrupt)
    sigaddset(&interrupt, SIGINT)
    pthread_sigmask(SIG_UNBLOCK, &interrupt, nil)
  }

  /// Whether an early end was asked for.
  static var isRequested: Bool { count.load(ordering: .relaxed) > 0 }
}
