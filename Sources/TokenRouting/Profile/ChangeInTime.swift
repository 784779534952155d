extension RoutingProfile.Dispersion {
  /// The dispersion between `windows`, `[windows][layers][experts]`.
  ///
  /// For an expert with share *p* and windows of *n* tokens with *k* choices, counting alone gives
  /// the variance n kp (1 − kp) of its count; a Dirichlet law of precision *c* adds
  /// (nk)² p (1 − p)/(c + 1). Both are summed over experts, layers and windows.
  init(windows: [[[Double]]], topK: Int) {
    var observed = 0.0
    var counting = 0.0
    var scatter = 0.0
    for layer in windows[0].indices {
      let rows = windows.map { $0[layer] }
      let sums = rows.map { $0.reduce(0, +) }
      let total = sums.reduce(0, +)
      // One degree of freedom goes to the mean.
      let correction = Double(rows.count) / Double(rows.count - 1)
      for expert in rows[0].indices {
        let share = rows.reduce(0) { $0 + $1[expert] } / total
        let chance = min(1, share * Double(topK))
        for (row, copies) in zip(rows, sums) {
          let deviation = row[expert] - share * copies
          observed += deviation * deviation * correction
          counting += copies / Double(topK) * chance * (1 - chance)
          scatter += copies * copies * share * (1 - share)
        }
      }
    }
    varianceOverMultinomial = counting > 0 ? observed / counting : 1
    precision = observed > counting ? max(0, scatter / (observed - counting) - 1) : nil
  }
}

extension RoutingProfile.Drift {
  /// The drift over `windows`, `[windows][layers][experts]`.
  init(windows: [[[Double]]]) {
    correlationWithFirst = windows.map { window in
      average(zip(windows[0], window).map(Self.correlation))
    }
    correlationWithPrevious = average(
      zip(windows, windows.dropFirst()).map { earlier, later in
        average(zip(earlier, later).map(Self.correlation))
      })
  }

  /// Pearson's correlation, 0 where one side does not vary.
  private static func correlation(_ first: [Double], _ second: [Double]) -> Double {
    let (firstMean, secondMean) = (average(first), average(second))
    var (product, firstSquare, secondSquare) = (0.0, 0.0, 0.0)
    for (x, y) in zip(first, second) {
      product += (x - firstMean) * (y - secondMean)
      firstSquare += (x - firstMean) * (x - firstMean)
      secondSquare += (y - secondMean) * (y - secondMean)
    }
    let scale = (firstSquare * secondSquare).squareRoot()
    return scale > 0 ? product / scale : 0
  }
}
