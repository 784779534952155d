public import Quantities

/// Events in the order they will happen: by time, and among equals in the order they were scheduled.
///
/// ```swift
/// var queue = EventQueue<String>()
/// queue.schedule("later", at: SimTime(picoseconds: 20))
/// queue.schedule("sooner", at: SimTime(picoseconds: 10))
/// queue.next()  // "sooner", and `now` is 10 ps
/// ```
///
/// A ladder queue (Tang, Goh and Thng, ACM TOMACS 15(3), 2005) with power-of-two bucket widths: the
/// far future is an unsorted pile; when its time comes it is dealt into the buckets of a rung, a
/// full bucket into a finer rung, and a small one is sorted. What arrives before the end of the
/// sorted part waits in a small heap, so that no pattern of times costs more than a heap does.
///
/// A value: copying it copies the future.
@frozen
public struct EventQueue<Event: Sendable>: PendingEvents, Sendable {
  @usableFromInline typealias Entry = ScheduledEvent<Event>

  /// The instant of the event taken last, in picoseconds.
  @usableFromInline var clock: Int64 = 0
  @usableFromInline var pending = 0
  @usableFromInline var sequence: UInt64 = 0

  /// Sorted events, taken from ``head`` on.
  @usableFromInline var sorted = ContiguousArray<Entry>()
  @usableFromInline var head = 0
  /// A heap of events that came too late to be sorted with the others.
  @usableFromInline var near = ContiguousArray<Entry>()
  /// Rungs from the coarsest to the finest; each lies before what its elder has left.
  @usableFromInline var rungs = ContiguousArray<LadderRung<Event>>()
  /// Rungs that were used up, kept for the memory of their buckets.
  @usableFromInline var spares = ContiguousArray<LadderRung<Event>>()
  /// Everything from ``farFrom`` on, in order of arrival.
  @usableFromInline var far = ContiguousArray<Entry>()
  @usableFromInline var farFrom: Int64 = 0

  @inlinable
  public init() {}

  @inlinable public var now: SimTime { SimTime(picoseconds: clock) }

  @inlinable public var count: Int { pending }

  /// - Complexity: O(1) amortised for smooth spreads of times, O(log *n*) at worst.
  @inlinable
  public mutating func schedule(_ event: Event, at time: SimTime) {
    precondition(time.picoseconds >= clock, "an event cannot be scheduled in the past")
    let entry = Entry(time: time.picoseconds, sequence: sequence, event: event)
    sequence &+= 1
    pending += 1
    guard entry.time < farFrom else {
      far.append(entry)
      return
    }
    var index = 0
    while index < rungs.count {
      if entry.time >= rungs[index].openFrom {
        rungs[index].append(entry)
        return
      }
      index += 1
    }
    scheduleNear(entry)
  }

  /// - Complexity: O(1) amortised for smooth spreads of times, O(log *n*) at worst.
  @inlinable
  public mutating func next() -> Event? {
    if head == sorted.count && near.isEmpty {
      guard pending > 0 else { return nil }
      refill()
    }
    pending -= 1
    if near.isEmpty || (head < sorted.count && sorted[head].precedes(near[0])) {
      let entry = sorted[head]
      head += 1
      clock = entry.time
      return entry.event
    }
    return takeNear()
  }

  /// - Complexity: as ``next()``, whose work it does ahead.
  @inlinable
  public mutating func nextTime() -> SimTime? {
    if head == sorted.count && near.isEmpty {
      guard pending > 0 else { return nil }
      refill()
    }
    guard head < sorted.count else { return SimTime(picoseconds: near[0].time) }
    guard let first = near.first else { return SimTime(picoseconds: sorted[head].time) }
    return SimTime(picoseconds: Swift.min(sorted[head].time, first.time))
  }
}
