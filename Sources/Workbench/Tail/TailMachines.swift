import CostModels
import Domain
import Plan
import Scenarios
import Simulator
import Strategies

/// The machine of a cell as it is, and with its slow ranks or slow links healed.
struct TailMachines: Sendable {
  private let machines: [Machine]

  /// - Throws: ``WorkbenchError`` where a healed cluster cannot be cabled, which the slow one could.
  init(_ cell: Cell, of scenario: Scenario) throws(WorkbenchError) {
    let implementation = cell.strategy.implementation(for: scenario.workload.phase)
    var machines: [Machine] = []
    for (compute, network) in [(false, false), (true, false), (false, true), (true, true)] {
      let healed = scenario.cluster.slowdowns.map { slowdown in
        Slowdown(
          ranks: slowdown.ranks, compute: compute ? 1 : slowdown.compute,
          network: network ? 1 : slowdown.network)
      }
      guard healed != scenario.cluster.slowdowns else {
        machines.append(cell.machine)
        continue
      }
      var other = scenario
      other.cluster.slowdowns = healed
      machines.append(
        try Machine(other, implementation: implementation, parameters: .shipped))
    }
    self.machines = machines
  }

  /// The machine without `removed`.
  func machine(without removed: TailFactors) -> Machine {
    machines[(removed.contains(.straggler) ? 1 : 0) + (removed.contains(.communication) ? 2 : 0)]
  }
}
