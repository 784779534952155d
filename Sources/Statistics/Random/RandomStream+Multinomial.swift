private import CGSL

/// The two exact ways to a multinomial draw; they differ only in what they cost.
enum MultinomialMethod: Sendable {
  /// One alias draw for each item: linear in the count.
  case itemByItem
  /// One binomial for each category, given what the earlier ones took: linear in the categories.
  case conditionalBinomials

  /// The cheaper way to share `count` items among `categories`.
  ///
  /// Measured on Zen 4, optimised, from 8 to 384 categories: 1.1 ns for each alias draw; for each
  /// binomial 7 ns and 12 ns more for each item it is expected to take, up to 75 ns. So binomials
  /// win above about 68 items a category.
  static func cheaper(count: Int, categories: Int) -> MultinomialMethod {
    let items = Double(count)
    let columns = Double(categories)
    let binomials = columns * min(7 + 12 * items / columns, 75)
    return 1.1 * items <= binomials ? .itemByItem : .conditionalBinomials
  }
}

extension RandomStream {
  /// Shares `count` items among the categories of `law`: `counts[offset + i]` becomes the number
  /// that fell to category *i*.
  ///
  /// Exact, with the cheaper of two methods chosen by size.
  ///
  /// - Precondition: 0 ≤ `count` < 2³¹ and `counts` has room for every category after `offset`.
  /// - Complexity: O(min(*count*, *k*)) draws, O(*k*) to clear the counts.
  public mutating func multinomial(
    count: Int, law: CategoricalLaw, into counts: inout [Int32], at offset: Int = 0
  ) {
    let method = MultinomialMethod.cheaper(
      count: count, categories: law.probabilities.count)
    multinomial(count: count, law: law, method: method, into: &counts, at: offset)
  }

  /// Shares `count` items among categories with these `probabilities` (they need not sum to 1).
  ///
  /// For one draw from a law. To draw again from the same law, prepare a ``CategoricalLaw`` once.
  ///
  /// - Throws: ``CategoricalLawError`` when `probabilities` is no distribution.
  /// - Precondition: as for ``multinomial(count:law:into:at:)``.
  public mutating func multinomial(
    count: Int, probabilities: [Double], into counts: inout [Int32], at offset: Int = 0
  ) throws(CategoricalLawError) {
    let law = try CategoricalLaw(weights: probabilities)
    multinomial(count: count, law: law, into: &counts, at: offset)
  }

  mutating func multinomial(
    count: Int, law: CategoricalLaw, method: MultinomialMethod,
    into counts: inout [Int32], at offset: Int
  ) {
    let categories = law.probabilities.count
    precondition(
      (0...Int(Int32.max)).contains(count), "A multinomial draw shares 0 to 2³¹ − 1 items.")
    precondition(
      offset >= 0 && categories <= counts.count - offset,
      "The counts have no room for every category.")
    counts.withUnsafeMutableBufferPointer { all in
      let part = UnsafeMutableBufferPointer(rebasing: all[offset..<(offset + categories)])
      switch method {
      case .itemByItem: itemByItem(count, law, part)
      case .conditionalBinomials: conditionalBinomials(count, law, part)
      }
    }
  }

  private mutating func itemByItem(
    _ count: Int, _ law: CategoricalLaw, _ counts: UnsafeMutableBufferPointer<Int32>
  ) {
    counts.update(repeating: 0)
    var local = generator
    law.withTable { thresholds, targets in
      for _ in 0..<count {
        counts[CategoricalLaw.select(local.next(), thresholds, targets)] &+= 1
      }
    }
    generator = local
  }

  private mutating func conditionalBinomials(
    _ count: Int, _ law: CategoricalLaw, _ counts: UnsafeMutableBufferPointer<Int32>
  ) {
    counts.update(repeating: 0)
    let likeliest = law.probabilities.lastIndex { $0 > 0 } ?? 0
    withGSL { generator in
      var left = UInt32(count)
      for category in 0..<likeliest where left > 0 {
        let chance = law.probabilities[category]
        let share = chance / law.tailProbabilities[category]
        let taken = chance == 0 ? 0 : gsl_ran_binomial(generator, share, left)
        counts[category] = Int32(taken)
        left -= taken
      }
      counts[likeliest] = Int32(left)
    }
  }
}
