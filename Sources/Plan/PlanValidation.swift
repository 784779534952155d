/// A rule that a plan breaks: a fault of the strategy that made it.
public enum PlanFault: Error, Hashable, Sendable {
  case rankOutOfRange(operation: Int)
  case unknownReference(operation: Int)
  /// An exchange that some member does not take part in, or takes part in twice.
  case unmatchedExchange(exchange: Int, rank: Int, found: Int)
  /// A transfer that is not there, to the sender itself, or with an end outside its exchange.
  case strayTransfer(exchange: Int)
  /// A negative or infinite amount, or a table that is not there or of another group's size.
  case badAmount(exchange: Int)
  /// A rank ends the step with more or less than it began with.
  case unbalancedMemory(rank: Int, bytes: Int64)

  public var message: String {
    switch self {
    case .rankOutOfRange(let operation): "operation \(operation) is on a rank that does not exist"
    case .unknownReference(let operation): "operation \(operation) names a table that is not there"
    case .unmatchedExchange(let exchange, let rank, let found):
      "exchange \(exchange) has \(found) operations on rank \(rank), where it needs one"
    case .strayTransfer(let exchange):
      "exchange \(exchange) has a transfer that is missing or leaves its group"
    case .badAmount(let exchange): "exchange \(exchange) has an amount that is not a size"
    case .unbalancedMemory(let rank, let bytes):
      "rank \(rank) ends the step with \(bytes) bytes more than it began with"
    }
  }
}

extension ExecutionPlan {
  /// Checks what every plan must satisfy: ranks and tables exist, every send meets its receive,
  /// memory that is taken is given back.
  ///
  /// - Throws: the first ``PlanFault`` found.
  /// - Complexity: O(operations + amounts in exchanges).
  public func validate() throws(PlanFault) {
    var parts = exchanges.map { [Int32](repeating: 0, count: Int($0.ranks)) }
    var balance = [Int64](repeating: 0, count: ranks)
    for (index, operation) in operations.enumerated() {
      guard (0..<Int32(ranks)).contains(operation.rank) else {
        throw .rankOutOfRange(operation: index)
      }
      try validateWork(of: operation, at: index, parts: &parts)
      for change in memoryChanges(of: OperationID(index)) {
        balance[Int(operation.rank)] += change.bytes
      }
    }
    for (index, counts) in parts.enumerated() {
      if let member = counts.firstIndex(where: { $0 != 1 }) {
        throw .unmatchedExchange(
          exchange: index, rank: exchanges[index].members[member],
          found: Int(counts[member]))
      }
      try validatePayload(at: index)
    }
    if let rank = balance.firstIndex(where: { $0 != 0 }) {
      throw .unbalancedMemory(rank: rank, bytes: balance[rank])
    }
  }

  private func validateWork(
    of operation: Operation, at index: Int, parts: inout [[Int32]]
  ) throws(PlanFault) {
    switch operation.work {
    case .exchange(let exchange):
      guard exchanges.indices.contains(Int(exchange)) else {
        throw .unknownReference(operation: index)
      }
      let members = exchanges[Int(exchange)].members
      guard let member = members.position(of: Int(operation.rank)) else {
        throw .unmatchedExchange(exchange: Int(exchange), rank: Int(operation.rank), found: 1)
      }
      parts[Int(exchange)][member] += 1
    case .experts(let first, let count):
      guard first >= 0, count >= 0, Int(first) + Int(count) <= expertRows.count else {
        throw .unknownReference(operation: index)
      }
    case .join, .attention, .gate, .planning, .solving, .posting, .memoryPass, .feedForward,
      .update:
      break
    }
  }

  private func validatePayload(at index: Int) throws(PlanFault) {
    let exchange = exchanges[index]
    if exchange.stride != 1 {
      // Messages name their ends by consecutive members.
      guard case .collective = exchange.payload, exchange.stride > 0 else {
        throw .strayTransfer(exchange: index)
      }
    }
    switch exchange.payload {
    case .allToAll(let matrix, let unit, _):
      try validate(matrix: matrix, unit: unit, at: index)
    case .transfers(let first, let count):
      guard first >= 0, count >= 0, Int(first) + Int(count) <= transfers.count else {
        throw .strayTransfer(exchange: index)
      }
      for transfer in transfers[Int(first)..<(Int(first) + Int(count))] {
        guard exchange.members.contains(Int(transfer.from)),
          exchange.members.contains(Int(transfer.to)), transfer.from != transfer.to
        else { throw .strayTransfer(exchange: index) }
        guard transfer.bytes.isFinite, transfer.bytes >= 0 else {
          throw .badAmount(exchange: index)
        }
      }
    case .collective(_, let bytes):
      guard bytes.isFinite, bytes >= 0 else { throw .badAmount(exchange: index) }
    }
  }

  private func validate(matrix: Int32, unit: Double, at index: Int) throws(PlanFault) {
    let isSound =
      matrices.indices.contains(Int(matrix)) && unit.isFinite && unit >= 0
      && matrices[Int(matrix)].ranks == Int(exchanges[index].ranks)
      && matrices[Int(matrix)].amounts.allSatisfy { $0 >= 0 && $0.isFinite }
    if !isSound { throw .badAmount(exchange: index) }
  }
}
