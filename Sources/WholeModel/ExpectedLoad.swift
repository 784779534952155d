public import CostModels
private import RealModule

/// The rows that a rank's experts are expected to have, without drawing anything.
public enum ExpectedLoad {
  /// The load of the busiest of `ranks` ranks with `local` experts each when `copies` token copies
  /// spread over all experts at random.
  ///
  /// Expert j of the rank gets the (j + ½) / local quantile of a Poisson distribution, so that small
  /// batches leave experts idle as often as they should. The busiest rank has √(2 ln ranks) standard
  /// deviations more than the mean (extreme value of as many normal variables).
  /// - Complexity: O(local).
  public static func busiest(copies: Double, local: Int, ranks: Int) -> ExpertLoad {
    let mean = copies / Double(Swift.max(ranks, 1))
    let above = ranks > 1 ? Double.sqrt(2 * Double.log(Double(ranks)) * mean) : 0
    let perExpert = Swift.min(mean + above, copies) / Double(Swift.max(local, 1))
    let rows = (0..<Swift.max(local, 1)).map { index in
      poissonQuantile((Double(index) + 0.5) / Double(local), mean: perExpert)
    }
    return ExpertLoad(rowsPerExpert: rows)
  }

  /// The least count whose cumulated probability reaches `share`; normal beyond a mean of 40.
  static func poissonQuantile(_ share: Double, mean: Double) -> Int32 {
    guard mean > 0 else { return 0 }
    if mean > 40 {
      let value = mean + Double.sqrt(mean) * normalQuantile(share)
      return Int32(Swift.max(0, Swift.min(value.rounded(), 2e9)))
    }
    var probability = Double.exp(-mean)
    var sum = probability
    var count: Int32 = 0
    while sum < share, count < 400 {
      count += 1
      probability *= mean / Double(count)
      sum += probability
    }
    return count
  }

  /// Tukey's lambda approximation of the normal quantile (Joiner and Rosenblatt, 1971): finer than
  /// the rounding of a row count.
  private static func normalQuantile(_ share: Double) -> Double {
    let inside = Swift.min(Swift.max(share, 1e-6), 1 - 1e-6)
    return (Double.pow(inside, 0.135) - Double.pow(1 - inside, 0.135)) / 0.1975
  }
}
