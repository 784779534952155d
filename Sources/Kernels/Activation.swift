/// The activation x · σ(x) (SiLU), alone and as the gate of a product, and its derivative.
enum Activation {
  /// eˣ, eight at a time, within 2 ulp over the floats that σ needs.
  ///
  /// x = n·ln 2 + r with n taken from the low bits of x·log₂e + 1.5·2²³; eʳ by its series to the
  /// sixth power, which is exact to 1e-8 for |r| ≤ 0.35.
  @inline(__always)
  static func exp(_ value: SIMD8<Float>) -> SIMD8<Float> {
    let x = value.clamped(
      lowerBound: SIMD8(repeating: -87), upperBound: SIMD8(repeating: 87))
    let shift: Float = 12_582_912
    let shifted = x * 1.442_695_04 + shift
    let whole = shifted - shift
    let rest = (x - whole * 0.693_359_375) + whole * 2.121_944_4e-4
    var series = rest * (1.0 / 720) + (1.0 / 120)
    series = series * rest + (1.0 / 24)
    series = series * rest + (1.0 / 6)
    series = series * rest + 0.5
    series = series * rest + 1
    series = series * rest + 1
    let bits = unsafeBitCast(shifted, to: SIMD8<Int32>.self) &<< 23
    let power = unsafeBitCast(
      bits &+ SIMD8<Int32>(repeating: 127 << 23), to: SIMD8<Float>.self)
    return series * power
  }

  @inline(__always)
  static func sigmoid(_ x: SIMD8<Float>) -> SIMD8<Float> { 1 / (1 + exp(-x)) }

  /// Calls `body` with eight lanes at a time; the last call fills missing lanes with zeros.
  @inline(__always)
  private static func forEachEight(
    _ count: Int, _ body: (_ index: Int, _ lanes: Int) -> Void
  ) {
    var index = 0
    while index < count {
      body(index, min(8, count - index))
      index += 8
    }
  }

  @inline(__always)
  private static func load(_ pointer: UnsafePointer<Float>, _ lanes: Int) -> SIMD8<Float> {
    if lanes == 8 { return UnsafeRawPointer(pointer).loadUnaligned(as: SIMD8<Float>.self) }
    var result = SIMD8<Float>(repeating: 0)
    for lane in 0..<lanes { result[lane] = pointer[lane] }
    return result
  }

  @inline(__always)
  private static func store(
    _ value: SIMD8<Float>, to pointer: UnsafeMutablePointer<Float>, _ lanes: Int
  ) {
    if lanes == 8 {
      UnsafeMutableRawPointer(pointer).storeBytes(of: value, as: SIMD8<Float>.self)
    } else {
      for lane in 0..<lanes { pointer[lane] = value[lane] }
    }
  }

  /// `result = silu(gate)`, or `silu(gate) · up` where there is an `up`.
  static func forward(
    gate: UnsafePointer<Float>, up: UnsafePointer<Float>?,
    into result: UnsafeMutablePointer<Float>, count: Int
  ) {
    forEachEight(count) { index, lanes in
      let x = load(gate + index, lanes)
      let active = x * sigmoid(x)
      store(up.map { active * load($0 + index, lanes) } ?? active, to: result + index, lanes)
    }
  }

  /// Replaces `gate` and `up` by the gradients of a loss with respect to them, given `gradient`, its
  /// gradient with respect to ``forward(gate:up:into:count:)``'s result.
  static func backward(
    gradient: UnsafePointer<Float>, gate: UnsafeMutablePointer<Float>,
    up: UnsafeMutablePointer<Float>?, count: Int
  ) {
    forEachEight(count) { index, lanes in
      let x = load(gate + index, lanes)
      let outer = load(gradient + index, lanes)
      let s = sigmoid(x)
      let slope = s * (1 + x * (1 - s))
      if let up {
        let factor = load(up + index, lanes)
        store(outer * factor * slope, to: gate + index, lanes)
        store(outer * x * s, to: up + index, lanes)
      } else {
        store(outer * slope, to: gate + index, lanes)
      }
    }
  }
}
