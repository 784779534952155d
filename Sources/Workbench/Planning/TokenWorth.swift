import Domain
import Planner

/// What a token less on the busiest rank is worth in simulated time.
///
/// Planning objectives count tokens and moves take seconds; this turns one into the other. It is
/// measured, not assumed: two placements are simulated on the same steps, and the difference of
/// their times is divided by the difference of their objectives.
struct TokenWorth: Sendable {
  let secondsPerToken: Double

  /// The worth that two placements show; nil where the one with the smaller objective is not the
  /// faster one, so that tokens do not decide.
  ///
  /// - Parameter problem: Its samples are the loads of `steps`, and its objective counts tokens.
  /// - Throws: ``WorkbenchError`` where a step cannot be simulated or a placement not be scored.
  init?(
    of problem: PlacementProblem, between first: ExpertPlacement, and second: ExpertPlacement,
    steps: Range<Int>, in replay: PlacementReplay
  ) throws(WorkbenchError) {
    let values = (try Self.objective(of: first, problem), try Self.objective(of: second, problem))
    let times = (
      try replay.seconds(of: first, steps: steps), try replay.seconds(of: second, steps: steps)
    )
    let difference = values.0 - values.1
    let saved = (times.0.reduce(0, +) - times.1.reduce(0, +)) / Double(max(1, steps.count))
    // Below this the two are one placement for the objective.
    guard abs(difference) > 1e-6 * max(values.0, values.1), saved / difference > 0 else {
      return nil
    }
    secondsPerToken = saved / difference
  }

  /// The price of a copy, in tokens of the objective, that must pay within `horizon` steps.
  func price(ofCopyTaking seconds: Double, payingWithin horizon: Int) -> Double {
    min(1e15, seconds / (secondsPerToken * Double(max(1, horizon))))
  }

  private static func objective(
    of placement: ExpertPlacement, _ problem: PlacementProblem
  ) throws(WorkbenchError) -> Double {
    var free = problem
    free.moveCost = 0
    do {
      return try free.score(PlacementSlots(placement)).objective
    } catch {
      throw WorkbenchError(error, placement: "simulated")
    }
  }
}

extension PlacementSlots {
  /// The slots of a placement, layer by layer as it has them.
  init(_ placement: ExpertPlacement) {
    self.init(
      ranks: placement.ranks, slotsPerRank: placement.slotsPerRank,
      layers: placement.layers.map { $0.slots.map { Int($0) } })
  }
}
