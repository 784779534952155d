import Domain
import Plan

/// The stations of a forward pass and of its repetition: attention and gate, dispatch, experts,
/// combine, sum.
extension LayerLowering {
  /// Everything up to the dispatch, with weights that travel meanwhile and shared experts beside it.
  mutating func addDispatchStations(
    to builder: inout PlanBuilder, after frontier: [OperationID?]
  ) {
    if pass == .forward { addPrefetch(to: &builder, after: frontier) }
    routed = addRouting(to: &builder, after: frontier)
    let planned = addPlanning(to: &builder, after: addGather(to: &builder))
    reactiveWeights = addWeights(
      reactive, lane: .copy, to: &builder, after: planned.map { [$0] })
    exchanged = addDispatch(to: &builder, after: planned)
    addSharedExperts(to: &builder)
  }

  /// The experts and the way back.
  mutating func addExpertStations(to builder: inout PlanBuilder) {
    computed = addExperts(to: &builder)
    exchanged = addCombine(to: &builder)
  }

  /// Un-sorts the returned rows and sums every token's copies; `frontier` holds the last operation
  /// of every rank.
  func addSum(to builder: inout PlanBuilder, frontier: inout [OperationID?]) {
    for (member, rank) in group.enumerated() {
      let rows = copies(on: rank) * sizes.hiddenRow
      let temporaries = (style.passes.combineBuffers - 1) * rows
      let released = releasedAfterSum(member)
      var changes = [
        MemoryChange(temporaries, .buffers), MemoryChange(-temporaries, .buffers, atEnd: true),
        MemoryChange(-rows, .buffers, atEnd: true),
      ]
      if memory.keeps(pass) {
        changes.append(
          MemoryChange(memory.results(copies(on: rank)), .activations, atEnd: true))
      }
      if released > 0 { changes.append(MemoryChange(-released, .replicas, atEnd: true)) }
      frontier[rank] = add(
        .memoryPass(bytes: style.passes.sum * rows, launches: 2), .combine, on: rank,
        after: [lastExchanged[member]], memory: changes, to: &builder)
    }
  }

  // MARK: - Attention, gate, gather

  /// Attention, the gate and the exchange of counts.
  private func addRouting(
    to builder: inout PlanBuilder, after frontier: [OperationID?]
  ) -> [OperationID] {
    let counted = exchange(
      .collective(.allReduce, bytes: Double(4 * layer.experts)), in: &builder)
    return group.map { rank in
      var last = frontier[rank].map { [$0] } ?? []
      let kept = memory.kept(tokens: tokens(on: rank), by: pass)
      var changes = kept > 0 ? [MemoryChange(kept, .activations)] : []
      if context.model.attention != nil {
        last = [
          add(
            .attention(tokens: tokens(on: rank)), .attention, on: rank, after: last,
            memory: changes, to: &builder)
        ]
        changes = []
      }
      let gated = add(
        .gate(tokens: tokens(on: rank), copies: gatedCopies(on: rank)), .routing, on: rank,
        after: last, memory: changes, to: &builder)
      return add(
        counted, .routing, on: rank, lane: .communication, after: [gated], to: &builder)
    }
  }

  /// One row a copy, sorted by destination.
  private func addGather(to builder: inout PlanBuilder) -> [OperationID] {
    group.enumerated().map { member, rank in
      let bytes = copies(on: rank) * sizes.hiddenRow
      return add(
        .memoryPass(bytes: style.passes.gather * bytes, launches: 2), .dispatch, on: rank,
        after: [routed[member]], memory: [MemoryChange(bytes, .buffers)], to: &builder)
    }
  }

  /// Where the strategy plans: the plan, then the sends and receives of weights, which the host posts
  /// before it goes on to the tokens.
  private func addPlanning(
    to builder: inout PlanBuilder, after gathered: [OperationID]
  ) -> [OperationID] {
    group.enumerated().map { member, rank in
      let last: OperationID
      switch planning {
      case .none: last = gathered[member]
      case .loads:
        last = add(
          .planning(experts: Int32(layer.experts)), .routing, on: rank, after: [gathered[member]],
          to: &builder)
      case .program(let rows, let columns):
        last = add(
          .solving(rows: Int32(rows), columns: Int32(columns)), .routing, on: rank,
          after: [gathered[member]], to: &builder)
      }
      let messages = Int32(reactive.messages[member]) * sizes.tensorsPerExpert
      guard messages > 0 else { return last }
      return add(.posting(messages: messages), .weights, on: rank, after: [last], to: &builder)
    }
  }

  // MARK: - Tokens out, experts, tokens back

  private func addDispatch(
    to builder: inout PlanBuilder, after planned: [OperationID]
  ) -> [[OperationID]] {
    addExchange(
      .dispatch, unitBytes: sizes.sentRow, isReturn: false, to: &builder,
      after: { _, member in [planned[member]] + before(member) },
      memory: { chunk, member in
        [
          MemoryChange(receivedBytes(chunk, member), .buffers),
          MemoryChange(-sentBytes(chunk, member), .buffers, atEnd: true),
        ]
      })
  }

  private func addSharedExperts(to builder: inout PlanBuilder) {
    guard context.model.sharedIntermediateSize > 0 else { return }
    for (member, rank) in group.enumerated() {
      let kept = memory.keeps(pass) ? memory.sharedExperts(tokens: tokens(on: rank)) : 0
      add(
        .feedForward(
          tokens: tokens(on: rank), intermediate: Int32(context.model.sharedIntermediateSize)),
        .sharedExperts, on: rank, after: [routed[member]],
        memory: kept > 0 ? [MemoryChange(kept, .activations)] : [], to: &builder)
    }
  }

  /// The sort by expert and the expert networks, chunk by chunk.
  private func addExperts(to builder: inout PlanBuilder) -> [[OperationID]] {
    var ends: [[OperationID]] = []
    for (number, chunk) in chunks.enumerated() {
      ends.append(
        group.enumerated().map { member, rank in
          let hidden = receivedBytes(chunk, member)
          let activations = runningBytes(chunk, member)
          let sorted = addSort(
            of: chunk, number, member, elementPasses: style.passes.activations, to: &builder)
          var changes = [
            MemoryChange(activations, .activations),
            MemoryChange(-activations, .activations, atEnd: true),
            MemoryChange(-2 * hidden, .buffers, atEnd: true),
          ]
          if memory.keeps(pass) {
            let kept = memory.rows(chunk.computedRows[member])
            changes.append(MemoryChange(kept, .activations, atEnd: true))
          }
          return add(
            chunk.expertWork[member], .expertCompute, on: rank, after: [sorted], memory: changes,
            to: &builder)
        })
    }
    return ends
  }

  /// The sort of one chunk's received rows and the element-wise kernels of its experts.
  func addSort(
    of chunk: LayerChunk, _ number: Int, _ member: Int, elementPasses: Double,
    to builder: inout PlanBuilder
  ) -> OperationID {
    let hidden = receivedBytes(chunk, member)
    let bytes =
      style.passes.receivedRows * hidden
      + elementPasses * Double(chunk.computedRows[member])
      * 2 * Double(context.model.expertIntermediateSize)
    return add(
      .memoryPass(bytes: bytes, launches: bytes > 0 ? 1 : 0), .expertCompute,
      on: group.lowerBound + member, after: [exchanged[number][member]] + weights(of: member),
      memory: [MemoryChange(2 * hidden, .buffers)], to: &builder)
  }

  private func addCombine(to builder: inout PlanBuilder) -> [[OperationID]] {
    addExchange(
      .combine, unitBytes: sizes.returnedRow, isReturn: true, to: &builder,
      after: { chunk, member in [computed[chunk][member]] },
      memory: { chunk, member in
        [
          MemoryChange(sentBytes(chunk, member), .buffers),
          MemoryChange(-receivedBytes(chunk, member), .buffers, atEnd: true),
        ]
      })
  }
}
