public import Quantities

/// A clock and the events that are still to happen.
///
/// Both queues of this module give the same sequence for the same calls: earliest first, and among
/// events of one instant the one scheduled first. ``EventQueue`` is the fast one and
/// ``HeapEventQueue`` the plain one it is checked against.
public protocol PendingEvents<Event> {
  associatedtype Event: Sendable

  /// A queue without events, its clock at zero.
  init()

  /// The instant of the event taken last; zero before the first.
  var now: SimTime { get }

  /// How many events are still to happen.
  var count: Int { get }

  /// The instant of the next event, or nothing where none is left.
  mutating func nextTime() -> SimTime?

  /// Adds `event`, to happen at `time` after all that were scheduled there before.
  ///
  /// - Precondition: `time` is not before ``now``.
  mutating func schedule(_ event: Event, at time: SimTime)

  /// Takes the next event and moves the clock to its instant; nothing where none is left.
  mutating func next() -> Event?
}

extension PendingEvents {
  /// Whether nothing is left to happen.
  @inlinable public var isEmpty: Bool { count == 0 }
}
