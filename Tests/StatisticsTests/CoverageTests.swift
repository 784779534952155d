import RealModule
import Testing

@testable import Statistics

/// How often intervals hold the truth, over seeded samples. 2,000 samples leave a standard error of
/// 0.5 points at 95 %, so the bounds are 94 to 96 % with that much to either side where the method
/// is exact, and as stated where it is an approximation.
@Suite("Coverage of intervals at 95 %")
struct CoverageTests {
  private func coverage(
    _ purpose: String, samples: Int = 2000, of truth: Double,
    _ interval: (inout RandomStream) -> ConfidenceInterval?
  ) -> Double {
    var held = 0
    for sample in 0..<samples {
      var stream = RandomStream(seed: 11, purpose: purpose, sample)
      if interval(&stream)?.contains(truth) == true { held += 1 }
    }
    return Double(held) / Double(samples)
  }

  @Test func meanOfNormals() {
    let held = coverage("mean", of: 4) { stream in
      Summary((0..<20).map { _ in stream.normal(mean: 4, standardDeviation: 3) }).meanConfidence
    }
    #expect((0.94...0.96).contains(held), "\(held)")
  }

  /// Log-normal values: p99 is exp(0.4 × 2.3263…), p50 is 1.
  @Test(arguments: [(0.5, 100), (0.95, 200), (0.99, 400), (0.99, 1000)])
  func quantiles(probability: Double, count: Int) {
    let truth = Double.exp(0.4 * StandardNormal.quantile(probability))
    let held = coverage("quantile", of: truth) { stream in
      let values = (0..<count).map { _ in Double.exp(stream.normal(standardDeviation: 0.4)) }
      return SortedSample(values).quantileInterval(probability)
    }
    #expect((0.935...0.965).contains(held), "\(held)")
  }

  @Test func exactQuantileIntervalsHoldAtLeastWhatTheySay() {
    let held = coverage("quantile", of: StandardNormal.quantile(0.95)) { stream in
      SortedSample((0..<200).map { _ in stream.normal() }).quantileInterval(0.95, method: .exact)
    }
    #expect(held >= 0.94, "\(held)")
  }

  /// Baseline and candidate share what makes a step slow; the ratio of their means is 20/16.
  @Test func speedups() {
    let held = coverage("speedup", of: 20.0 / 16) { stream in
      let pairs = (0..<50).map { _ -> (Double, Double) in
        let load = stream.gamma(shape: 4, scale: 0.25)
        return (20 * load + stream.normal(), 16 * load + stream.normal())
      }
      return PairedComparison(baseline: pairs.map(\.0), candidate: pairs.map(\.1))
        .speedupConfidence
    }
    #expect((0.935...0.965).contains(held), "\(held)")
  }

  /// No difference is found too often in one case out of twenty.
  @Test func falseDifferences() {
    let found = (0..<2000).count { sample in
      var stream = RandomStream(seed: 12, purpose: "false", sample)
      let pairs = (0..<30).map { _ in (stream.gamma(shape: 9), stream.gamma(shape: 9)) }
      let comparison = PairedComparison(baseline: pairs.map(\.0), candidate: pairs.map(\.1))
      return (comparison.pValue ?? 1) < 0.05
    }
    #expect((0.035...0.065).contains(Double(found) / 2000), "\(found)")
  }

  /// Two samples of one series, its neighbours independent or alike: no difference is found too often
  /// in one case out of twenty. With a coefficient of 0.7 single steps would find one in two.
  @Test(arguments: [(0.0, 100), (0.7, 100), (0.7, 400)])
  func falseDifferencesBetweenSeries(coefficient: Double, count: Int) {
    let found = (0..<1000).count { sample in
      var stream = RandomStream(seed: 15, purpose: "false series", sample)
      let first = autoregression(count, coefficient: coefficient, &stream).map { 100 + $0 }
      let second = autoregression(count, coefficient: coefficient, &stream).map { 100 + $0 }
      let comparison = PairedComparison(baseline: first, candidate: second, series: .any)
      return (comparison.pValue ?? 1) < 0.05
    }
    #expect((0.03...0.065).contains(Double(found) / 1000), "\(found)")
  }

  /// A shift of 2 % in values that scatter by 5 % is found in most pairs of 100 steps: 2.8 standard
  /// errors.
  @Test func findsTwoPercent() {
    let found = (0..<1000).count { sample in
      var stream = RandomStream(seed: 16, purpose: "power", sample)
      let first = (0..<100).map { _ in stream.normal(mean: 100, standardDeviation: 5) }
      let second = (0..<100).map { _ in stream.normal(mean: 102, standardDeviation: 5) }
      let comparison = PairedComparison(baseline: first, candidate: second, series: .any)
      return (comparison.pValue ?? 1) < 0.05
    }
    #expect((0.76...0.84).contains(Double(found) / 1000), "\(found)")
  }

  /// Among six equal cells the truly best (any of them) is almost never put out.
  @Test func verdictsKeepEqualCells() {
    let kept = (0..<1000).count { sample in
      var stream = RandomStream(seed: 13, purpose: "equal", sample)
      let cells = (0..<6).map { _ in (0..<30).map { _ in stream.normal(mean: 10) } }
      return Verdict(cells: cells)?.winners.contains(0) == true
    }
    #expect(Double(kept) / 1000 >= 0.95, "\(kept)")
  }

  /// First-order autoregression with coefficient 0.7: single steps would hold 59 %.
  @Test func batchMeansUnderAutocorrelation() {
    let held = coverage("batches", samples: 1000, of: 0) { stream in
      BatchMeans(autoregression(2500, coefficient: 0.7, &stream))?.meanConfidence
    }
    #expect((0.925...0.97).contains(held), "\(held)")
    let naive = coverage("batches", samples: 1000, of: 0) { stream in
      Summary(autoregression(2500, coefficient: 0.7, &stream)).meanConfidence
    }
    #expect(naive < 0.65, "\(naive)")
  }

  /// The effective share of an autoregression is (1 − a)/(1 + a).
  @Test(arguments: [0.0, 0.5, 0.8])
  func effectiveCounts(coefficient: Double) throws {
    var stream = RandomStream(seed: 14, purpose: "effective")
    let series = autoregression(90_000, coefficient: coefficient, &stream)
    let batches = try #require(BatchMeans(series))
    let expected = 90_000 * (1 - coefficient) / (1 + coefficient)
    // 300 batches give the ratio a standard error of 8 %.
    #expect(abs(batches.effectiveCount / expected - 1) < 0.3, "\(batches.effectiveCount)")
  }

  /// Independent, weakly and strongly resembling neighbours, in the lengths of usual runs.
  @Test(arguments: [(0.0, 100), (0.3, 100), (0.5, 100), (0.7, 400)])
  func meansOfSeries(coefficient: Double, count: Int) {
    let held = coverage("series mean", of: 0) { stream in
      EffectiveSample(autoregression(count, coefficient: coefficient, &stream))?.meanInterval()
    }
    #expect((0.935...0.97).contains(held), "\(held)")
  }

  /// Something that happens every tenth step, more or less of it for a hundred steps: neighbours do not
  /// resemble each other, batches do.
  @Test func meansOfASeriesOfEvents() {
    let held = coverage("events", samples: 1000, of: 0) { stream in
      var level = 0.0
      let values = (0..<1000).map { step -> Double in
        if step % 100 == 0 { level = stream.normal() }
        return stream.normal(standardDeviation: 0.1) + (step % 10 == 0 ? level : 0)
      }
      return EffectiveSample(values)?.meanInterval()
    }
    #expect((0.88...0.985).contains(held), "\(held)")
  }

  @Test(arguments: [0.0, 0.5, 0.8])
  func effectiveSamples(coefficient: Double) throws {
    // One series in some ten looks like a longer memory to its batches, so the median of several.
    let counts = try (0..<15).map { series in
      var stream = RandomStream(seed: 17, purpose: "effective sample", series)
      let values = autoregression(5000, coefficient: coefficient, &stream)
      return try #require(EffectiveSample(values)).count
    }
    let median = counts.sorted()[7]
    let expected = 5000 * (1 - coefficient) / (1 + coefficient)
    #expect(abs(median / expected - 1) < 0.3, "\(median)")
  }

  private func autoregression(
    _ count: Int, coefficient: Double, _ stream: inout RandomStream
  ) -> [Double] {
    var value = stream.normal() / (1 - coefficient * coefficient).squareRoot()
    return (0..<count).map { _ in
      value = coefficient * value + stream.normal()
      return value
    }
  }

  /// The mean of 40 skewed values, where Student's interval holds about 92 %.
  @Test func bootstrapOfASkewedMean() {
    let held = coverage("bootstrap", samples: 300, of: 1) { stream in
      let values = (0..<40).map { _ in stream.exponential(mean: 1) }
      return Bootstrap.interval(of: values, resamples: 400, stream: &stream) {
        $0.reduce(0, +) / Double($0.count)
      }
    }
    #expect((0.90...0.97).contains(held), "\(held)")
  }
}
