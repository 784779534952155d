internal import Domain
internal import Kernels
public import Plan

extension RankProgram {
  /// What this rank sends and receives in an exchange.
  ///
  /// - Throws: ``ExecutionError`` where it is to send what it does not have.
  public func part(of id: OperationID) throws(ExecutionError) -> ExchangePart {
    let operation = world.plan.operations[id.index]
    guard case .exchange(let number) = operation.work else {
      throw .contradiction("operation \(id.index) is no exchange")
    }
    let exchange = world.plan.exchanges[Int(number)]
    let slot = slot(operation)
    switch exchange.payload {
    case .collective(let kind, let bytes):
      return try collective(kind, bytes, operation, exchange.members)
    case .allToAll(_, _, let isReturn):
      switch (operation.pass == .backward, isReturn) {
      case (false, false): return try dispatch(slot, .sent, .received)
      case (false, true): return try combine(slot, .returning, .returned)
      case (true, false): return try dispatch(slot, .gradientSent, .gradientReceived)
      case (true, true): return try combine(slot, .gradientReturning, .gradientReturned)
      }
    case .transfers(let first, let count):
      return try messages(
        world.plan.transfers[Int(first)..<Int(first + count)], slot, exchange.members)
    }
  }

  /// Checks and notes what an exchange brought.
  public func close(_ id: OperationID) throws(ExecutionError) {
    let operation = world.plan.operations[id.index]
    guard case .exchange(let number) = operation.work else { return }
    let slot = slot(operation)
    switch world.plan.exchanges[Int(number)].payload {
    case .allToAll: return
    case .collective:
      guard operation.kind == .routing, operation.layer >= 0 else { return }
      let counts = try buffer(.counts, slot, model.experts)
      let loads = tokens.routed(slot).expertLoads(from: group)
      guard loads.indices.allSatisfy({ Float(loads[$0]) == counts[$0] }) else {
        throw .wrongCounts(layer: tokens.routed(slot).layer, rank: rank)
      }
    case .transfers(let first, let count):
      try close(world.plan.transfers[Int(first)..<Int(first + count)], slot)
    }
  }

  private func close(_ transfers: ArraySlice<Transfer>, _ slot: Int) throws(ExecutionError) {
    let layer = tokens.layer(slot)
    for transfer in transfers {
      let expert = Int(transfer.expert)
      guard transfer.content == .gradients else {
        if Int(transfer.to) == rank { arrived[slot * model.experts + expert] = true }
        continue
      }
      if Int(transfer.from) == rank { hasGradient[layer * model.experts + expert] = false }
      if Int(transfer.to) == rank {
        pendingGradients[layer].append((expert, .arrivedGradient(pendingGradients[layer].count)))
      }
    }
    // Where no operation adds them, and on ranks that pass them on, they are added as they come.
    if !world.accumulates(layer: layer, rank: rank) { try addArrivedGradients(layer) }
  }

  private func collective(
    _ kind: CollectiveKind, _ bytes: Double, _ operation: Operation, _ members: RankSet
  ) throws(ExecutionError) -> ExchangePart {
    var part = ExchangePart(form: .barrier, members: members)
    guard kind == .allReduce, operation.layer >= 0 else { return part }
    if operation.kind == .routing {
      let counts = try buffer(.counts, slot(operation), model.experts)
      part.receives = [Region(peer: rank, start: counts, count: model.experts)]
    } else if operation.kind == .collectives {
      part.receives = try reducedGradients(
        Int(operation.layer), over: members,
        parameters: bytes / max(2, model.weightFormat.bytesPerElement))
    }
    if !part.receives.isEmpty { part.form = .sum }
    return part
  }

  /// Copies to the ranks that compute them.
  private func dispatch(
    _ slot: Int, _ sent: BufferRole, _ received: BufferRole
  ) throws(ExecutionError) -> ExchangePart {
    let routes = routes(slot)
    return ExchangePart(
      form: .allToAll, members: RankSet(group),
      sends: try regions(sent, slot) { routes.copies(member, $0) },
      receives: try regions(received, slot) { routes.copies($0, member) })
  }

  /// Results to the ranks that their tokens live on.
  private func combine(
    _ slot: Int, _ sent: BufferRole, _ received: BufferRole
  ) throws(ExecutionError) -> ExchangePart {
    let routes = routes(slot)
    return ExchangePart(
      form: .allToAll, members: RankSet(group),
      sends: try regions(sent, slot) { routes.copies($0, member) },
      receives: try regions(received, slot) { routes.copies(member, $0) })
  }

  /// Rows for every member of the group, one after another in a buffer.
  private func regions(
    _ role: BufferRole, _ slot: Int, rows: (Int) -> Int
  ) throws(ExecutionError) -> [Region] {
    let counts = (0..<group.count).map { rows($0) * hidden }
    let start = try buffer(role, slot, counts.reduce(0, +))
    var offset = 0
    return counts.enumerated().map { peer, count in
      defer { offset += count }
      return Region(peer: group.lowerBound + peer, start: start + offset, count: count)
    }
  }

  /// Weights or gradients of experts, in the plan's order.
  private func messages(
    _ transfers: ArraySlice<Transfer>, _ slot: Int, _ members: RankSet
  ) throws(ExecutionError) -> ExchangePart {
    var part = ExchangePart(form: .pointToPoint, members: members)
    let layer = tokens.layer(slot)
    let sendsGradients = transfers.contains {
      $0.content == .gradients && Int($0.from) == rank
    }
    // What is passed on includes what came before.
    if sendsGradients { try addArrivedGradients(layer) }
    var arriving = pendingGradients[layer].count
    for transfer in transfers {
      let expert = Int(transfer.expert)
      let isGradient = transfer.content == .gradients
      if Int(transfer.from) == rank {
        let own =
          isGradient
          ? try gradient(of: expert, layer)
          : UnsafeMutablePointer(mutating: try weights(of: expert, slot))
        part.sends.append(
          Region(peer: Int(transfer.to), start: own, count: network.weightCount))
      }
      if Int(transfer.to) == rank {
        let place =
          try isGradient
          ? buffer(.arrivedGradient(arriving), layer, network.weightCount)
          : buffer(.replica(expert), slot, network.weightCount)
        part.receives.append(
          Region(peer: Int(transfer.from), start: place, count: network.weightCount))
        if isGradient { arriving += 1 }
      }
    }
    return part
  }
}

extension RankSet {
  init(_ range: Range<Int>) { self.init(first: range.lowerBound, count: range.count) }
}
