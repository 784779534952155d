import Domain
import NetworkSharing
import Plan

/// The messages of an exchange, listed once when its first member enters.
///
/// - Complexity: O(members²) for an all-to-all, O(transfers) for transfers.
struct ExchangeMessages {
  private enum Form {
    case table(ExchangeTable, unitBytes: Double, isReturn: Bool)
    case list([Message])
    case none
  }

  private let form: Form
  private let firstRank: Int32
  private let exchange: Int32

  init(_ index: Int32, of plan: ExecutionPlan) {
    let definition = plan.exchanges[Int(index)]
    exchange = index
    firstRank = definition.firstRank
    switch definition.payload {
    case .allToAll(let matrix, let unit, let isReturn):
      form = .table(plan.matrices[Int(matrix)], unitBytes: unit, isReturn: isReturn)
    case .transfers(let first, let count):
      let transfers = plan.transfers[Int(first)..<Int(first + count)]
      form = .list(
        transfers.map {
          Message(from: $0.from, to: $0.to, bytes: $0.bytes, exchange: index)
        })
    case .collective:
      form = .none
    }
  }

  /// The closed form of an all-to-all; nil for other exchanges and where the network has none.
  func groupBound(members: Int, over links: ClusterLinks) -> GroupBound? {
    guard case .table(let table, let unit, let isReturn) = form else { return nil }
    return GroupBound(
      amounts: table.amounts, unitBytes: unit, isReturn: isReturn, firstRank: Int(firstRank),
      ranks: members, over: links)
  }

  /// Seconds that every member needs to copy what it receives, its own rows of an all-to-all among
  /// them, `[members]`.
  func copySeconds(members: RankSet, curve: SizeCurve) -> [Double] {
    var seconds = [Double](repeating: 0, count: members.count)
    forEach(members: members.count) { message in
      seconds[Int(message.to) - members.first] += curve.seconds(at: message.bytes)
    }
    if case .table(let table, let unit, _) = form {
      for member in seconds.indices {
        seconds[member] += curve.seconds(at: Double(table[member, member]) * unit)
      }
    }
    return seconds
  }

  /// Calls `body` for every message that some member sends or receives, once.
  func forEach(members: Int, _ body: (Message) -> Void) {
    switch form {
    case .none: break
    case .list(let messages): messages.forEach(body)
    case .table:
      for from in 0..<members {
        for to in 0..<members {
          if let message = message(from, to) { body(message) }
        }
      }
    }
  }

  /// Appends the messages between `member` and the members in `others`, and where `others` is all
  /// that entered before, every message is appended once over time.
  func append(between member: Int, and others: ArraySlice<Int32>, to messages: inout [Message]) {
    switch form {
    case .none: break
    case .table:
      for other in others {
        if let message = message(member, Int(other)) { messages.append(message) }
        if let message = message(Int(other), member) { messages.append(message) }
      }
    case .list(let list):
      let rank = firstRank + Int32(member)
      for message in list where message.from == rank || message.to == rank {
        let peer = message.from == rank ? message.to : message.from
        if others.contains(peer - firstRank) { messages.append(message) }
      }
    }
  }

  private func message(_ from: Int, _ to: Int) -> Message? {
    guard case .table(let table, let unit, let isReturn) = form, from != to else { return nil }
    let amount = isReturn ? table[to, from] : table[from, to]
    guard amount > 0 else { return nil }
    return Message(
      from: firstRank + Int32(from), to: firstRank + Int32(to), bytes: Double(amount) * unit,
      exchange: exchange)
  }
}
