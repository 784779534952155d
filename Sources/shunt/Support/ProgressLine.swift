import Foundation
import Synchronization
import Workbench

/// Progress of long work: a line that rewrites itself on a terminal, a line now and then elsewhere.
final class ProgressLine: Sendable {
  // A class because the line is shared with the run that reports to it.
  private let console: Console
  private let label: String
  /// What is counted, such as `steps`.
  private let unit: String
  private let start = Date()
  private let lastShown = Mutex(Date.distantPast)

  init(_ label: String, unit: String = "steps", console: Console) {
    self.label = label
    self.unit = unit
    self.console = console
  }

  /// Shows how far the run is, some times a second at most.
  func show(_ progress: RunProgress) {
    guard !console.quiet else { return }
    let now = Date()
    let pause = console.isWatched ? 0.2 : 10
    let isDue = lastShown.withLock { last in
      // The first report comes after a pause too: short runs say nothing.
      if last == .distantPast { last = start }
      guard now.timeIntervalSince(last) >= pause else { return false }
      last = now
      return true
    }
    guard isDue, progress.done > 0 else { return }
    let elapsed = now.timeIntervalSince(start)
    let left = Int(
      (elapsed / Double(progress.done) * Double(progress.total - progress.done)).rounded(.up))
    console.showProgress(
      "\(label): \(progress.done) of \(progress.total) \(unit), about \(left) s left")
  }

  /// Removes the line.
  func finish() { console.clearProgress() }
}
