/// How the answer changes along one parameter of the scenario, all else equal.
public struct SensitivityResult: Hashable, Sendable, Codable {
  /// One cell at one value of the parameter.
  public struct Point: Hashable, Sendable, Codable {
    public let cell: String
    public let value: Double
    public let meanSeconds: Double
    /// Against the baseline at the same value.
    public let speedup: Double
    /// Lower and upper end.
    public let confidence95: [Double]?

    public init(
      cell: String, value: Double, meanSeconds: Double, speedup: Double, confidence95: [Double]?
    ) {
      self.cell = cell
      self.value = value
      self.meanSeconds = meanSeconds
      self.speedup = speedup
      self.confidence95 = confidence95
    }
  }

  /// Where another cell becomes the fastest.
  public struct Crossing: Hashable, Sendable, Codable {
    public let value: Double
    public let before: String
    public let after: String

    public init(value: Double, before: String, after: String) {
      self.value = value
      self.before = before
      self.after = after
    }
  }

  /// What was varied, such as `tokens per rank`.
  public let parameter: String
  /// The unit of its values, empty for plain numbers.
  public let unit: String
  /// The value that the scenario itself has.
  public let scenarioValue: Double?
  public let isLogarithmic: Bool
  /// By cell, and within a cell by rising value.
  public let points: [Point]
  public let crossings: [Crossing]

  public init(
    parameter: String, unit: String, scenarioValue: Double?, isLogarithmic: Bool, points: [Point],
    crossings: [Crossing]
  ) {
    self.parameter = parameter
    self.unit = unit
    self.scenarioValue = scenarioValue
    self.isLogarithmic = isLogarithmic
    self.points = points
    self.crossings = crossings
  }
}

/// A plan that a placement method found on its way, and what was proven by then.
public struct IncumbentResult: Hashable, Sendable, Codable {
  /// Branch-and-bound nodes, or steps of the heuristic, done by then.
  public let work: Double
  public let objective: Double
  public let lowerBound: Double?

  public init(work: Double, objective: Double, lowerBound: Double?) {
    self.work = work
    self.objective = objective
    self.lowerBound = lowerBound
  }
}
