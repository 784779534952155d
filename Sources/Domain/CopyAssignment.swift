/// Consecutive copies of one expert, from one source rank, that are computed on one rank.
public struct CopySegment: Hashable, Sendable {
  /// The expert's number.
  public var expert: Int32
  /// The rank that computes the copies.
  public var rank: Int32
  /// How many copies.
  public var count: Int32

  @inlinable public init(expert: Int32, rank: Int32, count: Int32) {
    self.expert = expert
    self.rank = rank
    self.count = count
  }
}

/// Where the token copies of one routed layer are computed, source by source.
///
/// The copies from a source to one expert are counted in token order; the segments of that expert,
/// in the order they were appended, take them from the first to the last.
public struct CopyAssignment: Hashable, Sendable {
  /// The segments of all sources, source by source.
  public private(set) var segments: [CopySegment] = []
  private var ends: [Int] = []

  public init() {}

  /// The assignment without copies split over ranks: expert *e* is computed on `rankOfExpert[e]`,
  /// whatever the source.
  ///
  /// - Precondition: `rankOfExpert` names a rank for every expert of `layer`.
  /// - Complexity: O(sources × experts).
  public init(_ layer: RoutedLayer, rankOfExpert: [Int]) {
    precondition(rankOfExpert.count == layer.experts, "every expert needs a rank")
    segments.reserveCapacity(layer.sources * min(layer.experts, 256))
    for source in 0..<layer.sources {
      for expert in 0..<layer.experts {
        let count = layer.copies(from: source, to: expert)
        append(
          CopySegment(expert: Int32(expert), rank: Int32(rankOfExpert[expert]), count: count))
      }
      endSource()
    }
  }

  /// Sources that have been completed.
  public var sources: Int { ends.count }

  /// Adds a segment of the source that is being described; one without copies is left out.
  @inlinable public mutating func append(_ segment: CopySegment) {
    if segment.count > 0 { add(segment) }
  }

  @usableFromInline mutating func add(_ segment: CopySegment) { segments.append(segment) }

  /// Completes the source that is being described; what is appended next belongs to the next one.
  public mutating func endSource() { ends.append(segments.count) }

  /// The places of a source's segments in ``segments``.
  public func range(of source: Int) -> Range<Int> {
    (source == 0 ? 0 : ends[source - 1])..<ends[source]
  }
}
