/// An amount of data in bytes.
public struct ByteCount: Hashable, Comparable, Sendable, Codable {
  /// The number of bytes.
  public var bytes: Double

  @inlinable public init(_ bytes: Double) { self.bytes = bytes }

  @inlinable public static var zero: ByteCount { ByteCount(0) }

  @inlinable public static func < (left: ByteCount, right: ByteCount) -> Bool {
    left.bytes < right.bytes
  }

  @inlinable public static func + (left: ByteCount, right: ByteCount) -> ByteCount {
    ByteCount(left.bytes + right.bytes)
  }
}

/// A rate of data in bytes a second, one direction.
public struct Bandwidth: Hashable, Comparable, Sendable, Codable {
  /// Bytes a second.
  public var bytesPerSecond: Double

  @inlinable public init(bytesPerSecond: Double) { self.bytesPerSecond = bytesPerSecond }

  /// The rate of `gigabytes` (10⁹ bytes) a second.
  @inlinable public init(gigabytesPerSecond gigabytes: Double) {
    self.bytesPerSecond = gigabytes * 1e9
  }

  @inlinable public static func < (left: Bandwidth, right: Bandwidth) -> Bool {
    left.bytesPerSecond < right.bytesPerSecond
  }
}

/// A rate of arithmetic in floating-point operations a second.
public struct ComputeRate: Hashable, Comparable, Sendable, Codable {
  /// Floating-point operations a second.
  public var flopsPerSecond: Double

  @inlinable public init(flopsPerSecond: Double) { self.flopsPerSecond = flopsPerSecond }

  /// The rate of `teraflops` (10¹² operations) a second.
  @inlinable public init(teraflops: Double) { self.flopsPerSecond = teraflops * 1e12 }

  @inlinable public static func < (left: ComputeRate, right: ComputeRate) -> Bool {
    left.flopsPerSecond < right.flopsPerSecond
  }
}
