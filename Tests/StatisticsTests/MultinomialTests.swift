import Testing

@testable import Statistics

@Suite("Multinomial draws")
struct MultinomialTests {
  static let methods: [MultinomialMethod] = [.itemByItem, .conditionalBinomials]

  /// Counts over many draws against expectation: chi-squared with 7 degrees of freedom stays below
  /// 29.9 but for one time in 10,000.
  @Test(arguments: methods, [10, 1000])
  func bothMethodsFollowTheLaw(method: MultinomialMethod, count: Int) throws {
    let weights: [Double] = [8, 1, 0, 4, 2, 16, 1, 1, 3]
    let law = try CategoricalLaw(weights: weights)
    var stream = RandomStream(seed: 3, purpose: "multinomial", count)
    var totals = [Int](repeating: 0, count: weights.count)
    let draws = 100_000 / count
    for _ in 0..<draws {
      var counts = [Int32](repeating: -1, count: weights.count)
      stream.multinomial(count: count, law: law, method: method, into: &counts, at: 0)
      #expect(counts.reduce(0) { $0 + Int($1) } == count)
      for (index, value) in counts.enumerated() { totals[index] += Int(value) }
    }
    #expect(totals[2] == 0)
    var chiSquared = 0.0
    for (total, weight) in zip(totals, weights) where weight > 0 {
      let expected = Double(draws * count) * weight / 36
      chiSquared += (Double(total) - expected) * (Double(total) - expected) / expected
    }
    #expect(chiSquared < 29.9)
  }

  /// One category of share 1/4 among 100 items: binomial with variance 18.75 in both ways.
  @Test(arguments: methods)
  func countsSpreadAsTheyShould(method: MultinomialMethod) throws {
    let law = try CategoricalLaw(weights: [1, 1, 1, 1])
    var stream = RandomStream(seed: 5, purpose: "spread")
    var firsts: [Double] = []
    for _ in 0..<20_000 {
      var counts = [Int32](repeating: 0, count: 4)
      stream.multinomial(count: 100, law: law, method: method, into: &counts, at: 0)
      firsts.append(Double(counts[0]))
    }
    #expect(abs((Moments.mean(firsts) ?? 0) - 25) < 0.16)
    #expect(abs((Moments.variance(firsts) ?? 0) - 18.75) < 1)
  }

  @Test(arguments: 0..<200)
  func anyLawSharesEveryItemOut(seed: Int) throws {
    var stream = RandomStream(seed: UInt64(seed), purpose: "worlds")
    let categories = 1 + stream.uniformInteger(below: 300)
    let weights = (0..<categories).map { _ in
      stream.uniform() < 0.3 ? 0 : stream.gamma(shape: 0.2) + 1e-12
    }
    guard weights.contains(where: { $0 > 0 }) else { return }
    let law = try CategoricalLaw(weights: weights)
    for method in Self.methods {
      let count = stream.uniformInteger(below: 5000)
      var counts = [Int32](repeating: -7, count: categories + 2)
      stream.multinomial(count: count, law: law, method: method, into: &counts, at: 1)
      #expect(counts.first == -7 && counts.last == -7, "neighbours stay untouched, seed \(seed)")
      let drawn = counts.dropFirst().dropLast()
      #expect(drawn.allSatisfy { $0 >= 0 }, "seed \(seed)")
      #expect(drawn.reduce(0) { $0 + Int($1) } == count, "seed \(seed)")
      for (value, weight) in zip(drawn, weights) where weight == 0 {
        #expect(value == 0, "a category without weight is never drawn, seed \(seed)")
      }
    }
  }

  @Test func awkwardLaws() throws {
    var stream = RandomStream(seed: 1, purpose: "awkward")
    var counts = [Int32](repeating: -1, count: 1)
    try stream.multinomial(count: 10, probabilities: [0.2], into: &counts)
    #expect(counts == [10])
    try stream.multinomial(count: 0, probabilities: [1], into: &counts)
    #expect(counts == [0])
    let last = try CategoricalLaw(weights: [0, 0, 1e-300])
    #expect((0..<100).allSatisfy { _ in stream.draw(from: last) == 2 })
  }

  @Test(
    arguments: [
      ([], "a distribution needs at least one category"),
      ([1, -2], "the weight of category 1 is -2.0; weights are finite and not negative"),
      ([.nan], "the weight of category 0 is nan; weights are finite and not negative"),
      ([0, 0], "the weights sum to 0.0; they need a finite, positive sum"),
      ([1e308, 1e308], "the weights sum to inf; they need a finite, positive sum"),
    ] as [([Double], String)])
  func whatIsNoLawSaysWhy(weights: [Double], message: String) {
    let error = #expect(throws: CategoricalLawError.self) { try CategoricalLaw(weights: weights) }
    #expect(error?.description == message)
  }

  @Test func theCheaperMethodIsChosenBySize() {
    #expect(MultinomialMethod.cheaper(count: 1024, categories: 256) == .itemByItem)
    #expect(MultinomialMethod.cheaper(count: 1_000_000, categories: 256) == .conditionalBinomials)
  }
}
