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

  /// Adds the layer; `frontier` holds the last operation of every rank before and after it.
  func add(to builder: inout PlanBuilder, frontier: inout [OperationID?]) {
    let routed = addRouting(to: &builder, after: frontier)
    let gathered = addGather(to: &builder, after: routed)
    let planned = addPlanning(to: &builder, after: gathered)
    let weights = addWeightTransfers(to: &builder, after: planned)
    let traffic = addTraffic(to: &builder)
    let dispatched = addDispatch(traffic, to: &builder, after: planned)
    addSharedExperts(to: &builder, after: routed)
    let computed = addExperts(to: &builder, after: dispatched, weights: weights)
    let combined = addCombine(traffic, to: &builder, after: computed)
    addSum(to: &builder, after: combined, frontier: &frontier)
    record(in: &builder)
  }

  private func tokens(on rank: Int) -> Int32 { layer.tokens[rank] }

  private func copies(on rank: Int) -> Double { Double(layer.tokens[rank]) * Double(layer.topK) }

  /// Copies that a rank of the group computes.
  private func computedCopies(_ member: Int) -> Int {
    let first = member * decision.dispatch.experts
    return decision.dispatch.rows[first..<(first + decision.dispatch.experts)].reduce(0, +)
  }

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
          .gate(tokens: tokens(on: rank), copies: Int32(copies(on: rank))), .routing, on: rank,
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
    guard decision.isPlanned else { return gathered }
    var sent = [Int32](repeating: 0, count: group.count)
    var received = sent
    for transfer in decision.weightTransfers {
      sent[transfer.from] += sizes.tensorsPerExpert
      received[transfer.to] += sizes.tensorsPerExpert
    }
    return group.enumerated().map { member, rank in
      let planned = builder.add(
        .planning(experts: Int32(layer.experts)), .routing, on: rank, layer: index,
        after: [gathered[member]])
      let messages = max(sent[member], received[member])
      guard messages > 0 else { return planned }
      return builder.add(
        .posting(messages: messages), .weights, on: rank, layer: index, after: [planned])
    }
  }

  /// Weights from their homes to helpers, on the copy lane; nil where none travel.
  private func addWeightTransfers(
    to builder: inout PlanBuilder, after planned: [OperationID]
  ) -> [OperationID]? {
    guard !decision.weightTransfers.isEmpty else { return nil }
    let transfers = decision.weightTransfers.map {
      Transfer(
        from: Int32(group.lowerBound + $0.from), to: Int32(group.lowerBound + $0.to),
        bytes: sizes.expert, expert: Int32($0.expert))
    }
    let work = builder.add(
      Exchange(
        payload: builder.add(transfers), firstRank: group.lowerBound, ranks: group.count))
    var received = [Double](repeating: 0, count: group.count)
    for transfer in decision.weightTransfers { received[transfer.to] += sizes.expert }
    return group.enumerated().map { member, rank in
      builder.add(
        work, .weights, on: rank, lane: .copy, layer: index, after: [planned[member]],
        memory: received[member] > 0 ? [MemoryChange(received[member], .replicas)] : [])
    }
  }

  /// One row a copy, sorted by destination.
  private func addGather(
    to builder: inout PlanBuilder, after routed: [OperationID]
  ) -> [OperationID] {
    group.enumerated().map { member, rank in
      let bytes = copies(on: rank) * sizes.hiddenRow
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
      let received = Double(computedCopies(member)) * sizes.hiddenRow
      return builder.add(
        work, .dispatch, on: rank, lane: .communication, layer: index, after: [planned[member]],
        memory: [
          MemoryChange(received, .buffers),
          MemoryChange(-copies(on: rank) * sizes.hiddenRow, .buffers, atEnd: true),
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
    to builder: inout PlanBuilder, after dispatched: [OperationID], weights: [OperationID]?
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
        after: [dispatched[member]] + (weights.map { [$0[member]] } ?? []),
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

  private func foreignBytes(_ member: Int) -> Double {
    Double(decision.weightTransfers.count { $0.to == member }) * sizes.expert
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
          MemoryChange(copies(on: rank) * sizes.hiddenRow, .buffers),
          MemoryChange(
            -Double(computedCopies(member)) * sizes.hiddenRow, .buffers, atEnd: true),
        ])
    }
  }

  /// Un-sorts the returned rows and sums every token's copies.
  private func addSum(
    to builder: inout PlanBuilder, after combined: [OperationID], frontier: inout [OperationID?]
  ) {
    for (member, rank) in group.enumerated() {
      let rows = copies(on: rank) * sizes.hiddenRow
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
    builder.record(
      LayerOutcome(
        layer: index, firstRank: group.lowerBound,
        computedCopies: (0..<group.count).map { Int32(computedCopies($0)) },
        weightTransfers: decision.weightTransfers.count, isPlainRouting: decision.isPlainRouting,
        assignment: context.keepsAssignments ? decision.dispatch.assignment : nil))
  }
}
