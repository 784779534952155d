import Foundation
import Planner
import Quantities

/// The planner's progress: incumbent, bound, gap and seconds, on standard error.
final class PlanWatch {
  // A class because the planner's callback and the command share it.
  private let console: Console
  private var lastShown = Date()

  init(console: Console) { self.console = console }

  /// Shows where the search stands, at most some times a second.
  func show(_ progress: PlanProgress) {
    let now = Date()
    guard !console.quiet, now.timeIntervalSince(lastShown) >= (console.isWatched ? 0.2 : 5) else {
      return
    }
    lastShown = now
    console.showProgress(
      """
      \(progress.phase): incumbent \(QuantityFormat.significant(progress.incumbent, digits: 6)), \
      bound \(QuantityFormat.significant(progress.bound, digits: 6)), \
      gap \(QuantityFormat.percent(progress.gap)), \(QuantityFormat.seconds(progress.seconds))
      """)
  }

  /// Removes the line.
  func finish() { console.clearProgress() }
}
