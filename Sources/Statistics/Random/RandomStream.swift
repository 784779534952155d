internal import CGSL

/// One named source of random numbers: the same seed, purpose and indices always give the same
/// numbers, and no other stream's consumers can shift them.
///
/// ```swift
/// var stream = RandomStream(seed: 7, purpose: "routing", step, layer, rank)
/// let share = stream.uniform()
/// ```
///
/// Making a stream costs tens of nanoseconds and no allocation, so make one for each thing that is
/// drawn. It is not copyable: two copies would hand out the same "independent" numbers.
///
/// The bits are the same on every machine. Integer draws and ``uniform()`` use them through
/// arithmetic that IEEE 754 fixes; ``gamma(shape:scale:)`` and what rests on it also call the
/// system's `log` and `pow`, whose last bit may differ between C libraries.
public struct RandomStream: ~Copyable, Sendable {
  var generator: Xoshiro256

  /// The stream named by `purpose` and `indices` under `seed`.
  public init(seed: UInt64, purpose: String, _ indices: Int...) {
    self.init(seed: seed, purpose: purpose, indices: indices)
  }

  /// The stream named by `purpose` and `indices` under `seed`.
  public init(seed: UInt64, purpose: String, indices: [Int]) {
    GSL.ready
    generator = Xoshiro256(key: RandomStream.key(seed: seed, purpose: purpose, indices: indices))
  }

  /// 64 bits that name a stream: FNV-1a over the purpose, then every word through SplitMix64.
  ///
  /// Swift's `Hasher` would differ from process to process. The lengths are mixed in, so that
  /// ("a", 1) and ("a", 1, 0) differ.
  static func key(seed: UInt64, purpose: String, indices: [Int]) -> UInt64 {
    var name: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in purpose.utf8 {
      name = (name ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
    }
    var key = SplitMix64.mix(seed &+ 0x9E37_79B9_7F4A_7C15)
    key = SplitMix64.mix(key ^ name)
    key = SplitMix64.mix(key &+ UInt64(indices.count))
    for index in indices {
      key = SplitMix64.mix((key &* 0xD134_2543_DE82_EF95) ^ UInt64(bitPattern: Int64(index)))
    }
    return key
  }

  /// 64 random bits.
  public mutating func next() -> UInt64 { generator.next() }

  /// A number in [0, 1) with 53 random bits.
  public mutating func uniform() -> Double { generator.nextUniform() }

  /// A whole number in 0 ..< `bound`, every one equally likely (Lemire's multiplication).
  ///
  /// - Precondition: `bound` is positive.
  public mutating func uniformInteger(below bound: Int) -> Int {
    precondition(bound > 0, "A range of whole numbers needs at least one number.")
    let width = UInt64(bound)
    var product = generator.next().multipliedFullWidth(by: width)
    if product.low < width {
      let rejected = (0 &- width) % width
      while product.low < rejected {
        product = generator.next().multipliedFullWidth(by: width)
      }
    }
    return Int(product.high)
  }

  /// Puts `elements` into random order, every order equally likely (Fisher and Yates).
  ///
  /// - Complexity: O(*n*).
  public mutating func shuffle<Element>(_ elements: inout [Element]) {
    for last in stride(from: elements.count - 1, to: 0, by: -1) {
      elements.swapAt(last, uniformInteger(below: last + 1))
    }
  }

  /// Runs `draw` with a GSL generator that takes its bits from this stream.
  mutating func withGSL<Result>(_ draw: (UnsafePointer<gsl_rng>) -> Result) -> Result {
    withUnsafeMutablePointer(to: &generator) { state in
      var handle = gsl_rng(type: RandomStream.generatorType, state: state)
      return withUnsafePointer(to: &handle, draw)
    }
  }

  /// What GSL needs to know of our generator: its range and how to ask it for bits.
  ///
  /// `nonisolated(unsafe)`: written once here, then only read; GSL wants its address to stay.
  private nonisolated(unsafe) static let generatorType: UnsafePointer<gsl_rng_type> = {
    let type = UnsafeMutablePointer<gsl_rng_type>.allocate(capacity: 1)
    type.initialize(
      to: gsl_rng_type(
        name: nil, max: UInt.max, min: 0, size: MemoryLayout<Xoshiro256>.size,
        set: { state, seed in
          state?.storeBytes(of: Xoshiro256(key: UInt64(seed)), as: Xoshiro256.self)
        },
        get: { state in
          guard let state else { return 0 }
          return UInt(state.assumingMemoryBound(to: Xoshiro256.self).pointee.next())
        },
        get_double: { state in
          guard let state else { return 0 }
          return state.assumingMemoryBound(to: Xoshiro256.self).pointee.nextUniform()
        }))
    return UnsafePointer(type)
  }()
}
