import Domain
import Testing

@testable import TokenRouting

@Suite struct GeneratorTests {
  // A perfectly uniform router over 64 experts with 6 choices still has its busiest expert this far
  // above the mean, by tokens (the floor below which no measured imbalance can lie).
  @Test(arguments: [(512, 0.34), (4096, 0.117), (32768, 0.041)])
  func uniformRoutersHaveANoiseFloor(tokens: Int, floor: Double) throws {
    let context = world(experts: 64, topK: 6, layers: Array(0..<60), tokens: tokens)
    let uniform = try source("uniform", in: context)
    let violations = (0..<4).flatMap { step in
      uniform.step(step).layers.map {
        contiguousImbalance($0.expertLoads.map(Double.init), ranks: 64) - 1
      }
    }
    // 240 layers: the mean is known to about 1.5 %.
    #expect(abs(mean(violations) / floor - 1) < 0.05, "\(mean(violations))")
  }

  @Test func zipfSharesFallAsAPower() throws {
    // 1, 1/2, 1/3, 1/4 over 25/12, and no share above 1/topK.
    let context = world(experts: 4, topK: 1, tokens: 250_000)
    let plain = try source(
      "zipf", ["exponent": .number(1), "shuffle": .flag(false)], in: context)
    let loads = plain.step(0).layers[0].expertLoads
    for (load, expected) in zip(loads, [120_000.0, 60_000, 40_000, 30_000]) {
      #expect(abs(Double(load) / expected - 1) < 0.02)
    }
  }

  @Test func shuffledRankingsDifferByLayerOnly() throws {
    let context = world(experts: 64, topK: 2, layers: [3, 4], tokens: 100_000)
    let zipf = try source("zipf", ["exponent": .number(1)], in: context)
    let hottest = (0..<2).map { step in
      zipf.step(step).layers.map { layer in
        layer.expertLoads.enumerated().max { $0.element < $1.element }?.offset
      }
    }
    #expect(hottest[0] == hottest[1])
    #expect(hottest[0][0] != hottest[0][1])
  }

  @Test func dirichletSharesVaryAsTheyShould() throws {
    // Coefficient of variation of a symmetric Dirichlet share: sqrt((E − 1) / (E a + 1)).
    let law = DirichletRouting(
      concentration: 4, popularitySeed: 7,
      in: world(experts: 64, topK: 2, layers: Array(0..<400), tokens: 1))
    let squares = law.shares.flatMap { $0.map { ($0 * 64 - 1) * ($0 * 64 - 1) } }
    #expect(abs(mean(squares).squareRoot() / (63.0 / 257).squareRoot() - 1) < 0.03)
    #expect(law.shares.allSatisfy { abs($0.reduce(0, +) - 1) < 1e-9 })
  }

  struct Medians: Sendable, CustomTestStringConvertible {
    let experts: Int
    let topK: Int
    let exponent: Double
    let hottest: Double
    let variation: Double
    let imbalance: [Int: Double]

    var testDescription: String { "\(experts), \(topK), a \(exponent)" }
  }

  // Medians over draws at 16,384 tokens that the planner's own law gives.
  @Test(arguments: [
    Medians(
      experts: 256, topK: 8, exponent: 0.6, hottest: 3.4, variation: 1.0,
      imbalance: [8: 1.24, 16: 1.43, 32: 1.75, 64: 2.23]),
    Medians(
      experts: 256, topK: 8, exponent: 1.01, hottest: 9.7, variation: 2.0,
      imbalance: [8: 1.54, 16: 1.95, 32: 2.81, 64: 4.13]),
    Medians(
      experts: 256, topK: 8, exponent: 1.2, hottest: 20.7, variation: 3.0,
      imbalance: [8: 1.79, 16: 2.53, 32: 3.87, 64: 6.41]),
    Medians(
      experts: 128, topK: 8, exponent: 1.01, hottest: 8.8, variation: 1.95,
      imbalance: [8: 1.70, 16: 2.44, 32: 3.63, 64: 5.40]),
    Medians(
      experts: 64, topK: 6, exponent: 1.01, hottest: 8.8, variation: 1.95,
      imbalance: [8: 2.03, 16: 2.96, 32: 4.89, 64: 8.76]),
    Medians(
      experts: 8, topK: 2, exponent: 1.01, hottest: 4.0, variation: 1.25, imbalance: [8: 4.0]),
  ])
  func powerLawHasThePublishedMedians(_ row: Medians) {
    let law = PowerLawRouting(
      exponent: row.exponent, popularitySeed: 7,
      in: world(experts: row.experts, topK: row.topK, layers: Array(0..<1500), tokens: 16384))
    let hottest = median(law.shares.map { contiguousImbalance($0, ranks: row.experts) })
    #expect(abs(hottest / row.hottest - 1) < 0.05, "hottest \(hottest)")
    let count = Double(row.experts)
    let variation = median(
      law.shares.map { shares in
        mean(shares.map { ($0 * count - 1) * ($0 * count - 1) }).squareRoot()
      })
    #expect(abs(variation / row.variation - 1) < 0.06, "variation \(variation)")
    for (ranks, expected) in row.imbalance.sorted(by: { $0.key < $1.key }) {
      let found = median(law.shares.map { contiguousImbalance($0, ranks: ranks) })
      #expect(abs(found / expected - 1) < 0.04, "\(ranks) ranks: \(found)")
    }
  }

  @Test func smallPowerLawStepsUseTheSmallBounds() throws {
    // 4 tokens × 2 choices on 16 experts: loads between 0.01 and 2 before scaling, so no share is
    // more than 200 times another.
    let law = PowerLawRouting(
      exponent: 1.2, popularitySeed: 7,
      in: world(experts: 16, topK: 2, layers: Array(0..<50), tokens: 4))
    for shares in law.shares {
      let (least, most) = (shares.min() ?? 0, shares.max() ?? 0)
      #expect(least > 0 && most / least <= 200.001)
    }
  }

  @Test func levellingKeepsSharesUnderOneInK() {
    // 0.9 is cut to 1/2; what remains, 0.06 and 0.04, is scaled to fill the other half.
    let level = CappedDraw.level([0.9, 0.06, 0.04], topK: 2)
    for (found, expected) in zip(level, [0.5, 0.3, 0.2]) { #expect(abs(found - expected) < 1e-12) }
    // A second expert rises above the limit when the first is cut.
    let twice = CappedDraw.level([0.8, 0.18, 0.01, 0.01], topK: 3)
    let third = 1.0 / 3
    for (found, expected) in zip(twice, [third, third, third / 2, third / 2]) {
      #expect(abs(found - expected) < 1e-12)
    }
    #expect(CappedDraw.level([1, 0, 0], topK: 2) == [0.5, 0.25, 0.25])
    // Evenly: the 0.4 above 1/2 is halved.
    let even = CappedDraw.level([0.9, 0.06, 0.04], topK: 2, excess: .evenly)
    for (found, expected) in zip(even, [0.5, 0.26, 0.24]) { #expect(abs(found - expected) < 1e-12) }
    let all = CappedDraw.level([0.7, 0.2, 0.1], topK: 3)
    #expect(all.allSatisfy { abs($0 - third) < 1e-12 })
  }
}

/// The simulation's seed samples one workload; it does not make another.
@Suite struct PopularitySeedTests {
  @Test(arguments: ["zipf", "powerLaw", "dirichlet"])
  func anotherSeedDrawsOtherTokensOfTheSameModel(kind: String) throws {
    let first = try routed(kind, seed: 1, popularity: 1)
    let second = try routed(kind, seed: 2, popularity: 1)
    let other = try routed(kind, seed: 1, popularity: 2)
    #expect(first != second)
    // Loads of one popularity correlate; those of another do not.
    #expect(correlation(first, second) > 0.9)
    #expect(correlation(first, other) < 0.6)
  }

  private func routed(_ kind: String, seed: UInt64, popularity: Int) throws -> [Double] {
    let context = world(experts: 64, topK: 2, layers: [0], tokens: 4096, seed: seed)
    let spec = ComponentSpec(kind: kind, options: ["popularitySeed": .integer(popularity)])
    return try RoutingCatalog.make(spec, in: context).step(0).layers[0].expertLoads.map(Double.init)
  }

  private func correlation(_ first: [Double], _ second: [Double]) -> Double {
    let (one, two) = (first.map { $0 - mean(first) }, second.map { $0 - mean(second) })
    let product = zip(one, two).map { $0 * $1 }.reduce(0, +)
    let squares = one.map { $0 * $0 }.reduce(0, +) * two.map { $0 * $0 }.reduce(0, +)
    return product / squares.squareRoot()
  }
}
