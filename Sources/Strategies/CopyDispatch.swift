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

  /// Lays the sources' copies over a plan's intervals.
  ///
  /// The copies of an expert are ordered by source rank, so an interval takes a run of sources.
  ///
  /// - Parameters:
  ///   - counts: token copies of each expert (column) on each source rank (row), row by row, as
  ///     `RoutedLayer.copies` holds them or a slice of it for one expert-parallel group.
  ///   - intervals: for each expert its intervals, in order and covering its copies.
  /// - Precondition: each expert's intervals cover the copies that `counts` holds for it.
  /// - Complexity: O(*ranks* × (*ranks* + *experts*) + *intervals*).
  public init<Counts: RandomAccessCollection>(
    counts: Counts, intervals: [[LeastLoadedAssignment.Interval]], ranks: Int
  ) where Counts.Index == Int, Counts.Element: BinaryInteger {
    precondition(counts.count == ranks * intervals.count, "Counts are ranks × experts.")
    self.ranks = ranks
    self.experts = intervals.count
    copies = Array(repeating: 0, count: ranks * ranks)
    rows = Array(repeating: 0, count: counts.count)
    for expert in intervals.indices {
      lay(expert, intervals: intervals[expert], counts: counts)
    }
  }

  /// A dispatch without copies, to be filled with ``add(_:of:from:to:)``.
  init(ranks: Int, experts: Int) {
    self.ranks = ranks
    self.experts = experts
    copies = Array(repeating: 0, count: ranks * ranks)
    rows = Array(repeating: 0, count: ranks * experts)
  }

  /// Sends `count` copies of `expert` from `source` to be computed on `rank`.
  mutating func add(_ count: Int, of expert: Int, from source: Int, to rank: Int) {
    copies[source * ranks + rank] += count
    rows[rank * experts + expert] += count
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

  /// Walks the sources of one expert and its intervals side by side.
  private mutating func lay<Counts: RandomAccessCollection>(
    _ expert: Int, intervals: [LeastLoadedAssignment.Interval], counts: Counts
  ) where Counts.Index == Int, Counts.Element: BinaryInteger {
    let first = counts.startIndex + expert
    var position = 0
    var source = 0
    var segmentEnd = 0
    for interval in intervals {
      precondition(interval.start == position, "Intervals leave a gap or overlap.")
      rows[interval.rank * experts + expert] += interval.count
      while position < interval.end {
        while segmentEnd <= position {
          precondition(source < ranks, "Intervals hold more copies than the sources.")
          segmentEnd += Int(counts[first + source * experts])
          source += 1
        }
        let end = min(segmentEnd, interval.end)
        copies[(source - 1) * ranks + interval.rank] += end - position
        position = end
      }
    }
    while source < ranks {
      precondition(counts[first + source * experts] == 0, "Intervals miss copies of a source.")
      source += 1
    }
    precondition(position == segmentEnd, "Intervals miss copies of a source.")
  }
}
