internal import Kernels
private import Plan

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
    guard let members = parts.first?.members, let place = members.position(of: receiver) else {
      throw .contradiction("rank \(receiver) is no member of exchange \(exchange)")
    }
    let part = parts[place]
    switch part.form {
    case .barrier, .sum: return
    case .allToAll, .pointToPoint: break
    }
    var next = [Int](repeating: 0, count: parts.count)
    for region in part.receives {
      guard let member = members.position(of: region.peer) else {
        throw .contradiction("rank \(region.peer) is no member of exchange \(exchange)")
      }
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
    guard let first = parts.first?.receives else { return }
    for (index, sums) in first.enumerated() {
      for part in parts.dropFirst() where part.receives.indices.contains(index) {
        Rows.add(1, part.receives[index].start, to: sums.start, width: sums.count)
      }
      for part in parts.dropFirst() where part.receives.indices.contains(index) {
        part.receives[index].start.update(from: sums.start, count: sums.count)
      }
    }
  }
}
