import Testing

@testable import Statistics

@Suite("Comparisons and verdicts")
struct ComparisonTests {
  /// Differences 1, 2, 3: mean 2, standard deviation 1, t = 2√3 with 2 degrees of freedom, where
  /// P(|T| > t) = 1 − t/√(2 + t²) = 1 − √(12/14).
  @Test func aPairByHand() {
    let comparison = PairedComparison(baseline: [10, 10, 10], candidate: [11, 12, 13])
    #expect(comparison.meanDifference == 2)
    #expect(agree(comparison.pValue, 1 - (12.0 / 14).squareRoot()))
    #expect(comparison.speedup == 10.0 / 12)
  }

  @Test func tooLittleToCompareIsNil() {
    let none = PairedComparison(baseline: [], candidate: [])
    #expect(none.meanDifference == nil && none.speedup == nil && none.pValue == nil)
    let one = PairedComparison(baseline: [4], candidate: [2])
    #expect(one.speedup == 2 && one.meanDifference == -2)
    #expect(one.speedupConfidence == nil && one.pValue == nil && one.differenceConfidence == nil)
  }

  @Test func equalDifferencesLeaveNoDoubt() {
    let same = PairedComparison(baseline: [1, 2, 3], candidate: [1, 2, 3])
    #expect(same.pValue == 1 && same.speedup == 1)
    let slower = PairedComparison(baseline: [1, 2, 3], candidate: [2, 3, 4])
    #expect(slower.pValue == 0)
  }

  @Test func overflowGivesNoIntervalAndNoTrap() {
    let huge = [1e308, -1e308, 1.7e308, 1e308]
    let comparison = PairedComparison(baseline: huge, candidate: huge.reversed())
    #expect(comparison.speedupConfidence == nil)
    _ = Summary(huge)
    _ = Verdict(cells: [huge, huge.reversed()])
  }

  /// The speed-up's interval holds 1 exactly when the difference is not significant.
  @Test(arguments: 0..<300)
  func intervalAndTestAgree(seed: Int) throws {
    var stream = RandomStream(seed: UInt64(seed), purpose: "fieller")
    let count = 3 + stream.uniformInteger(below: 40)
    let baseline = (0..<count).map { _ in 10 + stream.normal() }
    let candidate = baseline.map { $0 + stream.normal(mean: 0.3, standardDeviation: 0.8) }
    let comparison = PairedComparison(baseline: baseline, candidate: candidate)
    let interval = try #require(comparison.speedupConfidence)
    let p = try #require(comparison.pValue)
    #expect(interval.contains(1) == (p >= 0.05), "seed \(seed)")
    #expect(interval.contains(try #require(comparison.speedup)), "seed \(seed)")
  }

  /// Holm's example worked by hand: 0.01 × 4, 0.02 × 3, 0.03 × 2 raised to 0.06, 0.4 × 1.
  @Test func holmByHand() {
    let adjusted = holmAdjusted([0.4, 0.01, 0.03, 0.02])
    #expect(zip(adjusted, [0.4, 0.04, 0.06, 0.06]).allSatisfy { agree($0, $1) })
    #expect(holmAdjusted([]) == [])
    #expect(holmAdjusted([0.7, 0.9]) == [1, 1])
  }

  /// Holm is the closed test of Bonferroni: a hypothesis falls when every set that holds it falls.
  @Test(arguments: 0..<50)
  func holmIsTheClosureOfBonferroni(seed: Int) {
    var stream = RandomStream(seed: UInt64(seed), purpose: "holm")
    let values = (0..<6).map { _ in stream.uniform() * stream.uniform() }
    let adjusted = holmAdjusted(values)
    for index in values.indices {
      var worst = 0.0
      for set in 1..<(1 << values.count) where set & (1 << index) != 0 {
        let members = values.indices.filter { set & (1 << $0) != 0 }
        let smallest = members.map { values[$0] }.min() ?? 1
        worst = max(worst, min(1, Double(members.count) * smallest))
      }
      #expect(agree(adjusted[index], worst), "seed \(seed)")
    }
  }

  @Test func theVerdictNamesTies() throws {
    var stream = RandomStream(seed: 2, purpose: "verdict")
    let common = (0..<100).map { _ in stream.normal(mean: 20, standardDeviation: 3) }
    func cell(_ shift: Double) -> [Double] {
      common.map { $0 + stream.normal(mean: shift, standardDeviation: 0.5) }
    }
    let verdict = try #require(Verdict(cells: [cell(5), cell(0), cell(0.001), cell(2)]))
    #expect(verdict.winners == [1, 2])
    #expect(!verdict.isDecided)
    #expect(verdict.comparisons[verdict.best] == nil)
    let decided = try #require(Verdict(cells: [cell(5), cell(0), cell(2)]))
    #expect(decided.winners == [1] && decided.isDecided && decided.best == 1)
  }

  @Test func nothingToJudge() throws {
    #expect(Verdict(cells: []) == nil)
    #expect(Verdict(cells: [[], []]) == nil)
    let single = try #require(Verdict(cells: [[3, 4]]))
    #expect(single.isDecided && single.best == 0)
    // One step shows which is smaller, but nothing about chance: nobody is out.
    let oneStep = try #require(Verdict(cells: [[3], [2]]))
    #expect(oneStep.best == 1 && oneStep.winners == [0, 1])
  }
}
