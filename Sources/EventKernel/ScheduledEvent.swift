/// An event with the key that orders it: its instant, then its place in the order of scheduling.
@frozen
@usableFromInline
struct ScheduledEvent<Event: Sendable>: Sendable {
  @usableFromInline let time: Int64
  @usableFromInline let sequence: UInt64
  @usableFromInline let event: Event

  @inlinable
  init(time: Int64, sequence: UInt64, event: Event) {
    self.time = time
    self.sequence = sequence
    self.event = event
  }

  /// Whether this event happens before `other`. No two events of a queue are equal.
  @inlinable
  @inline(__always)
  func precedes(_ other: ScheduledEvent) -> Bool {
    time < other.time || (time == other.time && sequence < other.sequence)
  }
}

extension ContiguousArray {
  /// Puts scheduled events in order; short or nearly ordered arrays are the common case.
  @inlinable
  mutating func sortEvents<Event>() where Element == ScheduledEvent<Event> {
    guard count <= 64 else {
      sort { $0.precedes($1) }
      return
    }
    withUnsafeMutableBufferPointer { events in
      var index = 1
      while index < events.count {
        let moving = events[index]
        var hole = index
        while hole > 0 && moving.precedes(events[hole - 1]) {
          events[hole] = events[hole - 1]
          hole -= 1
        }
        events[hole] = moving
        index += 1
      }
    }
  }
}
