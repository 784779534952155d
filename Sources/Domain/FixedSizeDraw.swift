/// The law of one token's experts, *k* different ones, when each expert's chance is known and
/// nothing else: the draw of fixed size with the greatest entropy.
///
/// The chance of a set of experts is proportional to the product of their weights, so all that is
/// asked of the law comes from elementary symmetric polynomials of the weights. They are sums of
/// positive terms here, never quotients, and stay accurate for experts that nearly every token
/// uses. For equal chances the law is the plain draw without replacement. Source: S. X. Chen,
/// A. P. Dempster and J. S. Liu, *Weighted finite population sampling to maximize entropy*,
/// Biometrika 81 (1994).
struct FixedSizeDraw {
  /// Row *i*: polynomials of the first *i* weights, `[entries + 1][size + 1]`.
  private var prefix: [Double] = []
  /// Row *i*: polynomials of the weights from the *i*-th on.
  private var suffix: [Double] = []
  private var weights: [Double] = []
  private var size = 0
  private var entries = 0

  /// Finds the weights that give every entry the chance asked for.
  ///
  /// - Precondition: the chances lie in (0, 1) and sum to `size`, which is below their number.
  /// - Complexity: O(entries × size), a few times.
  mutating func prepare(chances: [Double], size: Int) {
    self.size = size
    entries = chances.count
    let width = size + 1
    let needed = (entries + 1) * width
    if prefix.count < needed {
      prefix = [Double](repeating: 0, count: needed)
      suffix = prefix
    }
    start(from: chances)
    // The starting weights are within 0.3 % above a spread of 2; below it tables are small and a
    // few rounds cheap.
    let spread = chances.reduce(0) { $0 + $1 * (1 - $1) }
    fillTables()
    for _ in 0..<(spread > 2 ? 0 : 5) {
      correct(to: chances)
      fillTables()
    }
  }

  /// The chance that a draw misses every entry in `range`.
  func chanceToMiss(_ range: Range<Int>) -> Double {
    let missed = rest(without: range, size: size)
    let all = prefix[entries * (size + 1) + size]
    return all > 0 ? min(1, max(0, missed / all)) : 0
  }

  /// Weights near the right ones (J. Hájek's expansion of the chances in one over the spread).
  private mutating func start(from chances: [Double]) {
    var spread = 0.0
    var centre = 0.0
    for chance in chances {
      spread += chance * (1 - chance)
      centre += chance * chance * (1 - chance)
    }
    centre /= spread
    weights.removeAll(keepingCapacity: true)
    for chance in chances {
      let shift = (1 - chance) * (centre - chance) / max(spread, 1)
      let independent = min(max(chance * (1 + shift), chance * 0.5), 1 - (1 - chance) * 0.5)
      weights.append(independent / (1 - independent))
    }
  }

  /// One step of the fixed-point iteration of Chen, Dempster and Liu.
  private mutating func correct(to chances: [Double]) {
    let all = prefix[entries * (size + 1) + size]
    guard all > 0 else { return }
    for entry in 0..<entries {
      let others = rest(without: entry..<(entry + 1), size: size - 1)
      if others > 0 { weights[entry] = chances[entry] * all / others }
    }
    // Only ratios count; keep the sum at the size so that powers stay near one.
    let scale = Double(size) / weights.reduce(0, +)
    for entry in 0..<entries { weights[entry] *= scale }
  }

  /// The polynomial of degree `size` over all entries outside `range`.
  private func rest(without range: Range<Int>, size degree: Int) -> Double {
    let width = size + 1
    let before = range.lowerBound * width
    let after = range.upperBound * width
    var sum = 0.0
    for index in 0...degree { sum += prefix[before + index] * suffix[after + degree - index] }
    return sum
  }

  private mutating func fillTables() {
    let width = size + 1
    let (entries, size) = (entries, size)
    weights.withUnsafeBufferPointer { weights in
      prefix.withUnsafeMutableBufferPointer { table in
        Self.clearRow(table, at: 0, width: width)
        for entry in 0..<entries {
          Self.multiply(table, from: entry * width, to: (entry + 1) * width, weights[entry], size)
        }
      }
      suffix.withUnsafeMutableBufferPointer { table in
        Self.clearRow(table, at: entries * width, width: width)
        for entry in stride(from: entries - 1, through: 0, by: -1) {
          Self.multiply(table, from: (entry + 1) * width, to: entry * width, weights[entry], size)
        }
      }
    }
  }

  /// Starts a table: the polynomial of no weights is 1.
  private static func clearRow(
    _ table: UnsafeMutableBufferPointer<Double>, at row: Int, width: Int
  ) {
    table[row] = 1
    for index in 1..<width { table[row + index] = 0 }
  }

  /// Row `to` becomes row `from` times (1 + weight · x), cut off at x^size.
  @inline(__always)
  private static func multiply(
    _ table: UnsafeMutableBufferPointer<Double>, from: Int, to: Int, _ weight: Double, _ size: Int
  ) {
    let old = table.baseAddress.unsafelyUnwrapped + from
    let new = table.baseAddress.unsafelyUnwrapped + to
    new[0] = old[0]
    // Two at a time: baseline x86-64 has two lanes of doubles, and rows are too short for the
    // compiler's own vectors to pay.
    var index = 1
    while index < size {
      let here = UnsafeRawPointer(old + index).loadUnaligned(as: SIMD2<Double>.self)
      let below = UnsafeRawPointer(old + index - 1).loadUnaligned(as: SIMD2<Double>.self)
      let sum = here + below * weight
      new[index] = sum.x
      new[index + 1] = sum.y
      index += 2
    }
    if index == size { new[size] = old[size] + weight * old[size - 1] }
  }
}
