import EventKernel
import Quantities
import Testing

/// What both queues promise, on futures small enough to order by hand.
@Suite struct EventQueueTests {
  private func time(_ picoseconds: Int64) -> SimTime { SimTime(picoseconds: picoseconds) }

  @Test func earliestComesFirstAndMovesTheClock() {
    var queue = EventQueue<String>()
    queue.schedule("third", at: time(30))
    queue.schedule("first", at: time(10))
    queue.schedule("second", at: time(20))
    #expect(queue.nextTime() == time(10))
    #expect(queue.now == .zero)
    #expect(queue.next() == "first")
    #expect(queue.now == time(10))
    #expect([queue.next(), queue.next(), queue.next()] == ["second", "third", nil])
    #expect(queue.now == time(30))
  }

  @Test func equalsKeepTheOrderOfScheduling() {
    var queue = EventQueue<Int>()
    for index in 0..<5000 { queue.schedule(index, at: time(7)) }
    for index in 0..<2500 { #expect(queue.next() == index) }
    for index in 5000..<7000 { queue.schedule(index, at: time(7)) }
    for index in 2500..<7000 { #expect(queue.next() == index) }
    #expect(queue.isEmpty)
  }

  @Test func lookingAheadDoesNotHideWhatComesBefore() {
    var queue = EventQueue<String>()
    queue.schedule("late", at: time(1_000_000))
    #expect(queue.nextTime() == time(1_000_000))
    queue.schedule("early", at: time(5))
    queue.schedule("late too", at: time(1_000_000))
    #expect(queue.nextTime() == time(5))
    #expect([queue.next(), queue.next(), queue.next()] == ["early", "late", "late too"])
  }

  @Test func theEndOfTheClockIsAnInstantLikeAnother() {
    var queue = EventQueue<Int>()
    queue.schedule(0, at: .distantFuture)
    queue.schedule(1, at: .distantFuture)
    for index in 2..<200 { queue.schedule(index, at: time(Int64(index))) }
    for index in 2..<200 { #expect(queue.next() == index) }
    #expect(queue.next() == 0)
    queue.schedule(2, at: .distantFuture)
    #expect([queue.next(), queue.next(), queue.next()] == [1, 2, nil])
  }

  @Test func aCopyHasItsOwnFuture() {
    var queue = EventQueue<Int>()
    queue.schedule(1, at: time(1))
    var copy = queue
    copy.schedule(0, at: time(0))
    #expect(copy.next() == 0)
    #expect(queue.next() == 1)
    #expect(copy.count == 1)
  }

  @Test func aQueueServesAgainAfterRunningEmpty() {
    var queue = EventQueue<Int>()
    for round in 0..<100 {
      queue.schedule(round, at: time(queue.now.picoseconds + 1000))
      #expect(queue.next() == round)
      #expect(queue.next() == nil)
    }
    #expect(queue.now == time(100_000))
  }
}
