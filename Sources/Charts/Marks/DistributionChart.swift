/// Distributions as the share of values at or below each value (ECDF): steeper is steadier, further
/// left is smaller, and the tail is what happens near the top.
public struct DistributionChart: Chart {
  /// One distribution: values in rising order, each with the share of values at or below it.
  public struct Series: Sendable {
    public let name: String
    /// The number of its colour.
    public let index: Int
    public let points: [(value: Double, share: Double)]

    public init(_ name: String, index: Int, points: [(value: Double, share: Double)]) {
      self.name = name
      self.index = index
      self.points = points
    }
  }

  public let title: String
  public let summary: String
  private let chart: LineChart

  /// - Parameter tail: shows only shares from this one on, such as 0.9 for the slowest tenth.
  /// - Precondition: `tail` is in 0 ..< 1.
  public init(
    title: String, summary: String, axis: Axis, series: [Series], tail: Double = 0,
    markers: [LineChart.Marker] = []
  ) {
    precondition(tail >= 0 && tail < 1, "A tail starts at a share from 0 to below 1.")
    self.title = title
    self.summary = summary
    let lines = series.map { entry in
      LineChart.Series(
        entry.name, index: entry.index,
        points: DistributionChart.foot(of: entry, tail: tail)
          + entry.points.filter { !($0.share < tail) }
          .map { LineChart.Point(x: $0.value, y: $0.share * 100) })
    }
    chart = LineChart(
      title: title, summary: summary, horizontal: axis,
      vertical: Axis("values at or below", unit: "%", domain: (tail * 100)...100), series: lines,
      markers: markers, interpolation: .step, showsPoints: false)
  }

  /// Where a whole distribution rises from: no share below its first value.
  private static func foot(of series: Series, tail: Double) -> [LineChart.Point] {
    guard tail == 0, let first = series.points.first else { return [] }
    return [LineChart.Point(x: first.value, y: 0)]
  }

  public func draw(width: Double) -> Drawing { chart.draw(width: width) }
}
