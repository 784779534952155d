public import Plan

/// Seconds for the work of a plan; the simulator asks it for everything that is not traffic.
public protocol OperationCostModel: Sendable {
  /// The model with what it wants to know of the whole plan first; itself where that is nothing.
  func prepared(for plan: ExecutionPlan) -> any OperationCostModel

  /// Seconds that `operation` takes on its rank, exchanges excepted.
  func seconds(of operation: Operation, in plan: ExecutionPlan) -> Double

  /// Seconds between a rank's entry into an exchange and its first byte: kernel launches,
  /// notification, host code.
  func startupSeconds(of payload: Exchange.Payload, in plan: ExecutionPlan) -> Double

  /// Seconds of a collective of `bytes` on every rank, once all ranks have entered.
  func collectiveSeconds(_ kind: CollectiveKind, bytes: Double, ranks: RankSet) -> Double
}

extension OperationCostModel {
  public func prepared(for plan: ExecutionPlan) -> any OperationCostModel { self }
}
