/// A small, fast, seeded generator (SplitMix64; Steele, Lea and Flood, OOPSLA 2014).
struct SearchRandom {
  private var state: UInt64

  /// A generator for one purpose: streams of different numbers do not overlap in practice.
  init(seed: UInt64, stream: Int = 0) {
    state = seed &+ 0x9E37_79B9_7F4A_7C15 &* (UInt64(truncatingIfNeeded: stream) &+ 1)
    state = next() ^ (state &* 0xD134_2543_DE82_EF95)
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }

  /// A whole number from 0 to below `bound`, by multiplication instead of division.
  @inline(__always)
  mutating func below(_ bound: Int) -> Int {
    Int(truncatingIfNeeded: ((next() >> 32) &* UInt64(truncatingIfNeeded: bound)) >> 32)
  }

  /// A number from 0 to below 1.
  @inline(__always)
  mutating func unit() -> Float {
    Float(next() >> 40) * 0x1p-24
  }
}
