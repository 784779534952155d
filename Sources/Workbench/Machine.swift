import CostModels
import Domain
import NetworkSharing
import Plan
import Quantities
import Scenarios
package import Simulator

/// A scenario's cluster, ready to run plans of one implementation.
package struct Machine: Sendable {
  package let simulator: PlanSimulator
  let links: ClusterLinks

  /// - Throws: ``WorkbenchError`` where the cluster cannot be cabled.
  init(
    _ scenario: Scenario, implementation: Implementation, parameters: CostParameters
  ) throws(WorkbenchError) {
    let costs = MachineCosts(
      cluster: scenario.cluster, model: scenario.model, workload: scenario.workload,
      expertRanks: scenario.parallelism.expert, parameters: parameters)
    do {
      links = try ClusterLinks(
        ClusterShape(scenario.cluster, fractions: costs.linkFractions(implementation)))
    } catch {
      throw .failed("the cluster cannot be cabled: \(error.message)")
    }
    simulator = PlanSimulator(
      cluster: scenario.cluster, links: links, costs: costs,
      fidelity: NetworkFidelity(scenario.simulation.network))
  }
}

extension ClusterShape {
  /// The shape of a cluster, its line rates reduced to the parts that messages reach.
  init(_ cluster: Cluster, fractions: (node: Double, network: Double) = (1, 1)) {
    self.init(
      ranks: cluster.ranks, ranksPerNode: cluster.acceleratorsPerNode,
      intraNodeBandwidth: cluster.intraNode.bandwidth.bytesPerSecond * fractions.node,
      intraNodeLatency: cluster.intraNode.latencySeconds,
      interNodeBandwidth: cluster.interNode.bandwidth.bytesPerSecond * fractions.network,
      interNodeLatency: cluster.interNode.latencySeconds)
    intraNode =
      switch cluster.intraNodeKind {
      case .nvSwitch: .nvswitch
      case .mesh: .mesh
      case .pcie: .pcie
      }
    fabric = cluster.fabric.kind == .railOptimized ? .railOptimized : .fatTree
    oversubscription = cluster.fabric.oversubscription
    nodesPerLeaf = cluster.fabric.nodesPerLeaf
    ranksPerNIC = cluster.fabric.acceleratorsPerNIC
    slowdown = cluster.networkFactors
  }
}

extension NetworkFidelity {
  /// The fidelity that a scenario chose.
  init(_ spec: ComponentSpec) {
    self =
      spec.kind == "analytic" ? .analytic : .fluid(tolerance: spec.number("tolerance") ?? 0)
  }

  /// What reports call it.
  var label: String {
    switch self {
    case .analytic: "analytic"
    case .fluid(let tolerance):
      tolerance > 0 ? "fluid within \(QuantityFormat.percent(tolerance))" : "fluid"
    }
  }
}
