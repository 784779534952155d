package import Calibration
import CostModels
import Domain
import NetworkSharing
import Plan
import Quantities
import Simulator

/// Replays a recorded timeline on the event simulator: kernel times in, overlapped makespan out.
package struct TraceReplay {
  /// Microseconds from the first start to the last end.
  package let makespan: Double

  /// Runs the kernels of `trace`, each as long as recorded and after what it waited for.
  ///
  /// - Throws: ``WorkbenchError`` where the trace has more than three streams.
  package init(_ trace: KernelTrace) throws(WorkbenchError) {
    let streams = trace.busy.sorted { $0.microseconds > $1.microseconds }.map(\.stream)
    guard streams.count <= Lane.allCases.count else {
      throw .failed("\(streams.count) streams in \(trace.csv.file); three can run at a time")
    }
    let lanes = Dictionary(uniqueKeysWithValues: zip(streams, Lane.allCases))
    let model = MoEModel(
      name: "trace", layers: [0], hiddenSize: 1, expertIntermediateSize: 1, experts: 1, topK: 1)
    var builder = PlanBuilder(
      ranks: 1, model: model, workload: Workload(phase: .training, tokensPerRank: 1, steps: 1),
      implementation: .fused)
    for kernel in trace.kernels {
      builder.add(
        .memoryPass(bytes: kernel.duration, launches: 1), .other, on: 0,
        lane: lanes[kernel.stream] ?? .compute, after: kernel.waitsFor.map { OperationID($0) })
    }
    do {
      let record = try Self.machine().run(builder.finish())
      makespan = record.makespan.seconds * 1e6
    } catch {
      throw .failed("the trace cannot be replayed: \(error)")
    }
  }

  /// One accelerator; nothing of it matters but that it runs lanes side by side.
  private static func machine() throws -> PlanSimulator {
    let link = LinkProfile(bandwidth: Bandwidth(bytesPerSecond: 1e9), latencySeconds: 0)
    let accelerator = Accelerator(
      id: "recorded", name: "recorded", architecture: "recorded", memoryCapacity: ByteCount(1e12),
      memoryBandwidth: link.bandwidth, peaks: [:], source: "trace", confidence: .given)
    let cluster = Cluster(
      accelerator: accelerator, nodes: 1, acceleratorsPerNode: 1, intraNodeKind: .nvSwitch,
      intraNode: link, interNode: link, fabric: Fabric())
    return PlanSimulator(
      cluster: cluster, links: try ClusterLinks(ClusterShape(cluster)), costs: RecordedCosts(),
      fidelity: .analytic)
  }
}

/// Costs of recorded kernels: a byte stands for a microsecond.
private struct RecordedCosts: OperationCostModel {
  func seconds(of operation: Operation, in plan: ExecutionPlan) -> Double {
    guard case .memoryPass(let microseconds, _) = operation.work else { return 0 }
    return microseconds * 1e-6
  }

  func startupSeconds(of payload: Exchange.Payload, in plan: ExecutionPlan) -> Double { 0 }

  func collectiveSeconds(_ kind: CollectiveKind, bytes: Double, ranks: RankSet) -> Double { 0 }
}
