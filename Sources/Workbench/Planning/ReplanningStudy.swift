import Diagnostics
import Domain
import Planner
public import Scenarios
import Statistics

/// Replays a scenario's routing under policies of re-planning, the time to move included.
///
/// The first steps are a warm-up: the first placement is planned for them. From then on a policy may
/// look at past steps only. Each candidate starts from the placement in use, and a copy costs as
/// much of the objective as its way over the links is worth within one interval.
public struct ReplanningStudy: Sendable {
  private let replay: PlacementReplay
  private let policies: [ReplanningPolicy]
  private let spec: ComponentSpec
  private let first: ExpertPlacement?
  private let stepBudget: Int

  /// Search steps of one plan where none are given: many plans are made.
  public static let standardStepBudget = 200_000

  /// - Parameters:
  ///   - policies: Those that are tried; ``ReplanningPolicy/standardGrid(steps:)`` by default.
  ///   - placement: A placement file to begin with; by default the warm-up is planned for.
  ///   - stepBudget: Search steps of each plan.
  /// - Throws: ``WorkbenchError`` where the scenario cannot be run or has too few steps.
  public init(
    _ scenario: Scenario, policies: [ReplanningPolicy]? = nil, from placement: String? = nil,
    redundantExperts: Int? = nil, stepBudget: Int = standardStepBudget
  ) throws(WorkbenchError) {
    let steps = scenario.workload.steps
    self.policies = policies ?? ReplanningPolicy.standardGrid(steps: steps)
    let warmUp = self.policies.map(\.windowSteps).max() ?? 1
    guard steps >= warmUp + 8 else {
      throw .finding(
        .outOfRange, file: scenario.file,
        "\(steps) steps are too few to judge policies after \(warmUp) of warm-up",
        help: ["give 'workload' at least \(warmUp + 8) steps, or a shorter window"])
    }
    replay = try PlacementReplay(scenario)
    self.stepBudget = stepBudget
    spec = PlanStudy.planner(of: scenario, redundantExperts: redundantExperts)
    first = try placement.map { path throws(WorkbenchError) in
      try PlacementMaker(scenario: scenario, loads: nil).placement(file: path)
    }
  }

  /// Judges every policy by the steps after the warm-up.
  ///
  /// - Throws: ``WorkbenchError`` where a step cannot be planned or simulated.
  public func run(
    onProgress: @Sendable (RunProgress) -> Void = { _ in },
    shouldStop: @Sendable () -> Bool = { false }
  ) throws(WorkbenchError) -> ReplanningResult {
    let warmUp = policies.map(\.windowSteps).max() ?? 1
    let judged = warmUp..<replay.scenario.workload.steps
    let planner = WindowPlanner(replay: replay, spec: spec, stepBudget: stepBudget)
    let start = if let first { first } else { try planner.placement(for: 0..<warmUp) }
    let prices = try planner.prices(from: start, warmUp: warmUp)
    var timer = ReplayTimer(replay: replay)
    let baseline = try timer.seconds(of: start, steps: judged)
    var timelines: [Timeline] = []
    for policy in policies where !shouldStop() {
      var timeline = Timeline(start, policy: policy, judged: judged)
      if let prices { try timeline.run(planner, prices) }
      for segment in timeline.segments {
        timeline.seconds += try timer.seconds(of: segment.placement, steps: segment.steps)
      }
      timelines.append(timeline)
      onProgress(
        RunProgress(
          done: timelines.count * judged.count, total: policies.count * judged.count))
    }
    return ReplanningVerdict(
      scenario: replay.scenario.name, warmUp: warmUp, baseline: baseline, timelines: timelines,
      secondsPerToken: prices?.worth.secondsPerToken
    ).result
  }
}

/// Simulated step times, each placement and step once.
private struct ReplayTimer {
  let replay: PlacementReplay
  private var known: [ExpertPlacement: [Int: Double]] = [:]

  init(replay: PlacementReplay) { self.replay = replay }

  mutating func seconds(
    of placement: ExpertPlacement, steps: Range<Int>
  ) throws(WorkbenchError) -> [Double] {
    var times = known[placement] ?? [:]
    var next = steps.lowerBound
    while next < steps.upperBound {
      if times[next] != nil {
        next += 1
        continue
      }
      let end = (next..<steps.upperBound).first { times[$0] != nil } ?? steps.upperBound
      for (step, seconds) in zip(next..<end, try replay.seconds(of: placement, steps: next..<end)) {
        times[step] = seconds
      }
      next = end
    }
    known[placement] = times
    return steps.compactMap { times[$0] }
  }
}

/// What became of one policy.
struct Timeline {
  struct Segment {
    let placement: ExpertPlacement
    var steps: Range<Int>
  }

  let policy: ReplanningPolicy
  let judged: Range<Int>
  private(set) var segments: [Segment]
  private(set) var migrations: [Migration] = []
  /// Simulated step times of the judged steps, without moves.
  var seconds: [Double] = []

  init(_ start: ExpertPlacement, policy: ReplanningPolicy, judged: Range<Int>) {
    self.policy = policy
    self.judged = judged
    segments = [Segment(placement: start, steps: judged)]
  }

  /// Decides at every interval, with the steps before it.
  mutating func run(_ planner: WindowPlanner, _ prices: MovePrices) throws(WorkbenchError) {
    var step = judged.lowerBound + policy.intervalSteps
    while step < judged.upperBound {
      let current = segments[segments.count - 1]
      let window = max(0, step - policy.windowSteps)..<step
      let change = try planner.change(
        from: current.placement, window: window,
        price: prices.price(payingWithin: policy.intervalSteps))
      if let change, change.gain > policy.hysteresis {
        migrations.append(
          try planner.replay.migration(from: current.placement, to: change.placement))
        segments[segments.count - 1].steps = current.steps.lowerBound..<step
        segments.append(Segment(placement: change.placement, steps: step..<judged.upperBound))
      }
      step += policy.intervalSteps
    }
  }
}
