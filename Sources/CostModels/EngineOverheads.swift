/// Host-side and launch costs that belong to a serving or training engine rather than to a kernel.
public struct EngineOverheads: Hashable, Sendable, Codable {
  /// Seconds to read expert counts back to the host before it can plan.
  public var countReadback: Double
  /// Seconds of host time for each expert a plan looks at.
  public var plannedExpert: Double
  /// Seconds of host time for each interval a plan decides.
  public var plannedDecision: Double
  /// Seconds to start one point-to-point message.
  public var message: Double
  /// Seconds before the first byte of a point-to-point batch.
  public var messageBatch: Double

  /// Defaults: a device-to-host copy with a stream synchronisation takes 10 to 20 us, an NCCL group
  /// call 10 us, one further message in the group 2 us; host loops run at about 0.1 us an expert.
  public init(
    countReadback: Double = 20e-6, plannedExpert: Double = 0.1e-6, plannedDecision: Double = 0.5e-6,
    message: Double = 2e-6, messageBatch: Double = 10e-6
  ) {
    self.countReadback = countReadback
    self.plannedExpert = plannedExpert
    self.plannedDecision = plannedDecision
    self.message = message
    self.messageBatch = messageBatch
  }
}
