public import Quantities

/// Pending events in a four-way heap: the plain queue, with the same cost however times are spread.
///
/// Four children a node halve the depth of a binary heap and stay within one or two cache lines.
@frozen
public struct HeapEventQueue<Event: Sendable>: PendingEvents, Sendable {
  @usableFromInline var heap = ContiguousArray<ScheduledEvent<Event>>()
  @usableFromInline var sequence: UInt64 = 0
  @usableFromInline var clock: Int64 = 0

  @inlinable
  public init() {}

  @inlinable public var now: SimTime { SimTime(picoseconds: clock) }

  @inlinable public var count: Int { heap.count }

  @inlinable
  public mutating func nextTime() -> SimTime? {
    heap.first.map { SimTime(picoseconds: $0.time) }
  }

  /// - Complexity: O(log *n*) in the number of pending events, O(1) where it is the latest.
  @inlinable
  public mutating func schedule(_ event: Event, at time: SimTime) {
    precondition(time.picoseconds >= clock, "an event cannot be scheduled in the past")
    heap.pushEvent(ScheduledEvent(time: time.picoseconds, sequence: sequence, event: event))
    sequence &+= 1
  }

  /// - Complexity: O(log *n*) in the number of pending events.
  @inlinable
  public mutating func next() -> Event? {
    guard let first = heap.popEvent() else { return nil }
    clock = first.time
    return first.event
  }
}

extension ContiguousArray {
  /// Adds `event` to a four-way heap.
  @inlinable
  mutating func pushEvent<Event>(_ event: ScheduledEvent<Event>)
  where Element == ScheduledEvent<Event> {
    append(event)
    withUnsafeMutableBufferPointer { heap in
      var hole = heap.count - 1
      while hole > 0 {
        let parent = (hole - 1) >> 2
        guard event.precedes(heap[parent]) else { break }
        heap[hole] = heap[parent]
        hole = parent
      }
      heap[hole] = event
    }
  }

  /// Takes the earliest event from a four-way heap.
  @inlinable
  mutating func popEvent<Event>() -> ScheduledEvent<Event>?
  where Element == ScheduledEvent<Event> {
    guard let last = popLast() else { return nil }
    guard let first = first else { return last }
    withUnsafeMutableBufferPointer { heap in
      var hole = 0
      while true {
        let child = 4 &* hole &+ 1
        guard child < heap.count else { break }
        var least = child
        var other = child + 1
        while other < Swift.min(child + 4, heap.count) {
          if heap[other].precedes(heap[least]) { least = other }
          other += 1
        }
        guard heap[least].precedes(last) else { break }
        heap[hole] = heap[least]
        hole = least
      }
      heap[hole] = last
    }
    return first
  }
}
