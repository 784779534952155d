import Domain
import NetworkSharing
import Plan
import Quantities
import Simulator

/// One step of one cell, simulated with every set of reasons taken away.
struct TailStep: Sendable {
  let step: Int
  let seconds: Double
  /// What the step takes without any reason for slowness.
  let undisturbedSeconds: Double
  /// Seconds that each factor takes, `[factors]`; they add up to the difference of the two.
  let factorSeconds: [Double]
  /// Seconds of each layer and group that go with each factor alone, `[factors][slots]`.
  let layerSeconds: [[Double]]
  let places: TailPlaces

  /// Simulates `plan` without every subset of `factors`.
  ///
  /// - Complexity: 2ⁿ simulations for *n* factors that are at work in the step.
  init(
    _ plan: ExecutionPlan, step: Int, factors: [TailFactor], cluster: Cluster,
    machines: TailMachines
  ) throws(WorkbenchError) {
    let counterfactual = Counterfactual(plan: plan, ranksPerNode: cluster.acceleratorsPerNode)
    let active = factors.filter { $0 != .weightTransfer || counterfactual.hasWeightTransfers }
    var seconds: [TailFactors: Double] = [:]
    var layers: [TailFactors: [Double]] = [:]
    var links: [TailFactors: [Double]] = [:]
    for removed in TailFactors.subsets(of: active) {
      let machine = machines.machine(without: removed)
      let changed = counterfactual.plan(without: removed)
      do {
        let record = try machine.simulator.run(changed)
        seconds[removed] = record.makespan.seconds
        guard removed.isSingle || removed.isEmpty else { continue }
        layers[removed] = StepMetrics(plan: changed, record: record).layerSeconds
        links[removed] = zip(record.linkBytes, machine.links.capacities).map { $0 / $1 }
      } catch {
        throw .failed("step \(step) without \(removed.names): \(error.message)")
      }
    }
    let all = active.reduce(TailFactors.none) { $0.union(TailFactors($1)) }
    let values = shapleyValues(of: active) { seconds[$0] ?? 0 }
    self.step = step
    self.seconds = seconds[.none] ?? 0
    undisturbedSeconds = seconds[all] ?? 0
    factorSeconds = factors.map { factor in
      active.firstIndex(of: factor).map { values[$0] } ?? 0
    }
    let whole = layers[.none] ?? []
    layerSeconds = factors.map { factor in
      guard let without = layers[TailFactors(factor)] else { return whole.map { _ in 0 } }
      return zip(whole, without).map { $0 - $1 }
    }
    places = TailPlaces(
      plan: plan, counterfactual: counterfactual, cluster: cluster,
      links: machines.machine(without: .none).links.names,
      busier: zip(links[.none] ?? [], links[TailFactors(.communication)] ?? []).map { $0 - $1 })
  }
}

extension TailFactors {
  fileprivate var isSingle: Bool { rawValue.nonzeroBitCount == 1 }

  fileprivate var names: String {
    TailFactor.allCases.filter(contains).map(\.name).joined(separator: ", ")
  }
}
