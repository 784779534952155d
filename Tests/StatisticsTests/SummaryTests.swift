import Testing

@testable import Statistics

@Suite("Summaries, quantiles, distributions")
struct SummaryTests {
  @Test func noValuesAndOneValue() {
    let none = Summary([])
    #expect(none.count == 0)
    #expect(none.mean == nil && none.p50 == nil && none.p99 == nil && none.maximum == nil)
    #expect(none.meanConfidence == nil && none.p99Confidence == nil)
    let one = Summary([3])
    #expect(one.mean == 3 && one.p50 == 3 && one.p99 == 3 && one.maximum == 3)
    #expect(one.standardDeviation == nil && one.meanConfidence == nil)
  }

  /// Type 7 of 10, 11, 12, 30: p50 lies half way between 11 and 12; p90 at 1 + 3 × 0.9 = 3.7th,
  /// that is 12 + 0.7 × 18 = 24.6.
  @Test func quantilesByHand() {
    let summary = Summary([10, 12, 11, 30])
    #expect(summary.p50 == 11.5)
    #expect(agree(summary.p90, 24.6))
    #expect(summary.minimum == 10 && summary.maximum == 30)
  }

  @Test func equalValuesHaveNoSpread() {
    let summary = Summary(.init(repeating: 5, count: 400))
    #expect(summary.standardDeviation == 0)
    #expect(summary.meanConfidence?.halfWidth == 0)
    #expect(summary.p99Confidence?.lower == 5 && summary.p99Confidence?.upper == 5)
  }

  /// (1 − d) × 0.0071906977169999995 + d × the same is one unit in the last place more for some d.
  @Test func quantilesOfEqualValuesAreThatValue() {
    let value = 0.0071906977169999995
    let sample = SortedSample(.init(repeating: value, count: 48))
    for percent in 0...100 { #expect(sample.quantile(Double(percent) / 100) == value) }
  }

  @Test(arguments: [(0.5, 6), (0.95, 72), (0.05, 72), (0.99, 368)])
  func theSmallestSampleWithAnInterval(probability: Double, needed: Int) {
    #expect(SortedSample.valuesNeeded(forQuantile: probability) == needed)
    for method in [QuantileIntervalMethod.exact, .interpolated] {
      let enough = SortedSample((0..<needed).map(Double.init))
      let short = SortedSample((1..<needed).map(Double.init))
      #expect(enough.quantileInterval(probability, method: method) != nil)
      #expect(short.quantileInterval(probability, method: method) == nil)
    }
  }

  @Test(arguments: 0..<100)
  func interpolationOnlyNarrowsTheExactInterval(seed: Int) throws {
    var stream = RandomStream(seed: UInt64(seed), purpose: "narrow")
    let sample = SortedSample((0..<400).map { _ in stream.exponential(mean: 1) })
    let exact = try #require(sample.quantileInterval(0.95, method: .exact))
    let near = try #require(sample.quantileInterval(0.95, method: .interpolated))
    #expect(exact.lower <= near.lower && near.upper <= exact.upper, "seed \(seed)")
    #expect(near.contains(try #require(sample.quantile(0.95))), "seed \(seed)")
  }

  @Test func sharesAreTheEmpiricalDistribution() {
    let sample = SortedSample([3, 1, 2, 2])
    #expect(sample.share(atOrBelow: 0.5) == 0)
    #expect(sample.share(atOrBelow: 2) == 0.75)
    #expect(sample.share(atOrBelow: 9) == 1)
    #expect(SortedSample([]).share(atOrBelow: 1) == nil)
    let points = sample.distributionPoints()
    #expect(points.map(\.value) == [1, 2, 2, 3])
    #expect(points.map(\.share) == [0.25, 0.5, 0.75, 1])
    let thinned = SortedSample((0..<10_000).map(Double.init)).distributionPoints(limit: 100)
    #expect(thinned.count == 100)
    #expect(thinned.first?.value == 0 && thinned.last?.value == 9999 && thinned.last?.share == 1)
    #expect(SortedSample([]).distributionPoints().isEmpty)
  }

  @Test func histogramsOfLittle() {
    #expect(Histogram([]).counts.isEmpty && Histogram([]).edges.isEmpty)
    #expect(Histogram([2, 2, 2]) == Histogram([2, 2, 2], bins: 9))
    #expect(Histogram([2, 2, 2]).counts == [3])
    #expect(Histogram([0, 1, 2, 3, 4], bins: 2).counts == [2, 3])
  }

  @Test func batchesNeedTwo() {
    #expect(BatchMeans([]) == nil)
    #expect(BatchMeans([1, 2, 3]) == nil)
    #expect(BatchMeans([1, 2, 3, 4])?.batchCount == 2)
    #expect(batchMeans(of: [1, 3, 5, 7, 100], length: 2) == [2, 6])
    let constant = BatchMeans(.init(repeating: 2, count: 100))
    #expect(constant?.effectiveCount == 100 && constant?.batchCorrelation == nil)
  }
}
