import Strategies
import Testing

@Suite struct CopyDispatchTests {
  /// Two ranks with 3 and 5 copies of one expert; rank 0 computes the first 4, rank 1 the rest.
  /// Rank 0's three stay; of rank 1's five the first goes to rank 0.
  @Test func takesRunsOfSources() {
    let dispatch = CopyDispatch(
      counts: [3, 5],
      intervals: [[.init(rank: 0, start: 0, end: 4), .init(rank: 1, start: 4, end: 8)]], ranks: 2)
    #expect(dispatch.copies == [3, 0, 1, 4])
    #expect(dispatch.rows == [4, 4])
    #expect(dispatch.sentAway == [0, 1])
    #expect(dispatch.receivedFromAway == [1, 0])
  }

  /// Off-rank copies of the busiest rank over B·K at 30, 50, 80 and 95 % hot tokens. With one hot
  /// expert the 128-expert layer's helpers are tied and are visited by number, so the intervals
  /// coincide with the sources and almost nothing travels.
  @Test(arguments: [
    (BenchmarkLayer.gptOSS, 16, [0.900, 0.929, 0.972, 0.993], [2.100, 3.500, 5.600, 6.650]),
    (BenchmarkLayer.gptOSS, 4, [0.910, 0.936, 0.974, 0.994], [2.574, 3.838, 5.736, 6.684]),
    (BenchmarkLayer.gptOSS, 1, [0.652, 0.464, 0.189, 0.049], [2.677, 3.914, 5.764, 6.689]),
    (BenchmarkLayer.deepSeekV3, 16, [0.906, 0.933, 0.891, 0.876], [2.428, 3.732, 5.696, 6.677]),
    (BenchmarkLayer.deepSeekV3, 4, [0.912, 0.938, 0.975, 0.995], [2.641, 3.886, 5.756, 6.689]),
    (BenchmarkLayer.deepSeekV3, 1, [0.912, 0.938, 0.975, 0.994], [2.696, 3.924, 5.772, 6.697]),
  ])
  func showsTheBenchmarksLocality(
    layer: BenchmarkLayer, hotExperts: Int, planned: [Double], plain: [Double]
  ) {
    let off = LeastLoadedSettings(imbalanceThreshold: .infinity)
    for (index, percent) in [30, 50, 80, 95].enumerated() {
      for (settings, expected) in [(LeastLoadedSettings(), planned), (off, plain)] {
        let plan = layer.plan(hotPercent: percent, hotExperts: hotExperts, settings: settings)
        let traffic = layer.dispatch(hotPercent: percent, hotExperts: hotExperts, plan: plan)
        let busiest = max(traffic.sentAway.max() ?? 0, traffic.receivedFromAway.max() ?? 0)
        let share = Double(busiest) / Double(layer.topK * layer.tokensPerRank)
        #expect(abs(share - expected[index]) < 0.001)
      }
    }
  }
}
