public import Diagnostics

/// A threshold that a scenario sets for its results.
public struct Expectation: Hashable, Sendable {
  /// What a threshold can be set for.
  public enum Metric: String, Sendable, Hashable, CaseIterable {
    case meanStepTime, p50StepTime, p95StepTime, p99StepTime, peakMemory, tokenImbalance, speedup

    /// What the metric is, for the schema.
    var summary: String {
      switch self {
      case .meanStepTime: "Mean time of a step."
      case .p50StepTime: "Median time of a step."
      case .p95StepTime: "Time that 95 % of the steps stay within."
      case .p99StepTime: "Time that 99 % of the steps stay within."
      case .peakMemory: "Highest use of one rank's memory, as a share of its capacity or an amount."
      case .tokenImbalance: "Mean over layers and steps of busiest over mean rank, in tokens."
      case .speedup: "Mean step time of the baseline over the cell's."
      }
    }
  }

  /// How a result is compared with the threshold.
  public enum Comparison: String, Sendable, Hashable, CaseIterable {
    case atMost = "<="
    case atLeast = ">="
    case below = "<"
    case above = ">"

    /// Whether `value` keeps to `threshold`.
    public func holds(_ value: Double, _ threshold: Double) -> Bool {
      switch self {
      case .atMost: value <= threshold
      case .atLeast: value >= threshold
      case .below: value < threshold
      case .above: value > threshold
      }
    }
  }

  /// A threshold with its unit.
  public enum Threshold: Hashable, Sendable {
    case seconds(Double)
    case bytes(Double)
    /// A share of what there is, 1 for all.
    case fraction(Double)
    /// A plain number.
    case ratio(Double)

    /// The number in seconds, bytes or as a plain ratio.
    public var number: Double {
      switch self {
      case .seconds(let value), .bytes(let value), .fraction(let value), .ratio(let value): value
      }
    }
  }

  public var metric: Metric
  public var comparison: Comparison
  public var threshold: Threshold
  /// The comparison as the scenario wrote it.
  public var text: String
  /// Where the scenario wrote it.
  public var position: SourcePosition?
}
