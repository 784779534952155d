import EventKernel
import Quantities
import Testing

/// A small seeded generator (SplitMix64), so that a failing world can be run again alone.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

/// How far ahead events are scheduled.
enum Spread: String, CaseIterable, Sendable {
  case allEqual, unit, uniform, exponential, farOutliers, rising, twoScales, nowOrFar

  func step(_ index: Int, _ random: inout SplitMix) -> Int64 {
    switch self {
    case .allEqual: 0
    case .unit: Int64.random(in: 0...2, using: &random)
    case .uniform: Int64.random(in: 0...1_000_000, using: &random)
    case .exponential: Int64(1) << Int64.random(in: 0...40, using: &random)
    case .farOutliers:
      Int.random(in: 0..<50, using: &random) == 0
        ? Int64.random(in: 0...(1 << 58), using: &random)
        : Int64.random(in: 0...1000, using: &random)
    case .rising: Int64(index)
    case .twoScales:
      Bool.random(using: &random) ? 3 : Int64.random(in: 1_000_000...1_000_100, using: &random)
    case .nowOrFar: Bool.random(using: &random) ? 0 : 1 << 45
    }
  }
}

/// The ladder gives exactly the sequence of the heap, whatever the spread of times.
@Suite struct QueueAgreementTests {
  @Test(arguments: Spread.allCases, [1, 7, 60, 5000])
  func ladderAndHeapAgree(spread: Spread, size: Int) {
    for seed in 0..<8 as Range<UInt64> { check(spread, size: size, seed: seed) }
  }

  /// Grows to `size`, holds with bursts and look-aheads, then shrinks to nothing.
  private func check(_ spread: Spread, size: Int, seed: UInt64) {
    var random = SplitMix(state: seed)
    var ladder = EventQueue<Int>()
    var heap = HeapEventQueue<Int>()
    var serial = 0
    func schedule() {
      let time = ladder.now + SimDuration(picoseconds: spread.step(serial, &random))
      ladder.schedule(serial, at: time)
      heap.schedule(serial, at: time)
      serial += 1
    }
    func take() -> Bool {
      if Int.random(in: 0..<4, using: &random) == 0, ladder.nextTime() != heap.nextTime() {
        return false
      }
      return ladder.next() == heap.next() && ladder.now == heap.now && ladder.count == heap.count
    }
    var agree = true
    for _ in 0..<size { schedule() }
    for _ in 0..<(3 * size) {
      agree = agree && take()
      for _ in 0..<Int.random(in: 0...2, using: &random) { schedule() }
    }
    while agree && !heap.isEmpty { agree = take() }
    #expect(agree && ladder.next() == nil, "\(spread) with \(size) events, seed \(seed)")
  }
}
