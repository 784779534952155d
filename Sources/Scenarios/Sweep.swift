public import Diagnostics

/// A key of a scenario and the values it takes in a sweep.
public struct SweepAxis: Hashable, Sendable {
  /// One value as the scenario would write it, and where it was found.
  public struct Value: Hashable, Sendable {
    public var text: String
    public var position: SourcePosition?

    public init(_ text: String, position: SourcePosition? = nil) {
      self.text = text
      self.position = position
    }
  }

  /// Keys from the top, such as `cluster.interNode.bandwidth`. A key below a list is the kind or the
  /// label of an entry: `placements.eplb.redundantExperts`.
  public var path: String
  public var values: [Value]

  public init(_ path: String, _ values: [Value]) {
    self.path = path
    self.values = values
  }
}

/// A value that replaces what a scenario says.
public struct ScenarioOverride: Hashable, Sendable {
  public var path: String
  public var value: SweepAxis.Value

  public init(_ path: String, _ value: SweepAxis.Value) {
    self.path = path
    self.value = value
  }
}
