import NetworkSharing
import Testing

/// Sharing on networks small enough to solve by hand.
@Suite struct WorkedExampleTests {
  /// Runs flows given as (links, bytes, start), each its own receiver.
  private func finish(
    _ capacities: [Double], _ flows: [([Int], Double, Double)],
    _ fidelity: SharingFidelity = .fluid(tolerance: 0)
  ) throws -> SharingResult {
    var paths = PathTable()
    var batch: [BatchFlow] = []
    for (index, flow) in flows.enumerated() {
      let path = paths.add(flow.0)
      batch.append(
        BatchFlow(path: path, bytes: flow.1, start: flow.2, receiver: Int32(index)))
    }
    return try FluidBatch.solve(
      batch, over: capacities, paths: paths, receivers: flows.count, fidelity: fidelity)
  }

  private func expect(_ actual: [Double], _ expected: [Double], within: Double = 1e-9) {
    #expect(actual.count == expected.count)
    for (left, right) in zip(actual, expected) {
      #expect(abs(left - right) <= within * max(1, abs(right)), "\(actual), not \(expected)")
    }
  }

  @Test func oneFlowTakesItsNarrowestLink() throws {
    // 600 bytes over 100 and 60 bytes/s: 10 s.
    let result = try finish([100, 60], [([0, 1], 600, 0)])
    expect(result.flowFinish, [10])
    expect(result.linkBytes, [600, 600])
    expect(result.linkUtilization, [0.6, 1])
  }

  @Test func equalFlowsShareEvenlyAndTheLongerGetsTheRest() throws {
    // Both at 50 bytes/s; the first ends its 100 at 2 s; the other has 200 left, at 100: 4 s.
    let result = try finish([100], [([0], 100, 0), ([0], 300, 0)])
    expect(result.flowFinish, [2, 4])
    #expect(result.makespan == result.flowFinish[1])
  }

  @Test func aLongFlowIsHeldBackByItsNarrowLinkAndLeavesTheOtherMore() throws {
    // The parking lot: links of 30 and 100. Flow 0 on both, flow 1 on the first, flow 2 on the
    // second. Link 0 gives 15 each; flow 2 gets 85. Flow 2's 850 end at 10 s; flow 1's 150 too.
    // Flow 0 has 450 - 150 = 300 left and link 0 alone, 30: 20 s.
    let result = try finish([30, 100], [([0, 1], 450, 0), ([0], 150, 0), ([1], 850, 0)])
    expect(result.flowFinish, [20, 10, 10])
  }

  @Test func aLateFlowTakesItsShareFromItsStartOn() throws {
    // Alone until 1 s: 100 of 200 sent. Then 50 each: at 3 s both have sent 100.
    let result = try finish([100], [([0], 200, 0), ([0], 100, 1)])
    expect(result.flowFinish, [3, 3])
  }

  @Test func nothingToCarryTakesNoTime() throws {
    let result = try finish([10], [([0], 0, 2), ([], 50, 1), ([0], 10, 0)])
    expect(result.flowFinish, [2, 1, 1])
    expect(result.receiverFinish, [0, 0, 1])
    #expect(try finish([10], []).makespan == 0)
  }

  @Test func theBusiestLinkBoundsEveryoneOnIt() throws {
    // Link 0 carries 600 at 30, link 1 carries 1300 at 100.
    let result = try finish(
      [30, 100], [([0, 1], 450, 0), ([0], 150, 0), ([1], 850, 0)], .analytic)
    expect(result.flowFinish, [20, 20, 13])
    // Released at 5 s, 600 bytes cannot be through before 5 + 6 s.
    expect(try finish([100], [([0], 100, 0), ([0], 600, 5)], .analytic).flowFinish, [11, 11])
  }

  @Test func slackLinksDoNotChangeRates() throws {
    // Two NICs of 10 feed a wide link of 25 that can never fill: each flow keeps its 10.
    let result = try finish([10, 10, 25], [([0, 2], 100, 0), ([1, 2], 50, 0)])
    expect(result.flowFinish, [10, 5])
    // A flow of the wide link's own makes it fill: 25 / 3 each, until 50 are through at 6 s;
    // then 10 for the first (50 left: 11 s) and 15 for the third (50 of 100 left: 9.333 s).
    let shared = try finish(
      [10, 10, 25], [([0, 2], 100, 0), ([1, 2], 50, 0), ([2], 100, 0)])
    expect(shared.flowFinish, [11, 6, 6 + 50.0 / 15])
  }

  @Test(arguments: [0.0, -1, .nan, .infinity])
  func aLinkNeedsACapacity(capacity: Double) {
    #expect(throws: SharingError.self) { try finish([capacity], [([0], 1, 0)]) }
    #expect(throws: SharingError.self) { try finish([capacity], [([0], 1, 0)], .analytic) }
  }

  @Test(arguments: [-1, Double.nan, .infinity])
  func aFlowNeedsBytesAndAStart(value: Double) {
    #expect(throws: SharingError.self) { try finish([1], [([0], value, 0)]) }
    #expect(throws: SharingError.self) { try finish([1], [([0], 1, value)]) }
  }

  @Test func aPathStaysWithinTheTable() {
    #expect(throws: SharingError.unknownLink(path: 0, link: 3)) { try finish([1], [([3], 1, 0)]) }
    #expect(throws: SharingError.badTolerance(1.5)) {
      try finish([1], [([0], 1, 0)], .fluid(tolerance: 1.5))
    }
  }
}
