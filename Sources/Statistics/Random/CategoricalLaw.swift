/// Why a list of weights is no distribution.
public enum CategoricalLawError: Error, Equatable, Sendable, CustomStringConvertible {
  /// There are no weights at all.
  case noCategories
  /// The weight of this category is negative, infinite or not a number.
  case badWeight(category: Int, weight: Double)
  /// Every weight is zero, or their sum overflows.
  case badSum(Double)

  public var description: String {
    switch self {
    case .noCategories: "a distribution needs at least one category"
    case .badWeight(let category, let weight):
      "the weight of category \(category) is \(weight); weights are finite and not negative"
    case .badSum(let sum): "the weights sum to \(sum); they need a finite, positive sum"
    }
  }
}

/// The chances of a fixed number of categories, prepared for fast draws (an alias table).
///
/// One draw takes one 64-bit number, whatever the number of categories; a category of weight zero
/// is never drawn. Chances are exact to 2⁻⁵³. Source: A. J. Walker (1977), in the linear-time form
/// of M. D. Vose, *A linear algorithm for generating random numbers with a given distribution*,
/// IEEE TSE 17 (1991).
public struct CategoricalLaw: Sendable {
  /// The chance of each category; they sum to 1 up to rounding.
  public let probabilities: [Double]
  /// The height in each column, as a fraction of 2⁶⁴, below which it stands for its own category.
  private var thresholds: [UInt64]
  /// For each column its own category, then its alias.
  private var targets: [Int32]
  /// The chance of each category and all after it, summed from the end so that the smallest tails
  /// keep their digits.
  let tailProbabilities: [Double]

  /// The law with chances proportional to `weights`.
  ///
  /// - Throws: ``CategoricalLawError`` for an empty list, a weight that is negative or not finite,
  ///   or a sum that is zero or overflows.
  /// - Precondition: there are fewer than 2³¹ weights.
  /// - Complexity: O(*k*) in the number of categories.
  public init(weights: [Double]) throws(CategoricalLawError) {
    guard !weights.isEmpty else { throw .noCategories }
    if let bad = weights.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) {
      throw .badWeight(category: bad, weight: weights[bad])
    }
    let sum = weights.reduce(0, +)
    guard sum > 0, sum.isFinite else { throw .badSum(sum) }
    probabilities = weights.map { $0 / sum }
    let count = probabilities.count
    thresholds = [UInt64](repeating: .max, count: count)
    targets = (0..<(2 * count)).map { Int32($0 / 2) }
    var tails = probabilities
    for category in stride(from: count - 2, through: 0, by: -1) {
      tails[category] += tails[category + 1]
    }
    tailProbabilities = tails
    fillTable()
  }

  /// Makes columns of equal height: each short one is topped up from a tall one.
  private mutating func fillTable() {
    let count = probabilities.count
    var heights = probabilities.map { $0 * Double(count) }
    var short: [Int] = []
    var tall: [Int] = []
    for category in 0..<count {
      if heights[category] < 1 { short.append(category) } else { tall.append(category) }
    }
    while let low = short.last, let high = tall.last {
      short.removeLast()
      thresholds[low] = CategoricalLaw.fixedPoint(heights[low])
      targets[2 * low + 1] = Int32(high)
      heights[high] -= 1 - heights[low]
      if heights[high] < 1 {
        tall.removeLast()
        short.append(high)
      }
    }
    closeRest(of: short)
  }

  /// Rounding can leave columns short of 1 by an ulp: they keep the whole column, except that a
  /// category without any chance gives its column to the likeliest.
  private mutating func closeRest(of short: [Int]) {
    for category in short where probabilities[category] == 0 {
      let likeliest = probabilities.indices.max { probabilities[$0] < probabilities[$1] }
      thresholds[category] = 0
      targets[2 * category + 1] = Int32(likeliest ?? category)
    }
  }

  /// Runs `body` with the thresholds and targets of the table.
  @inline(__always)
  func withTable<Result>(
    _ body: (UnsafeBufferPointer<UInt64>, UnsafeBufferPointer<Int32>) -> Result
  ) -> Result {
    thresholds.withUnsafeBufferPointer { thresholds in
      targets.withUnsafeBufferPointer { body(thresholds, $0) }
    }
  }

  /// `height` in [0, 1) as a fraction of 2⁶⁴.
  private static func fixedPoint(_ height: Double) -> UInt64 {
    UInt64(max(0, height) * 0x1p64)
  }

  /// The category that the 64 random bits `word` select.
  ///
  /// The side of the threshold is an index, not a branch: it falls like a coin, and a mispredicted
  /// branch costs more than the rest of the draw.
  @inline(__always)
  static func select(
    _ word: UInt64, _ thresholds: UnsafeBufferPointer<UInt64>, _ targets: UnsafeBufferPointer<Int32>
  ) -> Int {
    let place = word.multipliedFullWidth(by: UInt64(truncatingIfNeeded: thresholds.count))
    let column = Int(truncatingIfNeeded: place.high)
    let side = place.low < thresholds[column] ? 0 : 1
    return Int(targets[2 &* column &+ side])
  }
}

extension RandomStream {
  /// A category drawn from `law`.
  public mutating func draw(from law: CategoricalLaw) -> Int {
    let word = generator.next()
    return law.withTable { CategoricalLaw.select(word, $0, $1) }
  }
}
