/// The clock, the callbacks and the limits of one planning run, on the thread that asked for it.
struct PlanningRun {
  let options: PlannerOptions
  let start = ContinuousClock.now
  private let onProgress: (PlanProgress) -> Void
  private let shouldStop: () -> Bool
  /// Whether the time limit or the caller has ended the search.
  private(set) var stopped = false
  /// Whether any limit has kept the method from doing more.
  private(set) var limited = false
  /// Whether progress is kept to itself: a search within another has another objective.
  var isSilent = false

  init(
    _ options: PlannerOptions, onProgress: @escaping (PlanProgress) -> Void,
    shouldStop: @escaping () -> Bool
  ) {
    self.options = options
    self.onProgress = onProgress
    self.shouldStop = shouldStop
  }

  var seconds: Double { (ContinuousClock.now - start) / .seconds(1) }

  /// Wall seconds left; infinite without a time limit.
  var secondsLeft: Double {
    options.timeLimit.map { max(0, $0 - seconds) } ?? .infinity
  }

  /// Whether this share of the time limit is over; never without one.
  func hasUsed(_ share: Double) -> Bool {
    options.timeLimit.map { seconds > $0 * share } ?? false
  }

  /// Asks the caller and the clock.
  mutating func checkStop() -> Bool {
    if !stopped { stopped = secondsLeft <= 0 || shouldStop() }
    limited = limited || stopped
    return stopped
  }

  /// Notes that a part of the search ended because its share of time or steps was used up.
  mutating func noteLimit() { limited = true }

  func report(_ phase: String, layersDone: Int, incumbent: Double, bound: Double) {
    if isSilent { return }
    onProgress(
      PlanProgress(
        phase: phase, layersDone: layersDone, incumbent: incumbent, bound: bound,
        seconds: seconds))
  }
}
