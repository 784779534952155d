private import RealModule

/// Counts of values in bins of equal width.
public struct Histogram: Sendable, Equatable, Codable {
  /// The ends of the bins, one more than there are bins, rising.
  public let edges: [Double]
  /// How many values fell into each bin; a bin holds its lower edge, the last one its upper too.
  public let counts: [Int]

  /// The histogram of `values` in `bins` bins from the smallest to the largest value; without
  /// `bins` their width is Freedman and Diaconis's 2 × (interquartile range) / ∛*n*, at most 200
  /// bins. No values make no bins; equal values make one bin of no width.
  ///
  /// - Precondition: every value is finite; `bins`, if given, is positive.
  /// - Complexity: O(*n* log *n*).
  public init(_ values: [Double], bins: Int? = nil) {
    precondition((bins ?? 1) >= 1, "A histogram has at least one bin.")
    let sorted = SortedSample(values)
    guard let first = sorted.values.first, let last = sorted.values.last else {
      edges = []
      counts = []
      return
    }
    guard first < last else {
      edges = [first, last]
      counts = [values.count]
      return
    }
    let bins = bins ?? Histogram.freedmanDiaconisBins(sorted, range: last - first)
    let width = (last - first) / Double(bins)
    let edges = (0...bins).map { $0 == bins ? last : first + Double($0) * width }
    var counts = [Int](repeating: 0, count: bins)
    var bin = 0
    for value in sorted.values {
      while bin < bins - 1 && value >= edges[bin + 1] { bin += 1 }
      counts[bin] += 1
    }
    self.edges = edges
    self.counts = counts
  }

  private static func freedmanDiaconisBins(_ sorted: SortedSample, range: Double) -> Int {
    guard let low = sorted.quantile(0.25), let high = sorted.quantile(0.75), high > low else {
      return 1
    }
    let width = 2 * (high - low) / Double.root(Double(sorted.count), 3)
    return Int(min(200, (range / width).rounded(.up)))
  }
}
