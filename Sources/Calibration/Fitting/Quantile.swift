/// Quantiles by linear interpolation between order statistics.
enum Quantile {
  /// The `share` quantile of `values`, 0 for none.
  /// - Complexity: O(n log n).
  static func of(_ values: [Double], _ share: Double) -> Double {
    guard !values.isEmpty else { return 0 }
    let sorted = values.sorted()
    let position = share * Double(sorted.count - 1)
    let below = Int(position)
    let above = min(below + 1, sorted.count - 1)
    return sorted[below] + (position - Double(below)) * (sorted[above] - sorted[below])
  }
}
