import EventKernel
import Quantities

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The payload of an event, as the simulator has it: what to do, and for whom.
struct Payload: Sendable {
  var kind: Int32
  var target: Int32
}

/// The numbers every implementation of the hold model draws alike.
struct XorShift {
  var state: UInt64 = 88_172_645_463_325_252

  mutating func draw() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }
}

/// What one run of the hold model gives; `last` and `check` are the same for every queue.
struct HoldResult {
  var eventsPerSecond: Double
  var last: Int64
  var check: UInt64
}

/// Exponential increments with a mean of a millisecond, in picoseconds.
func holdIncrements() -> [Int64] {
  var generator = XorShift()
  return (0..<65536).map { _ in
    Int64(-log((Double(generator.draw() >> 11) + 1) * 0x1p-53) * 1e9)
  }
}

/// Takes the earliest event and schedules one later, `events` times, the best of five passes.
func hold<Queue: PendingEvents<Payload>>(
  _: Queue.Type, pending: Int, events: Int
) -> HoldResult {
  let increments = holdIncrements()
  var queue = Queue()
  for index in 0..<pending {
    let time = increments[index & 65535] + Int64(index % 977)
    queue.schedule(
      Payload(kind: 0, target: Int32(index)), at: SimTime(picoseconds: time))
  }
  var check: UInt64 = 0
  var best = Double.infinity
  for _ in 0..<5 {
    let start = cpuSeconds()
    for index in 0..<events {
      guard let event = queue.next() else { break }
      check = check &* 31 &+ UInt64(event.target)
      let increment = increments[(index * 7 + Int(event.target)) & 65535]
      queue.schedule(event, at: SimTime(picoseconds: queue.now.picoseconds + increment))
    }
    best = min(best, cpuSeconds() - start)
  }
  return HoldResult(
    eventsPerSecond: Double(events) / best, last: queue.now.picoseconds, check: check)
}

/// The processor time this process has used.
func cpuSeconds() -> Double {
  var now = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now)
  return Double(now.tv_sec) + Double(now.tv_nsec) * 1e-9
}
