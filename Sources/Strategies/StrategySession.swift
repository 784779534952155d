public import Domain
public import Plan

/// A strategy at work on one cell: what it has learnt from the steps before.
///
/// A session is a value. A copy taken before a step can plan that step at any time, on any core, and
/// always plans the same.
public protocol StrategySession: Sendable {
  /// The work of every rank for `step`, given the steps observed so far.
  ///
  /// - Parameter step: one routed layer for each of the model's MoE layers, with one source for
  ///   every rank of the cluster.
  func plan(_ step: RoutedStep) throws(StrategyError) -> ExecutionPlan

  /// Learns from a step that is over; steps come in order.
  mutating func observe(_ step: RoutedStep) throws(StrategyError)
}

/// A strategy whose plan of a step depends on that step alone.
public protocol MemorylessStrategy: Strategy {
  /// The work of every rank for `step`.
  func plan(_ step: RoutedStep, in context: StepContext) throws(StrategyError) -> ExecutionPlan
}

extension MemorylessStrategy {
  public var isLearning: Bool { false }

  public func session(in context: StepContext) -> any StrategySession {
    MemorylessSession(strategy: self, context: context)
  }
}

private struct MemorylessSession<Planner: MemorylessStrategy>: StrategySession {
  let strategy: Planner
  let context: StepContext

  func plan(_ step: RoutedStep) throws(StrategyError) -> ExecutionPlan {
    try strategy.plan(step, in: context)
  }

  mutating func observe(_ step: RoutedStep) {}
}
