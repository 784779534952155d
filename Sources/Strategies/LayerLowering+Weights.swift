import Domain
import Plan

/// Weights to ranks that lack them and, in training, their gradients home.
extension LayerLowering {
  /// What of prefetched weights and their gradients a member's rows wait for, in a layer whose
  /// strategy keeps the two apart.
  func before(_ member: Int) -> [OperationID] {
    guard separatesPrefetch else { return [] }
    return (prefetchBefore.isEmpty ? [] : [prefetchBefore[member]])
      + (prefetchedWeights.isEmpty ? [] : [prefetchedWeights[member]])
  }

  /// Starts the weights that travel before the layer is routed, as soon as `frontier` is done.
  mutating func addPrefetch(to builder: inout PlanBuilder, after frontier: [OperationID?]) {
    prefetchedWeights = addWeights(
      prefetched, lane: .copy, to: &builder, after: group.map { frontier[$0].map { [$0] } ?? [] })
  }

  /// Fetches prefetched weights again for the backward pass, once the group has ended `reached`.
  mutating func addRematerialization(to builder: inout PlanBuilder, after reached: [OperationID]) {
    pass = memory.isCheckpointing ? .recomputation : .backward
    prefetchedWeights = addWeights(
      prefetched, lane: .copy, to: &builder, after: reached.map { [$0] })
  }

  /// Messages of `movement`, one exchange a stage; empty where none travel.
  func addWeights(
    _ movement: WeightMovement, lane: Lane, to builder: inout PlanBuilder, after: [[OperationID]]
  ) -> [OperationID] {
    var last = after
    for (stage, messages) in movement.stages.enumerated() {
      let work = exchange(
        builder.add(transfers(messages, bytes: sizes.expert, .weights)), in: &builder)
      last = group.enumerated().map { member, rank in
        let bytes = Double(movement.received(by: member, in: stage)) * sizes.expert
        return [
          add(
            work, .weights, on: rank, lane: lane, after: last[member],
            memory: bytes > 0 && !weightsHaveSlots ? [MemoryChange(bytes, .replicas)] : [],
            to: &builder)
        ]
      }
    }
    return movement.isEmpty ? [] : last.map { $0[0] }
  }

  /// Gradients of `movement`'s experts on their way home, added up where they meet.
  ///
  /// A rank holds the gradients of its foreign experts from the experts' backward pass on; they are
  /// given back once sent.
  func addGradients(
    of movement: WeightMovement, to builder: inout PlanBuilder, after: [OperationID]
  ) -> [OperationID] {
    var last = after
    for messages in movement.homeward {
      let work = exchange(
        builder.add(transfers(messages, bytes: sizes.expertGradient, .gradients)), in: &builder)
      var (sent, received) = (
        [Int](repeating: 0, count: group.count), [Int](repeating: 0, count: group.count)
      )
      for message in messages {
        sent[message.from] += 1
        received[message.to] += 1
      }
      last = group.enumerated().map { member, rank in
        let arriving = Double(received[member]) * sizes.expertGradient
        var changes: [MemoryChange] = []
        if arriving > 0 {
          changes.append(MemoryChange(arriving, .gradients))
          changes.append(MemoryChange(-arriving, .gradients, atEnd: true))
        }
        if sent[member] > 0 {
          changes.append(
            MemoryChange(-Double(sent[member]) * sizes.expertGradient, .gradients, atEnd: true))
        }
        return add(
          work, .weights, on: rank, lane: .copy, after: [last[member]], memory: changes,
          to: &builder)
      }
    }
    return last
  }

  /// What a member's experts wait for.
  func weights(of member: Int) -> [OperationID] {
    (prefetchedWeights.isEmpty ? [] : [prefetchedWeights[member]])
      + (reactiveWeights.isEmpty ? [] : [reactiveWeights[member]])
  }

  /// Bytes of foreign weights that a member gives back at the end of a forward pass or its repetition.
  ///
  /// The backward pass needs them too. They stay where nothing brings them again: those that travel
  /// once a layer is planned come again when that is repeated, prefetched ones when they are
  /// materialized again.
  func releasedAfterSum(_ member: Int) -> Double {
    if weightsHaveSlots { return 0 }
    let keepsReactive = memory.keeps(pass)
    let keepsPrefetched =
      pass == .recomputation || memory.isTraining && !isRematerialized
    return Double(
      (keepsReactive ? 0 : reactive.received[member])
        + (keepsPrefetched ? 0 : prefetched.received[member])) * sizes.expert
  }

  /// Bytes of foreign weights that a member still holds in the backward pass.
  func foreignBytes(_ member: Int) -> Double {
    Double(reactive.received[member] + prefetched.received[member]) * sizes.expert
  }

  private func transfers(
    _ messages: [WeightMovement.Message], bytes: Double, _ content: TransferContent
  ) -> [Transfer] {
    messages.map {
      Transfer(
        from: Int32(group.lowerBound + $0.from), to: Int32(group.lowerBound + $0.to),
        bytes: bytes, expert: Int32($0.expert), content: content)
    }
  }
}
