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
  /// Messages that each member still waits for.
  var remaining: [Int32]
  /// The operation that entered last of those each member waited for.
  var heldBy: [Int32]

  init(members: Int) {
    operations = [Int32](repeating: -1, count: members)
    remaining = [Int32](repeating: 0, count: members)
    heldBy = [Int32](repeating: -1, count: members)
  }

  /// Whether every member has entered.
  var isComplete: Bool { entered.count == operations.count }
}

/// One message of an exchange as the network carries it.
struct Message {
  var from: Int32
  var to: Int32
  var bytes: Double
  /// The exchange it belongs to.
  var exchange: Int32
}
