public import Plan

/// Numbers in a rank's memory that go to another rank or come from it.
public struct Region: @unchecked Sendable {
  // The pointer may cross threads: it points into a buffer that its owner does not touch between
  // the opening and the closing of the exchange.
  /// The other rank.
  public let peer: Int
  public let start: UnsafeMutablePointer<Float>
  public let count: Int

  public init(peer: Int, start: UnsafeMutablePointer<Float>, count: Int) {
    self.peer = peer
    self.start = start
    self.count = count
  }
}

/// One rank's part of an exchange.
public struct ExchangePart: Sendable {
  public enum Form: Sendable {
    /// Every member sends to every member; regions stand member by member in one buffer.
    case allToAll
    /// Some members send to some, possibly several messages to one, in the plan's order.
    case pointToPoint
    /// What stands in `receives`, this rank's numbers, becomes the sum over all members.
    case sum
    /// Nothing moves; members wait for each other.
    case barrier
  }

  public var form: Form
  /// The ranks that take part.
  public var members: RankSet
  public var sends: [Region]
  public var receives: [Region]

  public init(
    form: Form, members: RankSet, sends: [Region] = [], receives: [Region] = []
  ) {
    self.form = form
    self.members = members
    self.sends = sends
    self.receives = receives
  }
}

/// How ranks reach each other.
public protocol Transport {
  /// Takes part in the exchange numbered `exchange` and returns when this rank's part is done.
  ///
  /// - Throws: ``ExecutionError`` where messages do not fit each other, a rank failed or did not come
  ///   in time.
  func exchange(_ part: ExchangePart, number exchange: Int, rank: Int) throws(ExecutionError)
}
