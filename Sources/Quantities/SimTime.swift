/// An instant on the simulated clock, in whole picoseconds since the run began.
///
/// Whole numbers make the clock exact: adding durations in another order gives the same instant, so
/// a run is the same on every machine. The range reaches 106 days.
public struct SimTime: Hashable, Comparable, Sendable, Codable {
  /// Picoseconds since the start of the run.
  public var picoseconds: Int64

  @inlinable public init(picoseconds: Int64) { self.picoseconds = picoseconds }

  /// The start of the run.
  @inlinable public static var zero: SimTime { SimTime(picoseconds: 0) }

  /// Later than every event.
  @inlinable public static var distantFuture: SimTime { SimTime(picoseconds: .max) }

  /// The instant in seconds.
  @inlinable public var seconds: Double { Double(picoseconds) * 1e-12 }

  @inlinable public static func < (left: SimTime, right: SimTime) -> Bool {
    left.picoseconds < right.picoseconds
  }

  /// The instant `duration` later, or ``distantFuture`` where the clock would run over.
  @inlinable public static func + (time: SimTime, duration: SimDuration) -> SimTime {
    let (sum, overflow) = time.picoseconds.addingReportingOverflow(duration.picoseconds)
    return overflow ? distantFuture : SimTime(picoseconds: sum)
  }

  @inlinable public static func += (time: inout SimTime, duration: SimDuration) {
    time = time + duration
  }

  /// The time from `right` to `left`.
  @inlinable public static func - (left: SimTime, right: SimTime) -> SimDuration {
    SimDuration(picoseconds: left.picoseconds &- right.picoseconds)
  }
}

/// A length of simulated time, in whole picoseconds.
public struct SimDuration: Hashable, Comparable, Sendable, Codable {
  /// The length in picoseconds.
  public var picoseconds: Int64

  @inlinable public init(picoseconds: Int64) { self.picoseconds = picoseconds }

  /// The duration nearest to `seconds`; costs are rounded once, here.
  ///
  /// What cannot be held (infinite, beyond the clock) becomes the longest duration, and what is not
  /// a number or negative becomes zero: a cost model never traps.
  @inlinable public init(seconds: Double) {
    let picoseconds = (seconds * 1e12).rounded()
    if picoseconds >= 9.2e18 {
      self.picoseconds = Int64.max / 4
    } else {
      self.picoseconds = picoseconds > 0 ? Int64(picoseconds) : 0
    }
  }

  @inlinable public static var zero: SimDuration { SimDuration(picoseconds: 0) }

  /// The length in seconds.
  @inlinable public var seconds: Double { Double(picoseconds) * 1e-12 }

  @inlinable public static func < (left: SimDuration, right: SimDuration) -> Bool {
    left.picoseconds < right.picoseconds
  }

  @inlinable public static func + (left: SimDuration, right: SimDuration) -> SimDuration {
    let (sum, overflow) = left.picoseconds.addingReportingOverflow(right.picoseconds)
    return SimDuration(picoseconds: overflow ? .max : sum)
  }

  @inlinable public static func += (left: inout SimDuration, right: SimDuration) {
    left = left + right
  }

  @inlinable public static func - (left: SimDuration, right: SimDuration) -> SimDuration {
    SimDuration(picoseconds: left.picoseconds &- right.picoseconds)
  }
}
