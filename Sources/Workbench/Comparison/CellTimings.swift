private import Quantities
private import Synchronization

/// How long strategies and the simulator took on this machine, cell by cell.
///
/// For the terminal alone: results hold no wall-clock times, so that they are the same bytes each time.
/// A class because steps that run side by side add to it.
public final class CellTimings: Sendable {
  private struct Sum {
    var planning = Duration.zero
    var simulating = Duration.zero
    var steps = 0
  }

  private let sums = Mutex<[String: Sum]>([:])

  public init() {}

  /// Adds time spent on planning a step of `cell`.
  func add(_ cell: String, planning: Duration) {
    sums.withLock { $0[cell, default: Sum()].planning += planning }
  }

  /// Adds one step of `cell`.
  func add(_ cell: String, planning: Duration, simulating: Duration) {
    sums.withLock {
      $0[cell, default: Sum()].planning += planning
      $0[cell, default: Sum()].simulating += simulating
      $0[cell, default: Sum()].steps += 1
    }
  }

  /// One sentence a cell, by name: seconds of planning and of simulating a step.
  public var sentences: [String] {
    let sums = sums.withLock { $0 }
    return sums.keys.sorted().compactMap { cell in
      guard let sum = sums[cell], sum.steps > 0 else { return nil }
      func perStep(_ duration: Duration) -> String {
        QuantityFormat.seconds(duration / .seconds(1) / Double(sum.steps))
      }
      return
        "\(cell): \(perStep(sum.planning)) to plan and \(perStep(sum.simulating)) to simulate a step"
    }
  }
}
