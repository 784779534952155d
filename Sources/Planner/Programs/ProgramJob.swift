internal import GLPKSolver
internal import Synchronization

/// Integer programs of several layers, solved by threads that take one layer each at a time.
///
/// Unchecked, because each thread writes to its own layer's result only; GLPK keeps its state by
/// thread, and a program is built and solved in one call.
final class ProgramJob: @unchecked Sendable {
  /// What a program said about a layer.
  struct Outcome {
    /// Slots to try instead of the present ones.
    var row: [Int]?
    /// A lower bound of the layer's risk, in tokens.
    var bound = 0.0
  }

  /// When to stop: at the pool's end or after so many nodes.
  struct Limit {
    var seconds: Double?
    var nodes: Int?
    var largestSlice: Double
  }

  let stop = StopFlag()
  private let work: (Int, GLPKSolver.Options, @escaping () -> Bool) -> Outcome
  private let count: Int
  private let threads: Int
  private let limit: Limit
  private let start = ContinuousClock.now
  private let done = Atomic(0)
  private let outcomes: UnsafeMutablePointer<Outcome>

  /// - Parameter work: Solves the program of the layer at an index; asks whether to go on.
  init(
    count: Int, threads: Int, limit: Limit,
    work: @escaping (Int, GLPKSolver.Options, @escaping () -> Bool) -> Outcome
  ) {
    self.count = count
    self.threads = threads
    self.limit = limit
    self.work = work
    outcomes = .allocate(capacity: max(1, count))
    outcomes.initialize(repeating: Outcome(), count: count)
  }

  deinit {
    outcomes.deinitialize(count: count)
    outcomes.deallocate()
  }

  /// Layers that are done.
  var finished: Int { done.load(ordering: .relaxed) }

  func outcome(_ index: Int) -> Outcome { outcomes[index] }

  func solve(_ index: Int) {
    var options = GLPKSolver.Options()
    options.nodeLimit = limit.nodes
    if let seconds = limit.seconds {
      let left = seconds - (ContinuousClock.now - start) / .seconds(1)
      let waiting = max(1, count - finished)
      let slice = left * Double(min(threads, waiting)) / Double(waiting)
      options.timeLimit = max(0.01, min(limit.largestSlice, slice))
    }
    if !stop.isSet, limit.seconds == nil || (options.timeLimit ?? 1) > 0.01 {
      outcomes[index] = work(index, options) { [stop] in !stop.isSet }
    }
    done.wrappingAdd(1, ordering: .relaxed)
  }
}
