private import Synchronization

/// How much memory an execution may take, and what every rank took.
///
/// A class because all ranks of a process draw on it.
public final class MemoryBudget: Sendable {
  /// The most bytes that all ranks of this process may hold.
  public let limitBytes: Int
  private let held = Atomic<Int>(0)

  public init(limitBytes: Int) { self.limitBytes = limitBytes }

  /// Bytes held now.
  public var heldBytes: Int { held.load(ordering: .relaxed) }

  /// Takes `bytes`.
  ///
  /// - Throws: ``ExecutionError/memoryLimit(neededBytes:limitBytes:)`` where they do not fit.
  func take(_ bytes: Int) throws(ExecutionError) {
    let after = held.add(bytes, ordering: .relaxed).newValue
    guard after > limitBytes else { return }
    held.subtract(bytes, ordering: .relaxed)
    throw .memoryLimit(neededBytes: after, limitBytes: limitBytes)
  }

  func giveBack(_ bytes: Int) { held.subtract(bytes, ordering: .relaxed) }
}
