/// Copies what members of an exchange have for each other, inside one process.
struct MessageCopier: Sendable {
  /// Tells which messages get lost, for tests: (exchange, from, to).
  var isLost: (@Sendable (Int, Int, Int) -> Bool)?

  /// Copies everything that `receiver` receives out of its senders' memory.
  ///
  /// - Parameter parts: the parts of all members, by member.
  func receive(
    _ parts: [ExchangePart], receiver: Int, exchange: Int
  ) throws(ExecutionError) {
    let part = parts[receiver - parts[0].members.lowerBound]
    switch part.form {
    case .barrier, .sum: return
    case .allToAll, .pointToPoint: break
    }
    var next = [Int](repeating: 0, count: parts.count)
    for region in part.receives {
      let member = region.peer - part.members.lowerBound
      let sends = parts[member].sends
      var index = next[member]
      while index < sends.count, sends[index].peer != receiver { index += 1 }
      next[member] = index + 1
      guard index < sends.count, sends[index].count == region.count else {
        throw .mismatchedMessage(
          from: region.peer, to: receiver, sent: index < sends.count ? sends[index].count : 0,
          expected: region.count)
      }
      if let isLost, isLost(exchange, region.peer, receiver) { continue }
      region.start.update(from: sends[index].start, count: region.count)
    }
  }

  /// Adds up the members' numbers and gives every member the sums.
  static func sum(_ parts: [ExchangePart]) {
    guard let first = parts.first?.receives.first else { return }
    for part in parts.dropFirst() {
      guard let other = part.receives.first else { continue }
      for index in 0..<first.count { first.start[index] += other.start[index] }
    }
    for part in parts.dropFirst() {
      part.receives.first?.start.update(from: first.start, count: first.count)
    }
  }
}
