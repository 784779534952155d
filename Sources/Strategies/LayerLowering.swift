import Domain
import Plan

/// One layer of one expert-parallel group in one micro-batch: what it moves, and the stations that
/// every pass is lowered to.
///
/// Stations are added by the extensions of this type. Between them it remembers the operations that
/// the next station waits for, one for each rank of the group.
struct LayerLowering {
  let context: StepContext
  let style: LayerStyle
  let sizes: LayerSizes
  let memory: LayerMemory
  let layer: RoutedLayer
  /// Position of the layer in the step.
  let index: Int
  let group: Range<Int>
  let microBatch: Int
  /// What is planned on the critical path, after the gate.
  let planning: PlanningWork
  /// Whether foreign weights have memory of their own for the whole step.
  let weightsHaveSlots: Bool
  /// Whether prefetched weights are given back after the forward pass and fetched again.
  let isRematerialized: Bool
  /// Whether rows wait until prefetched weights and their gradients have travelled.
  let separatesPrefetch: Bool
  private let isPlainRouting: Bool
  private let droppedCopies: Int
  private let paddedCopies: [Int]
  /// Experts that changed ranks before the step.
  private let migration: ExpertMigration?
  /// Ranks that still have weights from earlier steps, `[experts][ranks]`; empty where none do.
  private let leftHolders: [[Int]]
  /// Where every copy is computed, kept on request.
  private let assignment: CopyAssignment?
  /// What is exchanged and computed, part by part.
  let chunks: [LayerChunk]
  /// Weights that travel once the layer is planned.
  let reactive: WeightMovement
  /// Weights that travel before the layer is routed.
  let prefetched: WeightMovement

  /// The pass that is being lowered.
  var pass = Pass.forward
  /// Operations that the next station waits for, by station: `[members]`, or `[chunks][members]`.
  var routed: [OperationID] = []
  var prefetchedWeights: [OperationID] = []
  var reactiveWeights: [OperationID] = []
  var exchanged: [[OperationID]] = []
  var computed: [[OperationID]] = []
  var gradientsHome: [OperationID] = []
  /// Weights and gradients under way beside the attention before the layer, which rows wait for.
  var prefetchBefore: [OperationID] = []

  init(
    context: StepContext, style: LayerStyle, sizes: LayerSizes, memory: LayerMemory,
    layer: RoutedLayer, index: Int, group: Range<Int>, microBatch: Int, decision: LayerDecision,
    migration: ExpertMigration?, builder: inout PlanBuilder
  ) {
    self.context = context
    self.style = style
    self.sizes = sizes
    self.memory = memory
    self.layer = layer
    self.index = index
    self.group = group
    self.microBatch = microBatch
    planning = decision.planning
    weightsHaveSlots = decision.weightsHaveSlots
    droppedCopies = decision.droppedCopies
    paddedCopies = decision.paddedCopies
    self.migration = migration
    leftHolders = decision.leftHolders
    isRematerialized = decision.isRematerialized
    separatesPrefetch = decision.separatesPrefetch
    isPlainRouting = decision.isPlainRouting
    assignment = context.keepsAssignments ? decision.dispatch.assignment : nil
    let table = LayerTraffic.table(
      decision.dispatch, layer: layer, group: group, cluster: context.cluster,
      deduplication: style.deduplication)
    var chunks: [LayerChunk] = []
    for number in 0..<style.chunks {
      chunks.append(
        LayerChunk(
          decision.dispatch, traffic: table, number, of: style.chunks, builder: &builder))
    }
    self.chunks = chunks
    reactive = WeightMovement(decision.weightTransfers, members: group.count)
    prefetched = WeightMovement(stages: decision.prefetchedStages, members: group.count)
  }

  // MARK: - What stations share

  func tokens(on rank: Int) -> Int32 { layer.tokens[rank] }

  /// Rows that a rank sends for its own tokens: one a copy, but for those dropped or padded.
  func copies(on rank: Int) -> Double {
    chunks.reduce(0) { $0 + Double($1.sentRows[rank - group.lowerBound]) }
  }

  /// Copies that the gate of a rank makes.
  func gatedCopies(on rank: Int) -> Int32 { layer.tokens[rank] * Int32(layer.topK) }

  /// Bytes of the hidden vectors that a member sends in one chunk.
  func sentBytes(_ chunk: LayerChunk, _ member: Int) -> Double {
    Double(chunk.sentRows[member]) * sizes.hiddenRow
  }

  /// Bytes of the hidden vectors that a member receives in one chunk.
  func receivedBytes(_ chunk: LayerChunk, _ member: Int) -> Double {
    Double(chunk.computedRows[member]) * sizes.hiddenRow
  }

  /// Bytes of activations that a member's experts hold while they run.
  func runningBytes(_ chunk: LayerChunk, _ member: Int) -> Double {
    let rows =
      style.activations == .allRows ? chunk.computedRows[member] : chunk.largestRows[member]
    return Double(rows) * sizes.intermediateRow
  }

  /// What the last exchange so far ended with.
  var lastExchanged: [OperationID] { exchanged.last ?? [] }

  /// An exchange of all chunks, one after another: `after` gives what each waits for, `memory` what it
  /// takes and gives back.
  func addExchange(
    _ kind: OperationKind, unitBytes: Double, isReturn: Bool, to builder: inout PlanBuilder,
    after: (_ chunk: Int, _ member: Int) -> [OperationID],
    memory: (_ chunk: LayerChunk, _ member: Int) -> [MemoryChange]
  ) -> [[OperationID]] {
    var ends: [[OperationID]] = []
    for (number, chunk) in chunks.enumerated() {
      let work = exchange(
        chunk.traffic.payload(unitBytes: unitBytes, isReturn: isReturn), in: &builder)
      ends.append(
        group.enumerated().map { member, rank in
          add(
            work, kind, on: rank, lane: .communication, after: after(number, member),
            memory: memory(chunk, member), to: &builder)
        })
    }
    return ends
  }

  /// An operation of this layer, pass and micro-batch.
  @discardableResult
  func add(
    _ work: Work, _ kind: OperationKind, on rank: Int, lane: Lane = .compute,
    after: [OperationID], memory: [MemoryChange] = [], to builder: inout PlanBuilder
  ) -> OperationID {
    builder.add(
      work, kind, on: rank, lane: lane, layer: index, pass: pass, microBatch: microBatch,
      processors: lane == .compute ? style.processors(of: kind) : 1, after: after, memory: memory)
  }

  /// An exchange of the whole group.
  func exchange(_ payload: Exchange.Payload, in builder: inout PlanBuilder) -> Work {
    builder.add(Exchange(payload: payload, firstRank: group.lowerBound, ranks: group.count))
  }

  /// Experts that changed ranks for the layer before the step.
  private var migrated: Int {
    microBatch == 0 ? migration?.count(inLayerAt: index) ?? 0 : 0
  }

  /// What the strategy decided, for metrics.
  var outcome: LayerOutcome {
    var outcome = LayerOutcome(
      layer: index, firstRank: group.lowerBound, microBatch: microBatch,
      computedCopies: (0..<group.count).map { member in
        let rows = chunks.reduce(0) { $0 + $1.computedRows[member] }
        return Int32(rows - (paddedCopies.isEmpty ? 0 : paddedCopies[member]))
      },
      weightTransfers: reactive.count + prefetched.count + migrated,
      isPlainRouting: isPlainRouting, droppedCopies: droppedCopies,
      paddedCopies: paddedCopies.map { Int32($0) }, assignment: assignment)
    if context.keepsAssignments {
      outcome.keepers = context.placement.holders(layerAt: index)
      outcome.holders = migration?.before.holders(layerAt: index) ?? outcome.keepers
      for (expert, ranks) in leftHolders.enumerated() {
        outcome.holders[expert] += ranks.filter { !outcome.holders[expert].contains($0) }
      }
    }
    return outcome
  }
}
