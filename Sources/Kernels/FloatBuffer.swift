/// A row of floats at a fixed address, aligned to cache lines and zero at first.
///
/// A class because it owns memory that other ranks copy out of. It may cross threads: the executor
/// lets one rank write while no other reads, and hands over at exchanges.
public final class FloatBuffer: @unchecked Sendable {
  /// How many floats it holds.
  public let count: Int
  public let pointer: UnsafeMutablePointer<Float>

  public init(count: Int) {
    self.count = count
    let bytes = max(64, count * MemoryLayout<Float>.stride)
    let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    raw.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    pointer = raw.bindMemory(to: Float.self, capacity: max(16, count))
  }

  /// Bytes it holds.
  public var bytes: Int { count * MemoryLayout<Float>.stride }

  /// The elements as an array, for checks.
  public var array: [Float] { Array(UnsafeBufferPointer(start: pointer, count: count)) }

  /// Makes all elements 0.
  public func clear() { pointer.update(repeating: 0, count: count) }

  deinit { pointer.deallocate() }
}
