/// The xoshiro256++ generator: 64 random bits a call from 256 bits of state.
///
/// Source: D. Blackman and S. Vigna, *Scrambled linear pseudorandom number generators*, ACM TOMS
/// 47 (2021). It replaces GSL's own generators underneath GSL's distributions for one reason:
/// `taus2` and `mt19937` are seeded with 32 bits, so of the sixty thousand streams of a run (1,024
/// ranks × 58 layers) two would coincide about every third time.
struct Xoshiro256: Sendable {
  private var a: UInt64
  private var b: UInt64
  private var c: UInt64
  private var d: UInt64

  /// A generator whose state is spread from `key` by SplitMix64, as the authors advise.
  init(key: UInt64) {
    var spread = SplitMix64(state: key)
    a = spread.next()
    b = spread.next()
    c = spread.next()
    d = spread.next()
  }

  /// A generator in exactly this state, which must not be all zeros.
  init(state: (UInt64, UInt64, UInt64, UInt64)) {
    (a, b, c, d) = state
  }

  @inline(__always)
  mutating func next() -> UInt64 {
    let result = rotate(a &+ d, 23) &+ a
    let shifted = b &<< 17
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = rotate(d, 45)
    return result
  }

  /// A double in [0, 1) with 53 random bits.
  @inline(__always)
  mutating func nextUniform() -> Double {
    Double(next() &>> 11) * 0x1p-53
  }
}

/// The SplitMix64 generator; here it spreads seeds and mixes stream names.
///
/// Source: G. Steele, D. Lea and C. Flood, *Fast splittable pseudorandom number generators*,
/// OOPSLA 2014.
struct SplitMix64: Sendable {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return SplitMix64.mix(state)
  }

  /// The finalizer: a bijection of 64 bits in which every input bit moves every output bit.
  static func mix(_ word: UInt64) -> UInt64 {
    var z = word
    z = (z ^ (z &>> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z &>> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z &>> 31)
  }
}

@inline(__always)
private func rotate(_ word: UInt64, _ distance: UInt64) -> UInt64 {
  (word &<< distance) | (word &>> (64 &- distance))
}
