import Strategies
import Testing

private typealias Interval = LeastLoadedAssignment.Interval
private typealias Transfer = LeastLoadedAssignment.Transfer

private let alwaysPlan = LeastLoadedSettings(minimumChunk: 1, imbalanceThreshold: nil)

@Suite struct LeastLoadedAssignmentTests {
  /// Eight ranks of eight experts with the native loads and the outcome that a port of LLEP logged.
  ///
  /// The capacity is ⌊1.1 · 32768⌋ = 36044, and ranks 0 and 2 are over it.
  /// - Expert 23 (13341): rank 2 without it holds 41640, so it goes whole to the lightest, rank 3.
  /// - Expert 18 (12000): rank 2 is 5596 over; that tail goes to rank 1, now the lightest at 25139.
  /// - Expert 1 (11000): rank 0 is 8535 over; that tail goes to rank 6 at 25659.
  @Test func repeatsALoggedPlan() {
    var loads = [44579, 25139, 54981, 22581, 29444, 29702, 25659, 30059].flatMap {
      native in (0..<8).map { native / 8 + ($0 < native % 8 ? 1 : 0) }
    }
    loads[16..<24] = [4940, 4940, 12000, 4940, 4940, 4940, 4940, 13341]
    loads[0..<8] = [4797, 11000, 4797, 4797, 4797, 4797, 4797, 4797]
    let plan = LeastLoadedAssignment(
      loads: loads, homes: (0..<64).map { $0 / 8 }, ranks: 8,
      settings: LeastLoadedSettings(
        capacityFactor: 1.1, minimumChunk: 1, imbalanceThreshold: nil))
    #expect(plan.capacity == 36044)
    #expect(plan.rankLoads == [36044, 30735, 36044, 35922, 29444, 29702, 34194, 30059])
    #expect(
      plan.transfers == [
        Transfer(expert: 23, from: 2, to: 3), Transfer(expert: 18, from: 2, to: 1),
        Transfer(expert: 1, from: 0, to: 6),
      ])
    #expect(
      plan.intervals[1] == [
        Interval(rank: 0, start: 0, end: 2465), Interval(rank: 6, start: 2465, end: 11000),
      ])
  }

  /// Three ranks, loads 9 + 3, 0, 0: capacity 4. Expert 0 keeps 4 − 3 = 1 at home (case 2), fills
  /// rank 1 with 4 (lower number first among equals) and rank 2 with 4; expert 1 stays (case 1).
  @Test func keepsWhatFitsBesideSmallerExperts() {
    let plan = LeastLoadedAssignment(
      loads: [9, 3], homes: [0, 0], ranks: 3, settings: alwaysPlan)
    #expect(
      plan.intervals[0] == [
        Interval(rank: 0, start: 0, end: 1), Interval(rank: 1, start: 1, end: 5),
        Interval(rank: 2, start: 5, end: 9),
      ])
    #expect(plan.intervals[1] == [Interval(rank: 0, start: 0, end: 3)])
  }

  /// Two ranks, five experts of 2 at home 0: capacity 5. Experts 0, 1 find 8 and 6 beside them
  /// (case 3) and leave whole; expert 2 finds 4, keeps 1 and sends its tail.
  @Test func sendsWholeExpertsFromACrowdedHome() {
    let plan = LeastLoadedAssignment(
      loads: [2, 2, 2, 2, 2], homes: [0, 0, 0, 0, 0], ranks: 2, settings: alwaysPlan)
    #expect(plan.intervals[0] == [Interval(rank: 1, start: 0, end: 2)])
    #expect(plan.intervals[1] == [Interval(rank: 1, start: 0, end: 2)])
    #expect(
      plan.intervals[2] == [
        Interval(rank: 0, start: 0, end: 1), Interval(rank: 1, start: 1, end: 2),
      ])
    #expect(plan.rankLoads == [5, 5])
  }

  /// Three ranks, loads 10, 2, 0: capacity 4. Expert 0 keeps 4; 6 remain. Rank 2 has room for 4,
  /// fewer than the chunk of 5, so nobody is acceptable and all 6 are forced on rank 2.
  @Test func forcesARemainderOnTheLightestHelper() {
    let plan = LeastLoadedAssignment(
      loads: [10, 2], homes: [0, 1], ranks: 3,
      settings: LeastLoadedSettings(minimumChunk: 5, imbalanceThreshold: nil))
    #expect(
      plan.intervals[0] == [
        Interval(rank: 0, start: 0, end: 4), Interval(rank: 2, start: 4, end: 10),
      ])
    #expect(plan.rankLoads == [4, 2, 6])
  }

  /// Two ranks, 11 copies at home 0: capacity 5. Five stay, five fill rank 1, and the last is forced
  /// on rank 1 again: one interval, one transfer.
  @Test func sendsWeightsOnceWhenARemainderComesBack() {
    let plan = LeastLoadedAssignment(
      loads: [11], homes: [0], ranks: 2, settings: alwaysPlan)
    #expect(
      plan.intervals[0] == [
        Interval(rank: 0, start: 0, end: 5), Interval(rank: 1, start: 5, end: 11),
      ])
    #expect(plan.transfers == [Transfer(expert: 0, from: 0, to: 1)])
  }

  /// Transfers of the controlled benchmark at 30, 50, 80 and 95 % hot tokens, with the busiest
  /// sender and receiver, reconstructed from the paper's speed-up and memory bars.
  @Test(arguments: [
    (BenchmarkLayer.gptOSS, 16, [9, 9, 10, 10], [9, 9, 10, 10], [2, 2, 3, 3]),
    (BenchmarkLayer.gptOSS, 4, [10, 10, 10, 10], [10, 10, 10, 10], [3, 3, 3, 2]),
    (BenchmarkLayer.gptOSS, 1, [7, 7, 7, 7], [7, 7, 7, 7], [1, 1, 1, 1]),
    (BenchmarkLayer.deepSeekV3, 16, [12, 13, 13, 18], [12, 13, 13, 10], [3, 4, 4, 4]),
    (BenchmarkLayer.deepSeekV3, 4, [10, 9, 10, 14], [10, 9, 10, 9], [3, 3, 3, 6]),
    (BenchmarkLayer.deepSeekV3, 1, [7, 7, 7, 7], [7, 7, 7, 7], [1, 1, 1, 1]),
  ])
  func countsTheBenchmarksTransfers(
    layer: BenchmarkLayer, hotExperts: Int, transfers: [Int], senders: [Int], receivers: [Int]
  ) {
    let plans = [30, 50, 80, 95].map { layer.plan(hotPercent: $0, hotExperts: hotExperts) }
    #expect(plans.map(\.transfers.count) == transfers)
    #expect(plans.map { busiest($0.transfers.map(\.from)) } == senders)
    #expect(plans.map { busiest($0.transfers.map(\.to)) } == receivers)
    for plan in plans {
      let mean = layer.topK * layer.tokensPerRank
      #expect(Double(plan.rankLoads.max() ?? 0) < 1.0002 * Double(mean))
    }
  }

  /// With a capacity factor α the ratio after planning is min(native ratio, α).
  @Test(arguments: [
    (1.0, [10, 10, 10, 10]), (1.5, [3, 5, 7, 7]), (2.0, [2, 3, 3, 3]), (2.5, [1, 2, 3, 3]),
    (3.0, [0, 2, 3, 3]),
  ])
  func followsTheCapacityFactor(factor: Double, transfers: [Int]) {
    for (percent, expected) in zip([30, 50, 80, 95], transfers) {
      let plan = BenchmarkLayer.gptOSS.plan(
        hotPercent: percent, hotExperts: 4,
        settings: LeastLoadedSettings(capacityFactor: factor))
      #expect(plan.transfers.count == expected)
      let ratio = Double(plan.rankLoads.max() ?? 0) / (4 * 32768)
      #expect(abs(ratio - min(plan.nativeImbalance, factor)) < 1e-9)
    }
  }

  /// The busiest rank's ratio decides, not the busiest expert's (which is at least 4.8 here): the
  /// published curves fall back to plain expert parallelism at these thresholds.
  @Test(arguments: [
    (15, 1.86, [false, false, false, true, true, true]),
    (20, 2.22, [false, false, false, false, true, true]),
    (30, 2.94, [false, false, false, false, false, false]),
    (50, 4.39, [false, false, false, false, false, false]),
  ])
  func switchesAtThePublishedThresholds(percent: Int, ratio: Double, plain: [Bool]) {
    for (threshold, isPlain) in zip([1.1, 1.4, 1.7, 2.0, 2.3, 2.6], plain) {
      let plan = BenchmarkLayer(name: "Figure 7a", experts: 128, topK: 4, tokensPerRank: 8192)
        .plan(
          hotPercent: percent, hotExperts: 4,
          settings: LeastLoadedSettings(imbalanceThreshold: threshold))
      #expect(abs(plan.nativeImbalance - ratio) < 0.01)
      #expect(plan.isBalancedEnough == isPlain)
      #expect(plan.transfers.isEmpty == isPlain)
    }
  }

  @Test func plansOnlyFromTheThresholdOn() {
    // Ratio exactly 2: the threshold itself plans.
    for (threshold, isPlain) in [(1.9, false), (2.0, false), (2.1, true)] {
      let plan = LeastLoadedAssignment(
        loads: [4, 0], homes: [0, 1], ranks: 2,
        settings: LeastLoadedSettings(minimumChunk: 1, imbalanceThreshold: threshold))
      #expect(plan.isBalancedEnough == isPlain)
      #expect(plan.rankLoads == (isPlain ? [4, 0] : [2, 2]))
    }
  }

  private func busiest(_ ranks: [Int]) -> Int {
    (0..<8).map { rank in ranks.count { $0 == rank } }.max() ?? 0
  }
}
