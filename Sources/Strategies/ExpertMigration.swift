import Domain
import Plan

/// Experts that change ranks between two steps, in every expert-parallel group alike.
struct ExpertMigration: Sendable {
  /// When the step goes on.
  enum Timing: Sendable {
    /// After everything has arrived: the step uses the new placement.
    case before
    /// At once: a later step uses the new placement.
    case beside
  }

  /// The moves of one layer, with ranks of the group.
  struct LayerMoves: Sendable {
    /// Position of the layer in the step.
    let index: Int
    let transfers: [LeastLoadedAssignment.Transfer]
  }

  /// Where experts are before anything moves.
  let before: ExpertPlacement
  let layers: [LayerMoves]
  let bytesPerExpert: Double
  let content: TransferContent
  let timing: Timing

  /// Experts that change ranks in the layer at `index`.
  func count(inLayerAt index: Int) -> Int {
    layers.reduce(0) { $0 + ($1.index == index ? $1.transfers.count : 0) }
  }

  /// Adds the moves at the beginning of a step; what every rank waits for, where the step waits.
  ///
  /// What arrives needs a buffer beside the slot it will be used from, until the move is over.
  func add(
    to builder: inout PlanBuilder, in context: StepContext
  ) -> [OperationID]? {
    var ends: [OperationID] = []
    for layer in layers where !layer.transfers.isEmpty {
      ends = context.groups.flatMap { add(layer, to: &builder, group: $0) }
    }
    return timing == .before && !ends.isEmpty ? ends : nil
  }

  private func add(
    _ layer: LayerMoves, to builder: inout PlanBuilder, group: Range<Int>
  ) -> [OperationID] {
    let messages = layer.transfers.map {
      Transfer(
        from: Int32(group.lowerBound + $0.from), to: Int32(group.lowerBound + $0.to),
        bytes: bytesPerExpert, expert: Int32($0.expert), content: content)
    }
    var received = [Double](repeating: 0, count: group.count)
    for transfer in layer.transfers { received[transfer.to] += bytesPerExpert }
    let work = builder.add(
      Exchange(payload: builder.add(messages), firstRank: group.lowerBound, ranks: group.count))
    return group.enumerated().map { member, rank in
      builder.add(
        work, .weights, on: rank, lane: .copy, layer: layer.index,
        memory: received[member] > 0
          ? [
            MemoryChange(received[member], .buffers),
            MemoryChange(-received[member], .buffers, atEnd: true),
          ] : [])
    }
  }
}
