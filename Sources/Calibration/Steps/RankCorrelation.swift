private import RealModule

/// Rank correlation (Spearman, 1904).
enum RankCorrelation {
  /// The correlation of the ranks of two lists, ties given their mean rank; 0 for fewer than two.
  static func of(_ left: [Double], _ right: [Double]) -> Double {
    guard left.count == right.count, left.count > 1 else { return 0 }
    let a = ranks(left)
    let b = ranks(right)
    let mean = Double(a.count - 1) / 2
    var covariance = 0.0
    var first = 0.0
    var second = 0.0
    for index in a.indices {
      covariance += (a[index] - mean) * (b[index] - mean)
      first += (a[index] - mean) * (a[index] - mean)
      second += (b[index] - mean) * (b[index] - mean)
    }
    return first > 0 && second > 0 ? covariance / Double.sqrt(first * second) : 0
  }

  private static func ranks(_ values: [Double]) -> [Double] {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var result = [Double](repeating: 0, count: values.count)
    var start = 0
    while start < order.count {
      var end = start
      while end + 1 < order.count, values[order[end + 1]] == values[order[start]] { end += 1 }
      for place in start...end { result[order[place]] = Double(start + end) / 2 }
      start = end + 1
    }
    return result
  }
}
