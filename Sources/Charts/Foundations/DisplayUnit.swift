/// The unit in which a set of numbers reads best, and what to multiply by to be in it.
///
/// ```swift
/// let unit = DisplayUnit.time(largestSeconds: 0.042)   // ms
/// let axis = Axis("step time", unit: unit.name)
/// let value = seconds * unit.factor
/// ```
public struct DisplayUnit: Sendable, Equatable {
  public let name: String
  public let factor: Double

  /// Seconds, or the thousandth, millionth or billionth part that makes the largest at least 1.
  public static func time(largestSeconds: Double) -> DisplayUnit {
    pick(largestSeconds, [("s", 1), ("ms", 1e3), ("µs", 1e6), ("ns", 1e9)])
  }

  /// Bytes in powers of 1,024, as memory is counted.
  public static func memory(largestBytes: Double) -> DisplayUnit {
    pick(
      largestBytes,
      [
        ("TiB", 0x1p-40), ("GiB", 0x1p-30), ("MiB", 0x1p-20), ("KiB", 0x1p-10), ("B", 1),
      ])
  }

  /// Bytes in powers of 1,000, as networks are counted.
  public static func traffic(largestBytes: Double) -> DisplayUnit {
    pick(largestBytes, [("TB", 1e-12), ("GB", 1e-9), ("MB", 1e-6), ("kB", 1e-3), ("B", 1)])
  }

  /// The first unit in which `largest` is at least 1, else the smallest unit.
  private static func pick(
    _ largest: Double, _ units: [(name: String, factor: Double)]
  ) -> DisplayUnit {
    let chosen = units.first { abs(largest) * $0.factor >= 1 } ?? units[units.count - 1]
    return largest == 0
      ? DisplayUnit(name: units[0].name, factor: units[0].factor)
      : DisplayUnit(name: chosen.name, factor: chosen.factor)
  }
}
