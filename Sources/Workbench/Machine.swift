import CostModels
import Domain
import NetworkSharing
import Plan
import Quantities
import Scenarios
package import Simulator
import Strategies

/// A scenario's cluster, ready to run plans of one implementation.
package struct Machine: Sendable {
  package let simulator: PlanSimulator
  let links: ClusterLinks
  /// What strategies may know of it.
  let profile: MachineProfile

  /// - Throws: ``WorkbenchError`` where the cluster cannot be cabled.
  init(
    _ scenario: Scenario, implementation: Implementation, parameters: CostParameters
  ) throws(WorkbenchError) {
    let parts =
      scenario.cluster.accelerator.processor.map { Self.cores(scenario, profile: $0) }
      ?? Self.accelerators(scenario, implementation: implementation, parameters: parameters)
    profile = parts.profile
    do {
      links = try ClusterLinks(parts.shape)
    } catch {
      throw .failed("the cluster cannot be cabled: \(error.message)")
    }
    simulator = PlanSimulator(
      cluster: scenario.cluster, links: links, costs: parts.costs, fidelity: parts.fidelity)
  }

  private typealias Parts = (
    shape: ClusterShape, costs: any OperationCostModel, fidelity: NetworkFidelity,
    profile: MachineProfile
  )

  private static func accelerators(
    _ scenario: Scenario, implementation: Implementation, parameters: CostParameters
  ) -> Parts {
    let costs = MachineCosts(
      cluster: scenario.cluster, model: scenario.model, workload: scenario.workload,
      expertRanks: scenario.parallelism.expert, parameters: parameters)
    let fractions = costs.linkFractions(implementation)
    return (
      ClusterShape(scenario.cluster, fractions: fractions), costs,
      NetworkFidelity(scenario.simulation.network),
      MachineProfile(
        attentionSeconds: costs.attentionSeconds(tokens: scenario.workload.tokensPerMicroBatch))
    )
  }

  /// Ranks that are processor cores of one machine: they share its memory and have no network.
  private static func cores(_ scenario: Scenario, profile: ProcessorProfile) -> Parts {
    let costs = ProcessorCosts(
      profile: profile, cluster: scenario.cluster, model: scenario.model,
      workload: scenario.workload)
    // Executed models have no attention.
    let known = MachineProfile(attentionSeconds: 0)
    return (ClusterShape(scenario.cluster), costs, .memoryCopies(profile.copy), known)
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
    case .memoryCopies: "memory copies"
    case .fluid(let tolerance):
      tolerance > 0 ? "fluid within \(QuantityFormat.percent(tolerance))" : "fluid"
    }
  }
}
