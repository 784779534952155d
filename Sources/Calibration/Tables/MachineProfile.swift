public import Domain

/// An accelerator with the links of the node it usually sits in.
public struct MachineProfile: Hashable, Sendable {
  public var accelerator: Accelerator
  /// Bytes a second from one accelerator to its node's others, one direction.
  public var linkRate: Double
  /// Bytes a second of the accelerator's share of the node's NICs, one direction.
  public var networkRate: Double
  public var acceleratorsPerNode: Int

  public init(
    accelerator: Accelerator, linkRate: Double, networkRate: Double, acceleratorsPerNode: Int
  ) {
    self.accelerator = accelerator
    self.linkRate = linkRate
    self.networkRate = networkRate
    self.acceleratorsPerNode = acceleratorsPerNode
  }
}

/// Finds machines by the labels that measured tables use.
public protocol MachineResolver: Sendable {
  func machine(named label: String) -> MachineProfile?
  /// The known name most like `label`, for messages.
  func nearestName(to label: String) -> String?
}
