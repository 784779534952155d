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
  private let isPlainRouting: Bool
  /// Where every copy is computed, kept on request.
  private let assignment: CopyAssignment?
  private let droppedCopies: Int
  private let paddedCopies: [Int]
  /// Experts that changed ranks before the step.
  private let migrated: Int
  /// Rows that each rank of the group sends: its copies without those dropped, and padding.
  private let sentRows: [Int]
  /// Rows that each rank of the group computes, padding included.
  let computedCopies: [Int]
  /// The experts' work on each rank of the group.
  let expertWork: [Work]
  /// Rows of the largest expert on each rank of the group.
  let largestRows: [Int]
  let traffic: LayerTraffic
  /// Weights that travel once the layer is planned.
  let reactive: WeightMovement
  /// Weights that travel before the layer is routed.
  let prefetched: WeightMovement

  /// The pass that is being lowered.
  var pass = Pass.forward
  /// Operations that the next station waits for, by station, `[members]`.
  var routed: [OperationID] = []
  var prefetchedWeights: [OperationID] = []
  var reactiveWeights: [OperationID] = []
  var exchanged: [OperationID] = []
  var computed: [OperationID] = []
  var gradientsHome: [OperationID] = []

  init(
    context: StepContext, style: LayerStyle, sizes: LayerSizes, memory: LayerMemory,
    layer: RoutedLayer, index: Int, group: Range<Int>, microBatch: Int, decision: LayerDecision,
    migrated: Int, builder: inout PlanBuilder
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
    self.migrated = migrated
    sentRows = (0..<group.count).map { source in
      decision.dispatch.copies[(source * group.count)..<((source + 1) * group.count)].reduce(0, +)
    }
    isRematerialized = decision.isRematerialized
    isPlainRouting = decision.isPlainRouting
    assignment = context.keepsAssignments ? decision.dispatch.assignment : nil
    var copies: [Int] = []
    var work: [Work] = []
    var largest: [Int] = []
    for member in 0..<group.count {
      let rows = Self.rows(of: decision.dispatch, member)
      copies.append(rows.reduce(0) { $0 + Int($1.rows) })
      largest.append(rows.reduce(0) { max($0, Int($1.rows)) })
      work.append(builder.expertWork(rows))
    }
    (computedCopies, expertWork, largestRows) = (copies, work, largest)
    traffic = LayerTraffic(
      decision.dispatch, layer: layer, group: group, cluster: context.cluster,
      deduplication: style.deduplication, builder: &builder)
    reactive = WeightMovement(decision.weightTransfers, members: group.count)
    prefetched = WeightMovement(decision.prefetchedTransfers, members: group.count)
  }

  private static func rows(of dispatch: CopyDispatch, _ member: Int) -> [ExpertRows] {
    let first = member * dispatch.experts
    return dispatch.rows[first..<(first + dispatch.experts)].enumerated().compactMap {
      $1 > 0 ? ExpertRows(expert: Int32($0), rows: Int32($1)) : nil
    }
  }

  // MARK: - What stations share

  func tokens(on rank: Int) -> Int32 { layer.tokens[rank] }

  /// Rows that a rank sends for its own tokens: one a copy, but for those dropped or padded.
  func copies(on rank: Int) -> Double { Double(sentRows[rank - group.lowerBound]) }

  /// Copies that the gate of a rank makes.
  func gatedCopies(on rank: Int) -> Int32 { layer.tokens[rank] * Int32(layer.topK) }

  /// Bytes of the hidden vectors that a member received.
  func receivedBytes(_ member: Int) -> Double { Double(computedCopies[member]) * sizes.hiddenRow }

  /// Bytes of activations that a member's experts hold while they run.
  func runningBytes(_ member: Int) -> Double {
    let rows = style.activations == .allRows ? computedCopies[member] : largestRows[member]
    return Double(rows) * sizes.intermediateRow
  }

  /// An operation of this layer, pass and micro-batch.
  @discardableResult
  func add(
    _ work: Work, _ kind: OperationKind, on rank: Int, lane: Lane = .compute,
    after: [OperationID], memory: [MemoryChange] = [], to builder: inout PlanBuilder
  ) -> OperationID {
    builder.add(
      work, kind, on: rank, lane: lane, layer: index, pass: pass, microBatch: microBatch,
      after: after, memory: memory)
  }

  /// An exchange of the whole group.
  func exchange(_ payload: Exchange.Payload, in builder: inout PlanBuilder) -> Work {
    builder.add(Exchange(payload: payload, firstRank: group.lowerBound, ranks: group.count))
  }

  /// What the strategy decided, for metrics.
  var outcome: LayerOutcome {
    var outcome = LayerOutcome(
      layer: index, firstRank: group.lowerBound, microBatch: microBatch,
      computedCopies: computedCopies.indices.map {
        Int32(computedCopies[$0] - (paddedCopies.isEmpty ? 0 : paddedCopies[$0]))
      },
      weightTransfers: reactive.count + prefetched.count + migrated,
      isPlainRouting: isPlainRouting, droppedCopies: droppedCopies,
      paddedCopies: paddedCopies.map { Int32($0) }, assignment: assignment)
    if context.keepsAssignments { outcome.holders = context.placement.holders(layerAt: index) }
    return outcome
  }
}
