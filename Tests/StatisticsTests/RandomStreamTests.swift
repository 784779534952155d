import RealModule
import Testing

@testable import Statistics

@Suite("Random streams")
struct RandomStreamTests {
  /// The published first outputs of both generators.
  @Test func generatorsMatchTheirReferenceOutputs() {
    var mixer = SplitMix64(state: 1_477_776_061_723_855_037)
    #expect(mixer.next() == 1_985_237_415_132_408_290)
    #expect(mixer.next() == 2_979_275_885_539_914_483)
    var generator = Xoshiro256(state: (1, 2, 3, 4))
    #expect(generator.next() == 41_943_041)
    #expect(generator.next() == 58_720_359)
    #expect(generator.next() == 3_588_806_011_781_223)
    #expect(generator.next() == 3_591_011_842_654_386)
  }

  @Test func everyPartOfTheNameMatters() {
    let names: [(UInt64, String, [Int])] = [
      (7, "routing", []), (8, "routing", []), (7, "routinh", []), (7, "routing", [0]),
      (7, "routing", [0, 0]), (7, "routing", [1]), (7, "routing", [-1]), (7, "routing", [0, 1]),
      (7, "routing", [1, 0]), (7, "", []), (7, "", [0]),
    ]
    let keys = names.map { RandomStream.key(seed: $0.0, purpose: $0.1, indices: $0.2) }
    #expect(Set(keys).count == names.count)
  }

  @Test func sixtyThousandStreamsAreAllDifferent() {
    var first = Set<UInt64>()
    for rank in 0..<1024 {
      for layer in 0..<58 {
        var stream = RandomStream(seed: 7, purpose: "routing", rank, layer)
        first.insert(stream.next())
      }
    }
    #expect(first.count == 1024 * 58)
  }

  /// What every machine and every version must give again: a change here changes all results.
  @Test func theSameNameGivesTheSameNumbers() throws {
    var stream = RandomStream(seed: 7, purpose: "routing", 3, 4)
    var again = RandomStream(seed: 7, purpose: "routing", indices: [3, 4])
    for _ in 0..<100 { #expect(stream.next() == again.next()) }
    var fresh = RandomStream(seed: 7, purpose: "golden")
    #expect(fresh.next() == golden.bits)
    #expect(fresh.uniformInteger(below: 1000) == golden.whole)
    #expect(fresh.binomial(trials: 1000, probability: 0.3) == golden.binomial)
    #expect(fresh.poisson(mean: 12) == golden.poisson)
    var counts = [Int32](repeating: -1, count: 4)
    try fresh.multinomial(count: 100, probabilities: [4, 3, 2, 1], into: &counts)
    #expect(counts == golden.counts)
  }

  /// Mean and variance of many draws against the law's own, within 5 standard errors.
  @Test(arguments: 1...5)
  func momentsAreThoseOfTheLaw(seed: Int) {
    var stream = RandomStream(seed: UInt64(seed), purpose: "moments")
    let count = 20_000
    check("uniform", mean: 0.5, variance: 1 / 12, (0..<count).map { _ in stream.uniform() })
    check(
      "normal", mean: 3, variance: 4,
      (0..<count).map { _ in stream.normal(mean: 3, standardDeviation: 2) })
    check(
      "exponential", mean: 2, variance: 4, (0..<count).map { _ in stream.exponential(mean: 2) })
    check(
      "gamma", mean: 1, variance: 2,
      (0..<count).map { _ in stream.gamma(shape: 0.5, scale: 2) })
    check(
      "binomial", mean: 30, variance: 21,
      (0..<count).map { _ in Double(stream.binomial(trials: 100, probability: 0.3)) })
    check(
      "poisson", mean: 9, variance: 9, (0..<count).map { _ in Double(stream.poisson(mean: 9)) })
    check(
      "whole", mean: 3, variance: 4,
      (0..<count).map { _ in Double(stream.uniformInteger(below: 7)) })
    // The first share of Dirichlet(1, 2, 3) is Beta(1, 5): mean 1/6, variance 5/252.
    check(
      "dirichlet", mean: 1 / 6, variance: 5 / 252,
      (0..<count).map { _ in stream.dirichlet(concentrations: [1, 2, 3])[0] })
  }

  private func check(_ law: String, mean: Double, variance: Double, _ draws: [Double]) {
    let count = Double(draws.count)
    let drawn = Moments.mean(draws) ?? .nan
    #expect(abs(drawn - mean) < 5 * (variance / count).squareRoot(), "\(law)")
    let spread = Moments.variance(draws) ?? .nan
    #expect(abs(spread / variance - 1) < 0.1, "\(law)")
  }

  @Test func dirichletSharesSumToOneEvenWhenConcentrationsAreTiny() {
    var stream = RandomStream(seed: 1, purpose: "dirichlet")
    for concentration in [1e-4, 0.01, 1, 100] {
      let shares = stream.dirichlet(concentrations: .init(repeating: concentration, count: 64))
      #expect(abs(shares.reduce(0, +) - 1) < 1e-12)
      #expect(shares.allSatisfy { $0 >= 0 && $0 <= 1 })
    }
  }

  @Test func shuffleKeepsEveryElementAndReachesEveryOrder() {
    var stream = RandomStream(seed: 1, purpose: "shuffle")
    var orders: [[Int]: Int] = [:]
    for _ in 0..<6000 {
      var elements = [1, 2, 3]
      stream.shuffle(&elements)
      orders[elements, default: 0] += 1
    }
    #expect(orders.count == 6)
    // 1,000 each expected, standard deviation 29.
    #expect(orders.values.allSatisfy { abs($0 - 1000) < 150 })
  }
}

/// Recorded once from this generator; integer arithmetic, the same everywhere.
private let golden = (
  bits: UInt64(13_993_917_548_874_985_396), whole: 145, binomial: 302, poisson: 9,
  counts: [50, 29, 15, 6] as [Int32]
)
