public import CostModels
public import Domain
import EventKernel
public import NetworkSharing
public import Plan
import Quantities

/// How exactly the network is modelled.
public enum NetworkFidelity: Hashable, Sendable {
  /// Max-min fair sharing of every link, flow by flow; within `tolerance` of the exact times.
  case fluid(tolerance: Double)
  /// The busiest link's bytes over its capacity, exchange by exchange.
  case analytic
  /// No network: ranks share a memory, and each copies what it receives, one message after another,
  /// as soon as all members of the exchange have come. Seconds of a copy by its bytes.
  case memoryCopies(SizeCurve)
}

/// Why a plan cannot be simulated.
public enum SimulationError: Error, Hashable, Sendable {
  case plan(PlanFault)
  /// The network's description is not one: a link without capacity, a bad shape.
  case network(String)
  /// Operations that wait for each other for ever: a fault of the strategy.
  case stalled(operations: Int)

  public var message: String {
    switch self {
    case .plan(let fault): "the strategy's plan is not valid: \(fault.message)"
    case .network(let detail): "the network cannot be simulated: \(detail)"
    case .stalled(let operations): "\(operations) operations wait for each other for ever"
    }
  }
}

/// Runs plans on the event kernel: one lane of a rank carries one operation at a time, messages
/// share links, memory is taken and given back.
public struct PlanSimulator: PlanRunner, Sendable {
  private let costs: any OperationCostModel
  private let routes: Routes
  private let fidelity: NetworkFidelity
  private let memoryCapacity: Int64

  public init(
    cluster: Cluster, links: ClusterLinks, costs: any OperationCostModel,
    fidelity: NetworkFidelity
  ) {
    self.costs = costs
    routes = Routes(links)
    self.fidelity = fidelity
    memoryCapacity = Int64(min(9e18, max(0, cluster.accelerator.memoryCapacity.bytes)))
  }

  /// Checks `plan` and runs it once.
  ///
  /// - Throws: ``SimulationError/plan(_:)`` for the first rule that the plan breaks, the others where
  ///   it cannot go on.
  /// - Complexity: O(operations log operations) and the network's own cost.
  public func run(_ plan: ExecutionPlan) throws(SimulationError) -> RunRecord {
    try run(plan, measured: nil)
  }

  /// Composes durations that were measured, operation by operation, on the same clock: lanes and
  /// dependencies decide when operations start, and an exchange takes its measured time on every
  /// member once all members have come.
  ///
  /// - Precondition: there is a duration in seconds for every operation.
  /// - Throws: ``SimulationError/plan(_:)`` for the first rule that the plan breaks.
  public func compose(
    _ plan: ExecutionPlan, seconds: [Double]
  ) throws(SimulationError) -> RunRecord {
    precondition(seconds.count == plan.operations.count, "every operation needs its duration")
    return try run(plan, measured: seconds)
  }

  private func run(
    _ plan: ExecutionPlan, measured: [Double]?
  ) throws(SimulationError) -> RunRecord {
    do { try plan.validate() } catch { throw .plan(error) }
    var run = try SimulationRun(
      plan: plan, costs: costs, routes: routes, fidelity: fidelity, memoryCapacity: memoryCapacity,
      measured: measured)
    return try run.toTheEnd()
  }
}
