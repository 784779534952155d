/// A stretch of the future cut into buckets of one power-of-two width, each in order of arrival.
///
/// The last bucket also takes everything later than the stretch, up to whatever encloses the rung.
@frozen
@usableFromInline
struct LadderRung<Event: Sendable>: Sendable {
  /// Where the first bucket begins, in picoseconds.
  @usableFromInline var start: Int64 = 0
  /// The width of a bucket is two to this power.
  @usableFromInline var shift: Int64 = 0
  /// The first bucket that was not taken yet.
  @usableFromInline var current = 0
  /// The earliest instant that still belongs here.
  @usableFromInline var openFrom: Int64 = 0
  /// The last bucket in use; the array may be longer from earlier use.
  @usableFromInline var last = 0
  @usableFromInline var buckets = ContiguousArray<ContiguousArray<ScheduledEvent<Event>>>()

  @inlinable
  init() {}

  /// Aims the empty rung at the instants from `earliest` to `latest`, for about `count` events.
  ///
  /// Eight events a bucket keep the sorting cheap; 1,024 buckets keep their ends in the cache.
  @inlinable
  mutating func aim(from earliest: Int64, through latest: Int64, for count: Int) {
    let limit = Int64(Swift.min(Swift.max(count / 8, 16), 1024))
    let span = latest &- earliest
    shift = 0
    while span >> shift >= limit { shift += 1 }
    start = earliest
    openFrom = earliest
    current = 0
    last = Int(span >> shift)
    while buckets.count <= last { buckets.append(ContiguousArray()) }
  }

  /// Adds an event of an instant not before ``openFrom``.
  @inlinable
  @inline(__always)
  mutating func append(_ event: ScheduledEvent<Event>) {
    let index = Int((event.time &- start) >> shift)
    buckets[Swift.min(index, last)].append(event)
  }

  /// Exchanges the earliest bucket that holds events with the empty `batch`.
  ///
  /// - Returns: Whether there was one. After the last bucket ``current`` stands beyond ``last``.
  @inlinable
  mutating func takeEarliest(into batch: inout ContiguousArray<ScheduledEvent<Event>>) -> Bool {
    while current <= last && buckets[current].isEmpty { current += 1 }
    guard current <= last else { return false }
    swap(&buckets[current], &batch)
    current += 1
    openFrom = start &+ Int64(current) << shift
    return true
  }

  @inlinable var isUsedUp: Bool { current > last }
}
