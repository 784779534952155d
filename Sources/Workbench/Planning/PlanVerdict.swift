import Quantities
import Statistics

/// Whether a plan is worth carrying out: both placements simulated on steps it has not seen.
public struct PlanVerdict: Sendable, Encodable {
  /// What the simulated steps say.
  public enum Decision: String, Sendable, Encodable {
    /// Steps are faster beyond chance.
    case better
    /// Steps are slower beyond chance.
    case worse
    /// Chance explains the difference.
    case undecided
  }

  /// Steps that are simulated at most.
  static let mostSteps = 64

  public let decision: Decision
  /// The placement that the plan is compared with.
  public let baseline: String
  public let steps: Int
  public let baselineMeanSeconds: Double?
  public let plannedMeanSeconds: Double?
  /// Mean step time before over after.
  public let speedup: Double?
  public let speedupConfidence95: [Double]?
  /// Time a step saves.
  public let savedSeconds: Double?
  public let savedSecondsConfidence95: [Double]?
  /// Time to move, where the plan starts from a current placement.
  public let moveSeconds: Double?
  /// Steps after which the saved time has paid for the move; absent where none is saved for sure.
  public let paybackSteps: Int?
  /// With the upper and the lower end of the saved time.
  public let paybackStepsConfidence95: [Int]?
  /// Whether the trace is too short to plan on tokens that are not judged.
  public let sawJudgedTokens: Bool

  /// - Parameters:
  ///   - before: Step times of what stands now.
  ///   - after: Step times of the plan on the same steps.
  init(
    baseline: String, before: [Double], after: [Double], migration: Migration?,
    sawJudgedTokens: Bool = false
  ) {
    let pairs = PairedComparison(baseline: before, candidate: after, series: .clear)
    let saved = pairs.differenceConfidence.map { [-$0.upper, -$0.lower] }
    let isSame = pairs.meanDifference == 0
    decision =
      switch saved {
      case .some(let ends) where ends[0] > 0: .better
      case .some(let ends) where ends[1] < 0: .worse
      default: .undecided
      }
    self.baseline = baseline
    steps = before.count
    baselineMeanSeconds = Summary(before).mean
    plannedMeanSeconds = Summary(after).mean
    speedup = pairs.speedup
    speedupConfidence95 = pairs.speedupConfidence.map { [$0.lower, $0.upper] }
    savedSeconds = pairs.meanDifference.map { isSame ? 0 : -$0 }
    savedSecondsConfidence95 = saved
    moveSeconds = migration?.seconds
    self.sawJudgedTokens = sawJudgedTokens
    guard decision == .better, let seconds = migration?.seconds, let saved,
      let mean = pairs.meanDifference
    else {
      paybackSteps = nil
      paybackStepsConfidence95 = nil
      return
    }
    paybackSteps = Self.steps(seconds, saving: -mean)
    paybackStepsConfidence95 = [
      Self.steps(seconds, saving: saved[1]), Self.steps(seconds, saving: saved[0]),
    ]
  }

  /// Whole steps that save `seconds` together.
  private static func steps(_ seconds: Double, saving: Double) -> Int {
    guard saving > 0 else { return .max }
    return Int(exactly: (seconds / saving).rounded(.up)) ?? .max
  }

  /// The decision in a sentence.
  public var sentence: String {
    switch decision {
    case .better:
      guard let paybackSteps, let ends = paybackStepsConfidence95 else {
        return "the gain survives on steps the plan has not seen"
      }
      return """
        the gain survives on steps the plan has not seen, and the move pays back after \
        \(paybackSteps) steps (\(ends[0]) to \(ends[1]))
        """
    case .worse: return "re-placing makes steps slower: keep what you have"
    case .undecided: return "no difference can be told: keep what you have"
    }
  }
}
