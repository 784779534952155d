import CostModels
import Domain
import Quantities

/// An accelerator of round numbers: 1 TB/s, 100 TFLOPS in 16 bits, 200 in 8.
func roundAccelerator(
  id: String = "round", architecture: String = "Test"
) -> Accelerator {
  Accelerator(
    id: id, name: id, architecture: architecture, memoryCapacity: ByteCount(80e9),
    memoryBandwidth: Bandwidth(gigabytesPerSecond: 1000),
    peaks: [.bf16: ComputeRate(teraflops: 100), .fp8: ComputeRate(teraflops: 200)],
    source: "test", confidence: .given)
}

/// A node of eight such accelerators with 100 GB/s links, several of them joined by 10 GB/s NICs.
func roundCluster(nodes: Int = 1) -> Cluster {
  Cluster(
    accelerator: roundAccelerator(), nodes: nodes, acceleratorsPerNode: 8, intraNodeKind: .nvSwitch,
    intraNode: LinkProfile(bandwidth: Bandwidth(gigabytesPerSecond: 100), latencySeconds: 1e-6),
    interNode: LinkProfile(bandwidth: Bandwidth(gigabytesPerSecond: 10), latencySeconds: 5e-6),
    fabric: Fabric())
}

/// Constants of a set in the formula's order, the named ones set.
func values<Formula: CalibratedFormula>(
  of formula: Formula.Type, _ named: [String: Double]
) -> [Double] {
  formula.constants.map { named[$0.name] ?? $0.lower }
}
