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
    let layer = Int(operation.layer)
    switch exchange.payload {
    case .collective(let kind, _):
      guard kind == .allReduce, operation.kind == .routing else {
        return ExchangePart(form: .barrier, members: exchange.members)
      }
      let counts = try buffer(.counts, layer, model.experts)
      return ExchangePart(
        form: .sum, members: exchange.members,
        receives: [Region(peer: rank, start: counts, count: model.experts)])
    case .allToAll(_, _, let isReturn):
      return isReturn ? try combine(layer) : try dispatch(layer)
    case .transfers(let first, let count):
      return try weights(
        world.plan.transfers[Int(first)..<Int(first + count)], layer, exchange.members)
    }
  }

  /// Checks and notes what an exchange brought.
  public func close(_ id: OperationID) throws(ExecutionError) {
    let operation = world.plan.operations[id.index]
    guard case .exchange(let number) = operation.work else { return }
    let layer = Int(operation.layer)
    switch world.plan.exchanges[Int(number)].payload {
    case .allToAll: return
    case .collective:
      guard operation.kind == .routing, layer >= 0 else { return }
      let counts = try buffer(.counts, layer, model.experts)
      let loads = tokens.step.layers[layer].expertLoads(from: group)
      guard loads.indices.allSatisfy({ Float(loads[$0]) == counts[$0] }) else {
        throw .wrongCounts(layer: tokens.step.layers[layer].layer, rank: rank)
      }
    case .transfers(let first, let count):
      for transfer in world.plan.transfers[Int(first)..<Int(first + count)]
      where Int(transfer.to) == rank {
        arrived[layer * model.experts + Int(transfer.expert)] = true
      }
    }
  }

  /// Copies to the ranks that compute them.
  private func dispatch(_ layer: Int) throws(ExecutionError) -> ExchangePart {
    let routes = routes(layer)
    return ExchangePart(
      form: .allToAll, members: group,
      sends: try regions(.sent, layer) { routes.copies(member, $0) },
      receives: try regions(.received, layer) { routes.copies($0, member) })
  }

  /// Results to the ranks that their tokens live on.
  private func combine(_ layer: Int) throws(ExecutionError) -> ExchangePart {
    let routes = routes(layer)
    return ExchangePart(
      form: .allToAll, members: group,
      sends: try regions(.returning, layer) { routes.copies($0, member) },
      receives: try regions(.returned, layer) { routes.copies(member, $0) })
  }

  /// Rows for every member of the group, one after another in a buffer.
  private func regions(
    _ role: BufferRole, _ layer: Int, rows: (Int) -> Int
  ) throws(ExecutionError) -> [Region] {
    let counts = (0..<group.count).map { rows($0) * hidden }
    let start = try buffer(role, layer, counts.reduce(0, +))
    var offset = 0
    return counts.enumerated().map { peer, count in
      defer { offset += count }
      return Region(peer: group.lowerBound + peer, start: start + offset, count: count)
    }
  }

  /// Weights of experts, in the plan's order.
  private func weights(
    _ transfers: ArraySlice<Transfer>, _ layer: Int, _ members: Range<Int>
  ) throws(ExecutionError) -> ExchangePart {
    var part = ExchangePart(form: .pointToPoint, members: members)
    for transfer in transfers {
      let expert = Int(transfer.expert)
      if Int(transfer.from) == rank {
        let own = try weights(of: expert, layer)
        part.sends.append(
          Region(
            peer: Int(transfer.to), start: UnsafeMutablePointer(mutating: own),
            count: network.weightCount))
      }
      if Int(transfer.to) == rank {
        part.receives.append(
          Region(
            peer: Int(transfer.from),
            start: try buffer(.replica(expert), layer, network.weightCount),
            count: network.weightCount))
      }
    }
    return part
  }
}
