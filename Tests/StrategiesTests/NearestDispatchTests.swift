import Domain
import Testing

@testable import Strategies

@Suite struct NearestDispatchTests {
  /// One expert, 2 nodes of 2, 10 copies on each rank; ranks 1 and 2 compute 25 and 15. By intervals
  /// rank 1 takes what ranks 0, 1 and half of 2 have. Nearest first, rank 1 takes its own 10, rank
  /// 0's 10 and 5 of rank 3, rank 2 its own 10 and 5 of rank 3: 30 copies move instead of 30, but
  /// between nodes 5 instead of 5; with quotas 5 and 35 the wins show: see the table.
  @Test func takesItsOwnFirst() {
    let counts: [Int32] = [10, 10, 10, 10]
    let routes = WeightRoutes(ranksPerNode: 2, firstRank: 0)
    let intervals: [[LeastLoadedAssignment.Interval]] = [
      [.init(rank: 2, start: 0, end: 15), .init(rank: 1, start: 15, end: 40)]
    ]
    let plain = CopyDispatch(counts: counts, intervals: intervals, ranks: 4)
    #expect(plain.copies(from: 2, to: 2) == 0 && plain.copies(from: 0, to: 2) == 10)
    let near = CopyDispatch(
      nearest: counts[...], intervals: intervals, routes: routes, ranks: 4)
    #expect(near.copies(from: 1, to: 1) == 10)
    #expect(near.copies(from: 0, to: 1) == 10)
    #expect(near.copies(from: 2, to: 2) == 10)
    #expect(near.copies(from: 3, to: 2) == 5)
    #expect(near.copies(from: 3, to: 1) == 5)
  }

  /// The same copies on every rank as the plan says, the same sources, and never fewer at home.
  @Test(arguments: 0..<400) func movesNoMoreThanThePlansOrder(seed: Int) {
    let layer = RandomLayer(seed: seed)
    let counts = layer.counts.map { Int32($0) }
    let routes = WeightRoutes(ranksPerNode: max(1, layer.ranks / 2), firstRank: 0)
    let intervals = layer.plan.intervals
    let plain = CopyDispatch(counts: counts, intervals: intervals, ranks: layer.ranks)
    let near = CopyDispatch(
      nearest: counts[...], intervals: intervals, routes: routes, ranks: layer.ranks,
      keepsSegments: true)
    #expect(near.rows == plain.rows)
    var (own, plainOwn, inside, plainInside) = (0, 0, 0, 0)
    for source in 0..<layer.ranks {
      let sent = (0..<layer.ranks).reduce(0) { $0 + near.copies(from: source, to: $1) }
      #expect(sent == (0..<layer.ranks).reduce(0) { $0 + plain.copies(from: source, to: $1) })
      own += near.copies(from: source, to: source)
      plainOwn += plain.copies(from: source, to: source)
      for rank in 0..<layer.ranks where routes.node(of: rank) == routes.node(of: source) {
        inside += near.copies(from: source, to: rank)
        plainInside += plain.copies(from: source, to: rank)
      }
    }
    #expect(own >= plainOwn)
    #expect(inside >= plainInside)
    #expect(near.assignment?.segments.reduce(0) { $0 + Int($1.count) } == near.copies.reduce(0, +))
  }
}
