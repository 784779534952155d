import Testing

@testable import Statistics

@Suite("Against SciPy, NumPy and mpmath, to 1e-9")
struct ReferenceTests {
  @Test(arguments: ReferenceValues.summaries)
  func summaries(row: SummaryRow) {
    let values = row.input.values
    let summary = Summary(values)
    let sorted = SortedSample(values)
    #expect(summary.count == row.input.count)
    #expect(agree(summary.mean, row.mean))
    #expect(agree(summary.standardDeviation, row.standardDeviation))
    let quantiles = [summary.p50, summary.p90, summary.p95, summary.p99]
    for (quantile, reference) in zip(quantiles, row.quantiles) {
      #expect(agree(quantile, reference))
    }
    #expect(agree(summary.meanConfidence, row.mean95))
    for (index, probability) in [0.5, 0.95, 0.99].enumerated() {
      let ends = Array(row.exactQuantiles95[(2 * index)...(2 * index + 1)])
      let ours = sorted.quantileInterval(probability, method: .exact)
      // SciPy gives the one end it has; we give an interval or none.
      #expect(agree(ours, ends.contains(nil) ? [nil, nil] : ends), "p\(probability)")
    }
  }

  @Test(arguments: ReferenceValues.comparisons)
  func comparisons(row: ComparisonRow) {
    let comparison = PairedComparison(
      baseline: row.baseline.values.map { $0 + row.shift }, candidate: row.candidate.values)
    #expect(agree(comparison.meanDifference, row.difference))
    #expect(agree(comparison.pValue, row.pValue))
    #expect(agree(comparison.differenceConfidence, row.difference95))
    #expect(agree(comparison.speedup, row.speedup))
    #expect(agree(comparison.speedupConfidence, row.speedup95))
  }

  @Test(arguments: ReferenceValues.bootstraps)
  func bootstrapFromSciPysOwnResamples(row: BootstrapRow) {
    let interval = Bootstrap.interval(
      estimate: row.estimate, replicates: row.replicates, leaveOneOut: row.leaveOneOut,
      confidence: 0.9)
    #expect(agree(interval, row.interval90))
  }

  @Test(arguments: ReferenceValues.paretos)
  func paretoFits(row: ParetoRow) throws {
    let excesses = row.input.values.filter { $0 > row.threshold }.map { $0 - row.threshold }
    let law = try #require(GeneralizedPareto.mostLikely(for: excesses))
    #expect(agree(law.shape, row.shape))
    #expect(agree(law.scale, row.scale))
    #expect(agree(law.andersonDarling(excesses.sorted()), row.distance, within: 1e-8))
    #expect(agree(law.survival(2), row.survivalAt2))
    #expect(agree(law.excess(survival: 0.001), row.excessAt1In1000, within: 1e-8))
  }

  @Test(arguments: ReferenceValues.histograms)
  func histograms(row: HistogramRow) {
    let histogram = Histogram(row.input.values, bins: row.bins)
    #expect(histogram.counts == row.counts)
    #expect(histogram.edges.count == row.counts.count + 1)
    #expect(agree(histogram.edges[0], row.firstEdge))
    #expect(agree(histogram.edges[1], row.secondEdge))
  }

  @Test(arguments: ReferenceValues.batches)
  func batchMeansOfSeries(row: BatchRow) throws {
    let batches = try #require(BatchMeans(row.input.values, batches: row.batches))
    #expect(agree(batches.mean, row.mean))
    #expect(agree(batches.meanConfidence, row.mean95))
    #expect(agree(batches.effectiveCount, row.effective))
    #expect(agree(batches.batchCorrelation, row.correlation))
  }
}
