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
    let text = """
      \(progress.phase): incumbent \(QuantityFormat.significant(progress.incumbent, digits: 6)), \
      bound \(QuantityFormat.significant(progress.bound, digits: 6)), \
      gap \(QuantityFormat.percent(progress.gap)), \(QuantityFormat.seconds(progress.seconds))
      """
    FileHandle.standardError.write(
      Data((console.isWatched ? "\r\u{1B}[K\(text)" : text + "\n").utf8))
  }

  /// Removes the line.
  func finish() {
    if !console.quiet, console.isWatched {
      FileHandle.standardError.write(Data("\r\u{1B}[K".utf8))
    }
  }
}
