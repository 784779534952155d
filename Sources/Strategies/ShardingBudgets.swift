import Domain
import Plan
private import Quantities

/// How many experts' weights travel while a layer attends.
///
/// Source: Hecate (arXiv 2502.02581): t = T_nonMoE · bandwidth / bytes of an expert, with the
/// bandwidth between nodes where the group spans several. A node takes in one copy of each expert
/// over all its NICs and hands it on inside, so the node's bandwidth counts, not one rank's.
struct OverlapBudget {
  /// The overlap degree t.
  let experts: Int

  init(_ context: StepContext) {
    let profile = context.profile
    let attention = profile?.attentionSeconds ?? LayerEstimate(context).attentionSeconds
    let cluster = context.cluster
    let perNode = cluster.acceleratorsPerNode
    let isFar = context.parallelism.expert > perNode && cluster.nodes > 1
    let bandwidth =
      isFar
      ? cluster.interNode.bandwidth.bytesPerSecond * Double(perNode)
      : cluster.intraNode.bandwidth.bytesPerSecond
    let degree = attention * bandwidth / context.model.expertBytes
    experts = degree < Double(context.model.experts) ? max(0, Int(degree)) : context.model.experts
  }
}

/// How many copies of experts a rank has room for in each layer.
///
/// Free is what the weights, their training states, the reserve and the activations of balanced
/// routing leave.
struct MemoryBudget {
  private let context: StepContext
  private let free: Double

  init(_ context: StepContext) {
    self.context = context
    var builder = PlanBuilder(
      ranks: context.cluster.ranks, model: context.model, workload: context.workload,
      implementation: .fused)
    ResidentMemory(context: context).hold(in: &builder)
    let held = builder.finish().residentBytes.map { $0.reduce(0, +) }.max() ?? 0
    free =
      context.cluster.accelerator.memoryCapacity.bytes - Double(held)
      - Self.activations(of: context)
  }

  /// Copies for each layer: those of all layers are held at once, or two layers' where they are
  /// gathered again, one in use and one under way.
  func copiesPerLayer(isRematerialized: Bool) -> Int {
    let layers = max(1, context.model.layers.count)
    let held = isRematerialized || context.workload.phase != .training ? min(2, layers) : layers
    let copies = free / (Double(held) * context.model.expertBytes)
    return copies < Double(context.model.experts) ? max(0, Int(copies)) : context.model.experts
  }

  /// Activations of a step whose copies are spread evenly.
  private static func activations(of context: StepContext) -> Double {
    let workload = context.workload
    let memory = LayerMemory(context: context)
    let parts = workload.phase == .training ? max(1, workload.microBatches) : 1
    let tokens = Double(workload.tokensPerRank) / Double(parts)
    let copies = tokens * Double(context.model.topK)
    let sizes = LayerSizes(model: context.model)
    // Own and received rows, sorted twice, and what the experts hold while they run.
    let running = copies * (5 * sizes.hiddenRow + sizes.intermediateRow)
    guard memory.isTraining else { return running }
    let layer =
      memory.kept(tokens: Int32(clamping: Int(tokens))) + memory.rows(Int(copies))
      + memory.results(copies) + memory.sharedExperts(tokens: Int32(clamping: Int(tokens)))
    let layers = Double(context.model.layers.count)
    return running
      + (memory.isCheckpointing ? layer + layers * tokens * memory.input : layers * layer)
  }
}

/// Seconds of a layer's MoE part for one plan or another, before it runs.
///
/// The slowest rank's experts, and the two exchanges at the busiest port: what calibration weighs.
/// The paper does not say how it estimates.
struct MoELayerEstimate {
  let context: StepContext
  let routes: WeightRoutes

  func seconds(of dispatch: CopyDispatch) -> Double {
    let estimate = LayerEstimate(context)
    let rows = (0..<dispatch.ranks).map { rank in
      dispatch.rows[(rank * dispatch.experts)..<((rank + 1) * dispatch.experts)]
    }
    let compute = rows.reduce(0.0) { slowest, row in
      let experts = row.count { $0 > 0 }
      return max(slowest, estimate.expertSeconds(rows: row.reduce(0, +), experts: experts))
    }
    let passes = context.workload.phase == .training ? 3.0 : 1.0
    return passes * compute + exchangeSeconds(of: dispatch) * (passes > 1 ? 2 : 1)
  }

  /// Dispatch and combine of one pass.
  private func exchangeSeconds(of dispatch: CopyDispatch) -> Double {
    let ranks = dispatch.ranks
    var near = [Int](repeating: 0, count: ranks)
    var far = near
    for source in 0..<ranks {
      for destination in 0..<ranks where source != destination {
        let copies = dispatch.copies(from: source, to: destination)
        if routes.node(of: source) == routes.node(of: destination) {
          near[destination] += copies
        } else {
          far[destination] += copies
        }
      }
    }
    let row = context.model.tokenBytes + context.model.combineBytes
    let estimate = LayerEstimate(context)
    return max(
      estimate.portSeconds(bytes: Double(near.max() ?? 0) * row, isFar: false),
      estimate.portSeconds(bytes: Double(far.max() ?? 0) * row, isFar: true))
  }

  /// Messages of weights, the busiest port's one after another.
  func seconds(of transfers: [LeastLoadedAssignment.Transfer], ranks: Int) -> Double {
    let estimate = LayerEstimate(context)
    var busy = [Double](repeating: 0, count: ranks)
    for transfer in transfers {
      let isFar = routes.node(of: transfer.from) != routes.node(of: transfer.to)
      let seconds = estimate.portSeconds(bytes: context.model.expertBytes, isFar: isFar)
      busy[transfer.from] += seconds
      busy[transfer.to] += seconds
    }
    let passes = context.workload.phase == .training ? 2.0 : 1.0
    return passes * (busy.max() ?? 0)
  }
}
