import Plan

/// How far the members of one exchange have come.
///
/// A message between two ranks starts when both have entered, as collectives that need both sides
/// posted do. A member has finished when every message to it and from it has.
struct ExchangeProgress {
  /// The operation of every member, -1 before it entered.
  var operations: [Int32]
  /// Members in the order they entered.
  var entered: [Int32] = []
  /// How many of ``entered`` have had their messages started.
  var started = 0
  /// Messages that each member still waits for.
  var remaining: [Int32]
  /// The operation that entered last of those each member waited for.
  var heldBy: [Int32]

  init(members: Int) {
    operations = [Int32](repeating: -1, count: members)
    remaining = [Int32](repeating: 0, count: members)
    heldBy = [Int32](repeating: -1, count: members)
  }

  var isComplete: Bool { entered.count == operations.count }
}

/// One message of an exchange as the network carries it.
struct Message {
  var from: Int32
  var to: Int32
  var bytes: Double
  /// Seconds after its start at which its first byte may leave, beside the path's latency.
  var delaySeconds: Double
  /// The exchange it belongs to.
  var exchange: Int32
  /// True for the part inside a node of an all-to-all that crosses the network once per node: it
  /// takes only the node's links.
  var isForwarded = false
}

extension ExecutionPlan {
  /// The messages between members `first` and `second` of an exchange, in both directions.
  func messages(
    of exchange: Int32, between first: Int, and second: Int, ranksPerNode: Int,
    into messages: inout [Message]
  ) {
    let definition = exchanges[Int(exchange)]
    switch definition.payload {
    case .allToAll(let matrix, let unit, let isReturn, _):
      let table = matrices[Int(matrix)]
      append(first, second, table, unit, isReturn, exchange, &messages)
      append(second, first, table, unit, isReturn, exchange, &messages)
    case .hierarchical, .transfers, .collective:
      break
    }
  }

  private func append(
    _ from: Int, _ to: Int, _ table: TrafficMatrix, _ unit: Double, _ isReturn: Bool,
    _ exchange: Int32, _ messages: inout [Message]
  ) {
    let amount = isReturn ? table[to, from] : table[from, to]
    guard amount > 0 else { return }
    let base = exchanges[Int(exchange)].firstRank
    messages.append(
      Message(
        from: base + Int32(from), to: base + Int32(to), bytes: Double(amount) * unit,
        delaySeconds: 0, exchange: exchange))
  }
}
