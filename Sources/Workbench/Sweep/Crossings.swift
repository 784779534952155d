package import Results

/// Where another cell becomes the fastest along a parameter.
///
/// A cell stays the fastest as long as the steps do not tell it from the best; the crossing lies where
/// the two lines of mean step time meet, between the values at which one and then the other was
/// certain.
package struct Crossings {
  private let values: [Double]
  private let isLogarithmic: Bool
  private let winners: [[String]]
  private let best: [String?]
  private let seconds: [[String: Double]]

  /// All arrays have an entry for each value, which rise.
  package init(
    values: [Double], isLogarithmic: Bool, winners: [[String]], best: [String?],
    seconds: [[String: Double]]
  ) {
    self.values = values
    self.isLogarithmic = isLogarithmic
    self.winners = winners
    self.best = best
    self.seconds = seconds
  }

  package var found: [SensitivityResult.Crossing] {
    var crossings: [SensitivityResult.Crossing] = []
    var champion: (name: String, since: Int)?
    for index in values.indices {
      guard let best = best[index] else { continue }
      guard let current = champion else {
        champion = (best, index)
        continue
      }
      if winners[index].contains(current.name) { continue }
      crossings.append(
        .init(
          value: meeting(current.name, best, from: current.since, to: index),
          before: current.name, after: best))
      champion = (best, index)
    }
    return crossings
  }

  /// Where the lines of two cells meet: the last change of sign between two values.
  private func meeting(_ before: String, _ after: String, from first: Int, to last: Int) -> Double {
    for index in stride(from: last, to: first, by: -1) {
      guard let high = lead(after, over: before, at: index),
        let low = lead(after, over: before, at: index - 1), low <= 0, high > 0
      else { continue }
      let share = low / (low - high)
      return between(values[index - 1], values[index], share)
    }
    return values[last]
  }

  /// How much faster `after` is than `before`, relative to it; nil where one has no time.
  private func lead(_ after: String, over before: String, at index: Int) -> Double? {
    guard let new = seconds[index][after], let old = seconds[index][before], new > 0 else {
      return nil
    }
    return old / new - 1
  }

  private func between(_ low: Double, _ high: Double, _ share: Double) -> Double {
    guard isLogarithmic, low > 0 else { return low + (high - low) * share }
    // The same share on a log axis, by halving, so that no library decides the last digits.
    var (left, right) = (low, high)
    var rest = share
    for _ in 0..<50 {
      let middle = (left * right).squareRoot()
      rest *= 2
      if rest >= 1 {
        left = middle
        rest -= 1
      } else {
        right = middle
      }
    }
    return left
  }
}
