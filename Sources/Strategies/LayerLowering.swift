import Domain
import Plan

/// The operations of one layer in one expert-parallel group.
struct LayerLowering {
  let context: StepContext
  let style: LayerStyle
  let sizes: LayerSizes
  let layer: RoutedLayer
  /// Position of the layer in the step.
  let index: Int
  let group: Range<Int>
  let decision: LayerDecision
  /// Experts that changed ranks in this layer before the step.
  let migrated: Int
  /// Rows that every member of the group sends, padding included and dropped copies left out.
  private let sentRows: [Double]
  /// Rows that every member computes, padding included.
  private let computedRows: [Int]

  init(
    context: StepContext, style: LayerStyle, sizes: LayerSizes, layer: RoutedLayer, index: Int,
    group: Range<Int>, decision: LayerDecision, migrated: Int = 0
  ) {
    self.migrated = migrated
    self.context = context
    self.style = style
    self.sizes = sizes
    self.layer = layer
    self.index = index
    self.group = group
    self.decision = decision
    let dispatch = decision.dispatch
    sentRows = (0..<group.count).map { source in
      Double(dispatch.copies[(source * group.count)..<((source + 1) * group.count)].reduce(0, +))
    }
    computedRows = (0..<group.count).map { rank in
      dispatch.rows[(rank * dispatch.experts)..<((rank + 1) * dispatch.experts)].reduce(0, +)
    }
  }

  /// Adds the layer; `frontier` holds the last operation of every rank before and after it.
  func add(to builder: inout PlanBuilder, frontier: inout [OperationID?]) {
    let started = addEarlyPosting(to: &builder, after: frontier)
    let early = addWeights(
      decision.prefetchedTransfers, to: &builder,
      after: group.map { rank in started[rank].map { [$0] } ?? [] })
    let routed = addRouting(to: &builder, after: started)
    let gathered = addGather(to: &builder, after: routed)
    let planned = addPlanning(to: &builder, after: gathered)
    let late = addWeights(
      decision.weightTransfers, to: &builder, after: planned.map { [$0] })
    let weights = zip(early, late).map { $0 + $1 }
    let traffic = addTraffic(to: &builder)
    let dispatched = addDispatch(traffic, to: &builder, after: planned)
    addSharedExperts(to: &builder, after: routed)
    let computed = addExperts(to: &builder, after: dispatched, weights: weights)
    let combined = addCombine(traffic, to: &builder, after: computed)
    addSum(to: &builder, after: combined, frontier: &frontier)
    record(in: &builder)
  }

  private func tokens(on rank: Int) -> Int32 { layer.tokens[rank] }

  // MARK: - Stations of a layer

  /// Attention, the gate and the exchange of counts.
  private func addRouting(
    to builder: inout PlanBuilder, after frontier: [OperationID?]
  ) -> [OperationID] {
    let counted = builder.add(
      Exchange(
        payload: .collective(.allReduce, bytes: Double(4 * layer.experts)),
        firstRank: group.lowerBound, ranks: group.count))
    return group.map { rank in
      var last = frontier[rank].map { [$0] } ?? []
      if context.model.attention != nil {
        last = [
          builder.add(
            .attention(tokens: tokens(on: rank)), .attention, on: rank, layer: index, after: last)
        ]
      }
      last = [
        builder.add(
          .gate(tokens: tokens(on: rank), copies: tokens(on: rank) * Int32(layer.topK)), .routing,
          on: rank,
          layer: index, after: last)
      ]
      last = [
        builder.add(
          counted, .routing, on: rank, lane: .communication, layer: index, after: last)
      ]
      return last[0]
    }
  }

  /// Where the strategy plans: the plan, then the sends and receives of weights, which the host posts
  /// before it goes on to the tokens.
  private func addPlanning(
    to builder: inout PlanBuilder, after gathered: [OperationID]
  ) -> [OperationID] {
    guard decision.planning != .none else { return gathered }
    let messages = messages(of: decision.weightTransfers)
    return group.enumerated().map { member, rank in
      var last = builder.add(
        .planning(experts: Int32(layer.experts)), .routing, on: rank, layer: index,
        after: [gathered[member]])
      if case .program(let rows, let columns) = decision.planning {
        last = builder.add(
          .solving(rows: Int32(rows), columns: Int32(columns)), .routing, on: rank, layer: index,
          after: [last])
      }
      guard messages[member] > 0 else { return last }
      return builder.add(
        .posting(messages: messages[member]), .weights, on: rank, layer: index, after: [last])
    }
  }

  /// The host posts the sends and receives of weights that go ahead, before it starts the layer.
  private func addEarlyPosting(
    to builder: inout PlanBuilder, after frontier: [OperationID?]
  ) -> [OperationID?] {
    guard !decision.prefetchedTransfers.isEmpty else { return frontier }
    var result = frontier
    for (member, count) in messages(of: decision.prefetchedTransfers).enumerated() where count > 0 {
      let rank = group.lowerBound + member
      result[rank] = builder.add(
        .posting(messages: count), .weights, on: rank, layer: index,
        after: frontier[rank].map { [$0] } ?? [])
    }
    return result
  }

  /// Tensors that every member sends or receives, whichever are more.
  private func messages(of transfers: [LeastLoadedAssignment.Transfer]) -> [Int32] {
    var sent = [Int32](repeating: 0, count: group.count)
    var received = sent
    for transfer in transfers {
      sent[transfer.from] += sizes.tensorsPerExpert
      received[transfer.to] += sizes.tensorsPerExpert
    }
    return zip(sent, received).map { max($0, $1) }
  }

  /// Weights to helpers, on the copy lane after `after`, one exchange a stage; what every member
  /// waits for before it has them.
  private func addWeights(
    _ transfers: [LeastLoadedAssignment.Transfer], to builder: inout PlanBuilder,
    after: [[OperationID]]
  ) -> [[OperationID]] {
    let movement = WeightMovement(transfers, members: group.count)
    var last = after
    for (stage, list) in movement.stages.enumerated() {
      let messages = list.map {
        Transfer(
          from: Int32(group.lowerBound + $0.from), to: Int32(group.lowerBound + $0.to),
          bytes: sizes.expert, expert: Int32($0.expert))
      }
      let work = builder.add(
        Exchange(payload: builder.add(messages), firstRank: group.lowerBound, ranks: group.count))
      last = group.enumerated().map { member, rank in
        let bytes = Double(movement.received(by: member, in: stage)) * sizes.expert
        return [
          builder.add(
            work, .weights, on: rank, lane: .copy, layer: index, after: last[member],
            memory: bytes > 0 && !decision.weightsHaveSlots
              ? [MemoryChange(bytes, .replicas)] : [])
        ]
      }
    }
    return movement.isEmpty ? Array(repeating: [], count: group.count) : last
  }

  /// One row a copy, sorted by destination.
  private func addGather(
    to builder: inout PlanBuilder, after routed: [OperationID]
  ) -> [OperationID] {
    group.enumerated().map { member, rank in
      let bytes = sentRows[member] * sizes.hiddenRow
      return builder.add(
        .memoryPass(bytes: style.passes.gather * bytes, launches: 2), .dispatch, on: rank,
        layer: index,
        after: [routed[member]], memory: [MemoryChange(bytes, .buffers)])
    }
  }

  private func addDispatch(
    _ traffic: LayerTraffic, to builder: inout PlanBuilder, after planned: [OperationID]
  ) -> [OperationID] {
    let work = builder.add(
      Exchange(
        payload: traffic.payload(
          unitBytes: sizes.sentRow, isReturn: false),
        firstRank: group.lowerBound, ranks: group.count))
    return group.enumerated().map { member, rank in
      let received = Double(computedRows[member]) * sizes.hiddenRow
      return builder.add(
        work, .dispatch, on: rank, lane: .communication, layer: index, after: [planned[member]],
        memory: [
          MemoryChange(received, .buffers),
          MemoryChange(-sentRows[member] * sizes.hiddenRow, .buffers, atEnd: true),
        ])
    }
  }

  private func addSharedExperts(to builder: inout PlanBuilder, after routed: [OperationID]) {
    guard context.model.sharedIntermediateSize > 0 else { return }
    for (member, rank) in group.enumerated() {
      builder.add(
        .feedForward(
          tokens: tokens(on: rank), intermediate: Int32(context.model.sharedIntermediateSize)),
        .sharedExperts, on: rank, layer: index, after: [routed[member]])
    }
  }

  /// The sort by expert and the expert networks.
  private func addExperts(
    to builder: inout PlanBuilder, after dispatched: [OperationID], weights: [[OperationID]]
  ) -> [OperationID] {
    group.enumerated().map { member, rank in
      let rows = expertRows(member)
      let total = Double(rows.reduce(0) { $0 + Int($1.rows) })
      let largest = Double(rows.map(\.rows).max() ?? 0)
      let hidden = total * sizes.hiddenRow
      let active = style.activations == .allRows ? total : largest
      let activations = active * sizes.intermediateRow
      let passes =
        style.passes.receivedRows * hidden
        + style.passes.activations * total * 2 * Double(context.model.expertIntermediateSize)
      let sorted = builder.add(
        .memoryPass(bytes: passes, launches: passes > 0 ? 1 : 0), .expertCompute, on: rank,
        layer: index,
        after: [dispatched[member]] + weights[member],
        memory: [MemoryChange(2 * hidden, .buffers)])
      return builder.add(
        builder.expertWork(rows), .expertCompute, on: rank, layer: index,
        after: [sorted],
        memory: [
          MemoryChange(activations, .activations),
          MemoryChange(-activations, .activations, atEnd: true),
          MemoryChange(-2 * hidden, .buffers, atEnd: true),
        ])
    }
  }

  /// Weights that a member took memory for and gives back.
  private func foreignBytes(_ member: Int) -> Double {
    guard !decision.weightsHaveSlots else { return 0 }
    let transfers = decision.weightTransfers + decision.prefetchedTransfers
    return Double(transfers.count { $0.to == member }) * sizes.expert
  }

  private func expertRows(_ member: Int) -> [ExpertRows] {
    let experts = decision.dispatch.experts
    let row = decision.dispatch.rows[(member * experts)..<((member + 1) * experts)]
    return row.enumerated().compactMap { expert, rows in
      rows > 0 ? ExpertRows(expert: Int32(expert), rows: Int32(rows)) : nil
    }
  }

  private func addCombine(
    _ traffic: LayerTraffic, to builder: inout PlanBuilder, after computed: [OperationID]
  ) -> [OperationID] {
    let work = builder.add(
      Exchange(
        payload: traffic.payload(unitBytes: sizes.returnedRow, isReturn: true),
        firstRank: group.lowerBound, ranks: group.count))
    return group.enumerated().map { member, rank in
      builder.add(
        work, .combine, on: rank, lane: .communication, layer: index, after: [computed[member]],
        memory: [
          MemoryChange(sentRows[member] * sizes.hiddenRow, .buffers),
          MemoryChange(
            -Double(computedRows[member]) * sizes.hiddenRow, .buffers, atEnd: true),
        ])
    }
  }

  /// Un-sorts the returned rows and sums every token's copies.
  private func addSum(
    to builder: inout PlanBuilder, after combined: [OperationID], frontier: inout [OperationID?]
  ) {
    for (member, rank) in group.enumerated() {
      let rows = sentRows[member] * sizes.hiddenRow
      let temporaries = (style.passes.combineBuffers - 1) * rows
      let foreign = foreignBytes(member)
      frontier[rank] = builder.add(
        .memoryPass(bytes: style.passes.sum * rows, launches: 2), .combine, on: rank, layer: index,
        after: [combined[member]],
        memory: [
          MemoryChange(temporaries, .buffers),
          MemoryChange(-temporaries, .buffers, atEnd: true),
          MemoryChange(-rows, .buffers, atEnd: true),
        ] + (foreign > 0 ? [MemoryChange(-foreign, .replicas, atEnd: true)] : []))
    }
  }

  // MARK: - What the layer moves

  private func addTraffic(to builder: inout PlanBuilder) -> LayerTraffic {
    LayerTraffic(
      decision.dispatch, layer: layer, group: group, cluster: context.cluster,
      deduplication: style.deduplication, builder: &builder)
  }

  private func record(in builder: inout PlanBuilder) {
    let padded = decision.paddedCopies
    builder.record(
      LayerOutcome(
        layer: index, firstRank: group.lowerBound,
        computedCopies: computedRows.indices.map {
          Int32(computedRows[$0] - (padded.isEmpty ? 0 : padded[$0]))
        },
        weightTransfers: decision.weightTransfers.count + decision.prefetchedTransfers.count
          + migrated,
        isPlainRouting: decision.isPlainRouting, droppedCopies: decision.droppedCopies,
        paddedCopies: padded.reduce(0, +)))
  }
}
