import RealModule
import Testing

@testable import Statistics

@Suite("Tail fits and bootstraps")
struct TailTests {
  /// ξ = ½, σ = 2: P(excess > 6) = (1 + ½ × 6/2)⁻² = 0.16; half the excesses exceed 4(√2 − 1).
  @Test func theLawByHand() {
    let law = GeneralizedPareto(shape: 0.5, scale: 2)
    #expect(agree(law.survival(6), 0.16))
    #expect(agree(law.excess(survival: 0.5), 4 * (2.0.squareRoot() - 1)))
    let exponential = GeneralizedPareto(shape: 0, scale: 2)
    #expect(agree(exponential.survival(2), .exp(-1)))
    #expect(agree(exponential.excess(survival: 0.1), 2 * .log(10)))
    // With shape −½ nothing exceeds σ/½ = 4.
    #expect(GeneralizedPareto(shape: -0.5, scale: 2).survival(4.1) == 0)
  }

  @Test(arguments: [-0.3, -0.1, 0, 0.2, 0.6])
  func theFitFindsThePlantedShape(shape: Double) throws {
    var stream = RandomStream(seed: 4, purpose: "planted")
    let planted = GeneralizedPareto(shape: shape, scale: 3)
    let excesses = (0..<20_000).map { _ in planted.draw(&stream) }.filter { $0 > 0 }
    let law = try #require(GeneralizedPareto.mostLikely(for: excesses))
    // The standard error of the shape is (1 + ξ)/√n, below 0.012 here.
    #expect(abs(law.shape - shape) < 0.05)
    #expect(abs(law.scale - 3) < 0.2)
  }

  /// No other law near it is likelier: the fit against plain differences of the full likelihood.
  @Test(arguments: 0..<30)
  func theFitIsAMaximum(seed: Int) throws {
    var stream = RandomStream(seed: UInt64(seed), purpose: "maximum")
    let planted = GeneralizedPareto(shape: 0.6 * stream.uniform() - 0.2, scale: 1)
    let excesses = (0..<200).map { _ in planted.draw(&stream) }.filter { $0 > 0 }
    let law = try #require(GeneralizedPareto.mostLikely(for: excesses))
    func likelihood(_ shape: Double, _ scale: Double) -> Double {
      excesses.reduce(0) {
        $0 - .log(scale) - (1 + 1 / shape) * .log(onePlus: shape * $1 / scale)
      }
    }
    let best = likelihood(law.shape, law.scale)
    for (a, b) in [(1e-3, 0.0), (-1e-3, 0.0), (0.0, 1e-3), (0.0, -1e-3), (1e-3, -1e-3)] {
      #expect(likelihood(law.shape + a, law.scale + b) <= best, "seed \(seed)")
    }
  }

  /// Log-normal step times, 1,000 of them: p99.9 is exp(0.3 × 3.0902…) = 2.527.
  @Test func extrapolationHoldsTheTruthMostly() {
    let truth = Double.exp(0.3 * StandardNormal.quantile(0.999))
    var held = 0
    var fitted = 0
    for sample in 0..<60 {
      var stream = RandomStream(seed: 5, purpose: "extrapolate", sample)
      let values = (0..<1000).map { _ in Double.exp(stream.normal(standardDeviation: 0.3)) }
      guard let fit = try? TailFit(values, resamples: 99, stream: &stream) else { continue }
      fitted += 1
      if fit.quantileInterval(0.999)?.contains(truth) == true { held += 1 }
    }
    #expect(fitted >= 50, "\(fitted)")
    #expect(Double(held) / Double(fitted) >= 0.85, "\(held) of \(fitted)")
  }

  @Test func quantilesBelowTheThresholdAreNotExtrapolated() throws {
    var stream = RandomStream(seed: 6, purpose: "below")
    let values = (0..<1000).map { _ in stream.exponential(mean: 1) }
    let fit = try TailFit(values, resamples: 99, stream: &stream)
    #expect(fit.quantile(0.5) == nil && fit.quantileInterval(0.5) == nil)
    #expect(fit.exceedances == 100 && fit.count == 1000)
    #expect(fit.quantile(0.999).map { $0 > fit.threshold } == true)
  }

  @Test func refusals() {
    var stream = RandomStream(seed: 7, purpose: "refusals")
    let few = (0..<200).map { _ in stream.uniform() }
    #expect(throws: TailFitRefusal.tooFewExceedances(count: 20, needed: 50)) {
      try TailFit(few, stream: &stream)
    }
    #expect(throws: TailFitRefusal.tooFewExceedances(count: 0, needed: 50)) {
      try TailFit([], stream: &stream)
    }
    #expect(throws: TailFitRefusal.tooFewExceedances(count: 0, needed: 50)) {
      try TailFit(.init(repeating: 1, count: 5000), stream: &stream)
    }
    // Two clusters above the threshold: no smooth tail, whatever its shape.
    let clusters = (0..<2000).map { index in
      index < 1700 ? stream.uniform() : (index % 2 == 0 ? 2 : 8) + 0.1 * stream.uniform()
    }
    let refusal = #expect(throws: TailFitRefusal.self) {
      try TailFit(clusters, resamples: 99, stream: &stream)
    }
    #expect(refusal?.description.isEmpty == false)
    // Infinite mean: shape 2.
    let wild = (0..<2000).map { _ in 1 / ((1 - stream.uniform()) * (1 - stream.uniform())) }
    let squared = wild.map { $0 * $0 }
    #expect(throws: TailFitRefusal.noRegularFit) {
      try TailFit(squared, resamples: 99, stream: &stream)
    }
  }

  @Test func bootstrapsOfNothingMuch() {
    var stream = RandomStream(seed: 8, purpose: "little")
    let mean = { (values: [Double]) in values.reduce(0, +) / Double(values.count) }
    #expect(Bootstrap.interval(of: [], stream: &stream, statistic: mean) == nil)
    #expect(Bootstrap.interval(of: [1], stream: &stream, statistic: mean) == nil)
    let constant = Bootstrap.interval(of: [2, 2, 2], stream: &stream, statistic: mean)
    #expect(constant?.lower == 2 && constant?.upper == 2)
    let undefined = Bootstrap.interval(of: [1, 2, 3], stream: &stream) { _ in .nan }
    #expect(undefined == nil)
  }

  @Test func bootstrapsAreReproducible() {
    let values = ReferenceInput(.heavy, 40, 5).values
    let runs = (0..<2).map { _ in
      var stream = RandomStream(seed: 9, purpose: "again")
      return Bootstrap.interval(of: values, resamples: 200, stream: &stream) {
        SortedSample($0).quantile(0.9) ?? .nan
      }
    }
    #expect(runs[0] == runs[1] && runs[0] != nil)
  }
}
