import Strategies
import Testing

@Suite struct LeastLoadedPropertyTests {
  @Test(arguments: 0..<600)
  func coversEveryCopyOnce(seed: Int) {
    let layer = RandomLayer(seed: seed)
    let plan = layer.plan
    var rankLoads = Array(repeating: 0, count: layer.ranks)
    for (expert, load) in layer.loads.enumerated() {
      var position = 0
      for interval in plan.intervals[expert] {
        #expect(interval.start == position && interval.end > position)
        position = interval.end
        rankLoads[interval.rank] += interval.count
      }
      #expect(position == load)
    }
    #expect(rankLoads == plan.rankLoads)
  }

  @Test(arguments: 0..<600)
  func sendsWeightsToExactlyTheHelpers(seed: Int) {
    let layer = RandomLayer(seed: seed)
    let plan = layer.plan
    let helpers = plan.intervals.enumerated().flatMap { expert, intervals in
      Set(intervals.map(\.rank)).subtracting([layer.homes[expert]]).map {
        LeastLoadedAssignment.Transfer(expert: expert, from: layer.homes[expert], to: $0)
      }
    }
    #expect(plan.transfers.count == helpers.count)
    #expect(Set(plan.transfers) == Set(helpers))
  }

  /// The tournament against the paper's sorting, line by line.
  @Test(arguments: 0..<600)
  func agreesWithTheAlgorithmWrittenOut(seed: Int) {
    let layer = RandomLayer(seed: seed)
    let plan = layer.plan
    guard !plan.isBalancedEnough else {
      #expect(plan.transfers.isEmpty)
      return
    }
    let literal = LiteralLeastLoadedAssignment(
      layer, capacity: plan.capacity, search: .sortedEachTime)
    #expect(plan.intervals == literal.pieces)
    #expect(plan.rankLoads == literal.loads)
    let isOver = plan.rankLoads.contains { $0 > plan.capacity }
    #expect(!isOver || literal.forced || layer.ranks == 1)
  }

  /// The published code scans the first order once for an expert that leaves whole; that changes
  /// who takes a forced remainder and nothing else.
  @Test(arguments: 0..<600)
  func differsFromThePublishedCodeOnlyInForcedRemainders(seed: Int) {
    let layer = RandomLayer(seed: seed)
    let capacity = layer.plan.capacity
    let paper = LiteralLeastLoadedAssignment(layer, capacity: capacity, search: .sortedEachTime)
    let code = LiteralLeastLoadedAssignment(layer, capacity: capacity, search: .firstOrderOnce)
    if !paper.forced { #expect(paper.pieces == code.pieces) }
  }

  @Test(arguments: 0..<600)
  func deliversEveryCopy(seed: Int) {
    let layer = RandomLayer(seed: seed)
    let plan = layer.plan
    let dispatch = CopyDispatch(
      counts: layer.counts, intervals: plan.intervals, ranks: layer.ranks)
    for rank in 0..<layer.ranks {
      let own = layer.counts[(rank * layer.experts)..<((rank + 1) * layer.experts)]
      let sent = (0..<layer.ranks).reduce(0) { $0 + dispatch.copies(from: rank, to: $1) }
      let received = (0..<layer.ranks).reduce(0) { $0 + dispatch.copies(from: $1, to: rank) }
      let computed = (0..<layer.experts).reduce(0) { $0 + dispatch.rows(of: $1, on: rank) }
      #expect(sent == own.reduce(0, +))
      #expect(received == plan.rankLoads[rank] && computed == received)
    }
  }

  /// Each copy is walked to its interval one by one.
  @Test(arguments: 0..<200)
  func matchesACountCopyByCopy(seed: Int) {
    var layer = RandomLayer(seed: seed)
    layer.counts = layer.counts.map { $0 % 7 }
    let plan = layer.plan
    let dispatch = CopyDispatch(
      counts: layer.counts, intervals: plan.intervals, ranks: layer.ranks)
    var copies = Array(repeating: 0, count: layer.ranks * layer.ranks)
    for expert in 0..<layer.experts {
      var position = 0
      for source in 0..<layer.ranks {
        for _ in 0..<layer.counts[source * layer.experts + expert] {
          let interval = plan.intervals[expert].first { $0.start <= position && position < $0.end }
          if let interval { copies[source * layer.ranks + interval.rank] += 1 }
          position += 1
        }
      }
    }
    #expect(dispatch.copies == copies)
  }

  @Test(arguments: [
    LeastLoadedSettings(capacityFactor: .nan), LeastLoadedSettings(capacityFactor: .infinity),
    LeastLoadedSettings(capacityFactor: -3), LeastLoadedSettings(minimumChunk: .min),
    LeastLoadedSettings(minimumChunk: .max, imbalanceThreshold: nil),
  ])
  func survivesAwkwardSettings(settings: LeastLoadedSettings) {
    for (loads, homes, ranks) in [
      ([], [], 1), ([0, 0], [1, 0], 2), ([5], [0], 1), ([100, 0, 0], [0, 1, 1], 2),
      ([7, 7], [1, 1], 3),
    ] as [([Int], [Int], Int)] {
      let plan = LeastLoadedAssignment(
        loads: loads, homes: homes, ranks: ranks, settings: settings)
      #expect(plan.rankLoads.reduce(0, +) == loads.reduce(0, +))
    }
  }
}
