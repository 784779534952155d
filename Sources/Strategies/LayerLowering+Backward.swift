import Domain
import Plan

/// The stations of a backward pass, from the gradients of a layer's output to those of its input:
/// sum, combine, experts, dispatch, gather, gate and attention, each in reverse.
///
/// Rows travel the forward pass's ways backwards, so the plan of the forward pass is used again and
/// nothing is planned. Gradients of weights that a rank only borrowed go home: at once where the
/// weights came after planning, as the LLEP reference does, under attention's backward pass where
/// they were prefetched, as Hecate does.
extension LayerLowering {
  /// The sum's and the combine's backward pass, and the shared experts beside the exchange.
  mutating func addCombineBackward(to builder: inout PlanBuilder, after frontier: [OperationID?]) {
    pass = .backward
    let scaled = addSumBackward(to: &builder, after: frontier)
    exchanged = addExchange(
      .combine, unitBytes: sizes.returnedRow, isReturn: false, to: &builder,
      after: { _, member in [scaled[member]] + before(member) },
      memory: { chunk, member in
        [
          MemoryChange(receivedBytes(chunk, member), .buffers),
          MemoryChange(-sentBytes(chunk, member), .buffers, atEnd: true),
        ]
      })
    addSharedExpertsBackward(to: &builder, after: scaled)
  }

  /// The experts' backward pass, the dispatch's, and the gradients of weights that came once the
  /// layer was planned.
  mutating func addExpertsBackward(to builder: inout PlanBuilder) {
    computed = addExpertGradients(to: &builder)
    if !reactive.isEmpty, let last = computed.last {
      gradientsHome = addGradients(of: reactive, to: &builder, after: last)
    }
    exchanged = addExchange(
      .dispatch, unitBytes: sizes.returnedRow, isReturn: true, to: &builder,
      after: { chunk, member in [computed[chunk][member]] },
      memory: { chunk, member in
        [
          MemoryChange(sentBytes(chunk, member), .buffers),
          MemoryChange(-receivedBytes(chunk, member), .buffers, atEnd: true),
        ]
      })
  }

  /// The backward pass of gather, gate and attention; prefetched experts' gradients go home beneath
  /// the latter.
  mutating func addAttentionBackward(
    to builder: inout PlanBuilder, frontier: inout [OperationID?]
  ) {
    let accumulated = addAccumulation(to: &builder)
    if !prefetched.isEmpty {
      gradientsHome = addGradients(of: prefetched, to: &builder, after: lastExchanged)
    }
    for (member, rank) in group.enumerated() {
      let rows = copies(on: rank) * sizes.hiddenRow
      let released = MemoryChange(
        -memory.kept(tokens: tokens(on: rank)), .activations, atEnd: true)
      let gathered = add(
        .memoryPass(bytes: style.passes.gather * rows, launches: 2), .dispatch, on: rank,
        after: [lastExchanged[member]] + (accumulated.isEmpty ? [] : [accumulated[member]]),
        memory: [MemoryChange(-rows, .buffers, atEnd: true)], to: &builder)
      let isLast = context.model.attention == nil
      let gated = add(
        .gate(tokens: tokens(on: rank), copies: gatedCopies(on: rank)), .routing, on: rank,
        after: [gathered], memory: isLast ? [released] : [], to: &builder)
      frontier[rank] =
        isLast
        ? gated
        : add(
          .attention(tokens: tokens(on: rank)), .attention, on: rank, after: [gated],
          memory: [released], to: &builder)
    }
  }

  // MARK: - Stations

  /// A row of gradients for every copy, scaled by its gate weight.
  private func addSumBackward(
    to builder: inout PlanBuilder, after frontier: [OperationID?]
  ) -> [OperationID] {
    group.map { rank in
      let rows = copies(on: rank) * sizes.hiddenRow
      return add(
        .memoryPass(bytes: style.passes.sum * rows, launches: 2), .combine, on: rank,
        after: frontier[rank].map { [$0] } ?? [],
        memory: [
          MemoryChange(rows, .buffers),
          MemoryChange(-memory.results(copies(on: rank)), .activations, atEnd: true),
        ], to: &builder)
    }
  }

  private func addSharedExpertsBackward(
    to builder: inout PlanBuilder, after scaled: [OperationID]
  ) {
    guard context.model.sharedIntermediateSize > 0 else { return }
    for (member, rank) in group.enumerated() {
      let tokens = tokens(on: rank)
      add(
        .feedForward(tokens: tokens, intermediate: Int32(context.model.sharedIntermediateSize)),
        .sharedExperts, on: rank, after: [scaled[member]],
        memory: [
          MemoryChange(-memory.sharedExperts(tokens: tokens), .activations, atEnd: true)
        ], to: &builder)
    }
  }

  /// Gradients of rows and of weights, chunk by chunk. Element-wise kernels read the activations and
  /// write their gradients, twice the forward pass's bytes.
  private func addExpertGradients(to builder: inout PlanBuilder) -> [[OperationID]] {
    var ends: [[OperationID]] = []
    for (number, chunk) in chunks.enumerated() {
      ends.append(
        group.enumerated().map { member, rank in
          let activations = runningBytes(chunk, member)
          let sorted = addSort(
            of: chunk, number, member, elementPasses: 2 * style.passes.activations, to: &builder)
          let kept = memory.rows(chunk.computedRows[member])
          let changes = [
            MemoryChange(activations, .activations),
            MemoryChange(-activations, .activations, atEnd: true),
            MemoryChange(-kept, .activations, atEnd: true),
            MemoryChange(-2 * receivedBytes(chunk, member), .buffers, atEnd: true),
          ]
          return add(
            chunk.expertWork[member], .expertCompute, on: rank, after: [sorted],
            memory: changes + foreignChanges(number, member), to: &builder)
        })
    }
    return ends
  }

  /// Gradients of foreign experts appear with the first chunk; their weights go with the last.
  private func foreignChanges(_ chunk: Int, _ member: Int) -> [MemoryChange] {
    let foreign = foreignBytes(member)
    guard foreign > 0 else { return [] }
    var changes: [MemoryChange] = []
    if chunk == 0 {
      changes.append(MemoryChange(foreign / sizes.expert * sizes.expertGradient, .gradients))
    }
    if chunk == chunks.count - 1, !weightsHaveSlots {
      changes.append(MemoryChange(-foreign, .replicas, atEnd: true))
    }
    return changes
  }

  /// Homes add what helpers sent to their own gradients: two reads and a write.
  private func addAccumulation(to builder: inout PlanBuilder) -> [OperationID] {
    guard !reactive.isEmpty else { return [] }
    var arrived = [Int](repeating: 0, count: group.count)
    for message in reactive.homeward.joined() { arrived[message.to] += 1 }
    return group.enumerated().map { member, rank in
      guard arrived[member] > 0 else { return gradientsHome[member] }
      return add(
        .memoryPass(
          bytes: 3 * Double(arrived[member]) * sizes.expertGradient,
          launches: Int32(arrived[member]) * sizes.tensorsPerExpert), .weights, on: rank,
        after: [gradientsHome[member]], to: &builder)
    }
  }
}
