public import Domain

/// Which token copies travel where in one layer: the source × destination matrix and the rows every
/// rank computes for every expert.
public struct CopyDispatch: Hashable, Sendable {
  /// How many ranks share the layer.
  public let ranks: Int
  /// How many experts the layer has.
  public let experts: Int
  /// Copies from a source rank (row) to the rank that computes them (column), row by row.
  public private(set) var copies: [Int]
  /// Copies of an expert (column) computed on a rank (row), row by row.
  public private(set) var rows: [Int]
  /// Every (source, expert, rank) with its copies; kept only on request, because it is large.
  public private(set) var assignment: CopyAssignment?

  /// Lays the sources' copies over a plan's intervals.
  ///
  /// The copies of an expert are ordered by source rank, so an interval takes a run of sources.
  ///
  /// - Parameters:
  ///   - counts: token copies of each expert (column) on each source rank (row), row by row, as
  ///     `RoutedLayer.copies` holds them or a slice of it for one expert-parallel group.
  ///   - intervals: for each expert its intervals, in order and covering its copies.
  ///   - keepsSegments: whether ``assignment`` is kept.
  /// - Precondition: each expert's intervals cover the copies that `counts` holds for it.
  /// - Complexity: O(*ranks* × (*ranks* + *experts*) + *intervals*), walked row by row.
  public init<Counts: RandomAccessCollection>(
    counts: Counts, intervals: [[LeastLoadedAssignment.Interval]], ranks: Int,
    keepsSegments: Bool = false
  ) where Counts.Index == Int, Counts.Element: BinaryInteger {
    precondition(counts.count == ranks * intervals.count, "Counts are ranks × experts.")
    self.init(ranks: ranks, experts: intervals.count, keepsSegments: keepsSegments)
    var cursors = intervals.map { Cursor(intervals: $0) }
    for source in 0..<ranks {
      let row = counts.startIndex + source * experts
      for expert in 0..<experts {
        deal(Int(counts[row + expert]), of: expert, from: source, by: &cursors[expert])
      }
      assignment?.endSource()
    }
    precondition(cursors.allSatisfy(\.isDone), "Intervals hold more copies than the sources.")
  }

  /// A dispatch without copies, to be filled with ``add(_:of:from:to:)``.
  init(ranks: Int, experts: Int, keepsSegments: Bool = false) {
    self.ranks = ranks
    self.experts = experts
    copies = Array(repeating: 0, count: ranks * ranks)
    rows = Array(repeating: 0, count: ranks * experts)
    assignment = keepsSegments ? CopyAssignment() : nil
  }

  /// Ends what was added from the current source; sources follow one another.
  mutating func endSource() { assignment?.endSource() }

  /// Sends `count` copies of `expert` from `source` to be computed on `rank`.
  mutating func add(_ count: Int, of expert: Int, from source: Int, to rank: Int) {
    copies[source * ranks + rank] += count
    rows[rank * experts + expert] += count
    assignment?.append(
      CopySegment(expert: Int32(expert), rank: Int32(rank), count: Int32(count)))
  }

  /// This dispatch and `other` together, each of some experts' copies.
  func merged(with other: CopyDispatch) -> CopyDispatch {
    var result = self
    for index in copies.indices { result.copies[index] += other.copies[index] }
    for index in rows.indices { result.rows[index] += other.rows[index] }
    guard let own = assignment, let added = other.assignment else { return result }
    var together = CopyAssignment()
    for source in 0..<ranks {
      for segment in own.segments[own.range(of: source)] { together.append(segment) }
      for segment in added.segments[added.range(of: source)] { together.append(segment) }
      together.endSource()
    }
    result.assignment = together
    return result
  }

  /// Adds the rows of `padding`, which belong to no token; the rows that each rank computes of them.
  mutating func pad(with padding: CopyDispatch) -> [Int] {
    for index in copies.indices { copies[index] += padding.copies[index] }
    for index in rows.indices { rows[index] += padding.rows[index] }
    return (0..<ranks).map {
      padding.rows[($0 * experts)..<(($0 + 1) * experts)].reduce(0, +)
    }
  }

  /// The copies that `source` sends to `destination` (its own when they are the same).
  public func copies(from source: Int, to destination: Int) -> Int {
    copies[source * ranks + destination]
  }

  /// The rows of `expert` that `rank` computes.
  public func rows(of expert: Int, on rank: Int) -> Int { rows[rank * experts + expert] }

  /// The copies each rank sends to others.
  public var sentAway: [Int] {
    (0..<ranks).map { source in
      copies[(source * ranks)..<((source + 1) * ranks)].reduce(0, +)
        - copies(from: source, to: source)
    }
  }

  /// The copies each rank receives from others.
  public var receivedFromAway: [Int] {
    var received = Array(repeating: 0, count: ranks)
    for source in 0..<ranks {
      for destination in 0..<ranks where destination != source {
        received[destination] += copies(from: source, to: destination)
      }
    }
    return received
  }

  /// Deals the next `count` copies of an expert to the ranks whose turn it is.
  private mutating func deal(
    _ count: Int, of expert: Int, from source: Int, by cursor: inout Cursor
  ) {
    var rest = count
    while rest > 0 {
      let (rank, taken) = cursor.take(atMost: rest)
      add(taken, of: expert, from: source, to: rank)
      rest -= taken
    }
  }

  /// How far the copies of one expert have been dealt out.
  private struct Cursor {
    let intervals: [LeastLoadedAssignment.Interval]
    var index = 0
    var position = 0

    init(intervals: [LeastLoadedAssignment.Interval]) { self.intervals = intervals }

    var isDone: Bool { index == intervals.count }

    /// The next copies that go to one rank.
    mutating func take(atMost count: Int) -> (rank: Int, taken: Int) {
      precondition(!isDone, "Intervals miss copies of a source.")
      let interval = intervals[index]
      precondition(index > 0 || interval.start == 0, "Intervals do not start at the first copy.")
      let taken = min(count, interval.end - position)
      position += taken
      if position == interval.end { index += 1 }
      return (interval.rank, taken)
    }
  }
}
