/// An accelerator of the cluster, counted node by node from zero.
public struct RankID: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
  /// The rank's number as stored in compact tables.
  public let rawValue: Int32

  @inlinable public init(_ index: Int) { rawValue = Int32(truncatingIfNeeded: index) }

  /// The rank's number as an array index.
  @inlinable public var index: Int { Int(rawValue) }

  @inlinable public static func < (left: RankID, right: RankID) -> Bool {
    left.rawValue < right.rawValue
  }

  public var description: String { "rank \(rawValue)" }
}

/// A routed expert of one layer, counted from zero.
public struct ExpertID: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
  /// The expert's number as stored in compact tables.
  public let rawValue: Int32

  @inlinable public init(_ index: Int) { rawValue = Int32(truncatingIfNeeded: index) }

  /// The expert's number as an array index.
  @inlinable public var index: Int { Int(rawValue) }

  @inlinable public static func < (left: ExpertID, right: ExpertID) -> Bool {
    left.rawValue < right.rawValue
  }

  public var description: String { "expert \(rawValue)" }
}
