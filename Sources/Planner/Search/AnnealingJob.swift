internal import Synchronization

/// The annealing of several layers, shared by threads that take one layer each at a time.
///
/// Unchecked, because a search is not safe to share; each is used by one thread only.
final class AnnealingJob: @unchecked Sendable {
  let searches: [LayerSearch]
  let stop = StopFlag()
  private let targets: [Float]
  private let seconds: Double?
  private let steps: Int?
  private let threads: Int
  private let schedule: (hot: Float, cold: Float)
  private let start = ContinuousClock.now
  private let count = Atomic(0)

  init(
    searches: [LayerSearch], targets: [Float], seconds: Double?, steps: Int?, threads: Int,
    schedule: (hot: Float, cold: Float)
  ) {
    self.searches = searches
    self.targets = targets
    self.seconds = seconds
    self.steps = steps
    self.threads = threads
    self.schedule = schedule
  }

  /// Layers that are done.
  var finished: Int { count.load(ordering: .relaxed) }

  func anneal(_ index: Int) {
    let search = searches[index]
    let target = targets[index] / Float(search.scale) * (1 + 1e-6)
    var plan = LayerSearch.Schedule(steps: steps ?? 0)
    (plan.hot, plan.cold) = schedule
    if let steps {
      search.anneal(plan, target: target) { [stop] done in
        stop.isSet ? 1 : Float(done) / Float(max(1, steps))
      }
    } else {
      annealInTime(search, plan, target)
    }
    count.wrappingAdd(1, ordering: .relaxed)
  }

  /// Gives each layer its share of what is left, so that a late start is made up for.
  private func annealInTime(
    _ search: LayerSearch, _ plan: LayerSearch.Schedule, _ target: Float
  ) {
    let begin = ContinuousClock.now
    let left = (seconds ?? 0) - (begin - start) / .seconds(1)
    let waiting = max(1, searches.count - finished)
    let slice = max(1e-4, left * Double(min(threads, waiting)) / Double(waiting))
    search.anneal(plan, target: target) { [stop] _ in
      if stop.isSet { return 1 }
      return Float((ContinuousClock.now - begin) / .seconds(1) / slice)
    }
  }
}
