/// A dense table of amounts from every member of a group to every member.
public struct ExchangeTable: Hashable, Sendable {
  /// Ranks of the group.
  public let ranks: Int
  /// Amounts, `[ranks × ranks]`, row = source. Whole numbers below 2²⁴ are exact.
  public var amounts: [Float]

  public init(ranks: Int) {
    self.ranks = ranks
    amounts = [Float](repeating: 0, count: ranks * ranks)
  }

  @inlinable public subscript(source: Int, destination: Int) -> Float {
    get { amounts[source * ranks + destination] }
    set { amounts[source * ranks + destination] = newValue }
  }
}

/// What a message between two ranks is made of.
public enum TransferContent: UInt8, Sendable, Hashable, Codable {
  /// An expert's weights: the receiver holds a copy afterwards.
  case weights
  /// An expert's weight gradients: the receiver adds them to its own.
  case gradients
  /// An expert, with its optimizer states in training: the sender gives it up.
  case states
}

/// One message between two ranks of the plan.
public struct Transfer: Hashable, Sendable {
  public var from: Int32
  public var to: Int32
  public var bytes: Double
  /// The expert that travels.
  public var expert: Int32
  public var content: TransferContent

  public init(
    from: Int32, to: Int32, bytes: Double, expert: Int32, content: TransferContent = .weights
  ) {
    self.from = from
    self.to = to
    self.bytes = bytes
    self.expert = expert
    self.content = content
  }
}

/// A collective whose bytes do not depend on routing.
public enum CollectiveKind: UInt8, Sendable, Hashable, Codable {
  case allReduce, allGather, barrier, reduceScatter
}

/// Something that several ranks do together: each takes part with one operation.
public struct Exchange: Hashable, Sendable {
  public enum Payload: Hashable, Sendable {
    /// All-to-all: `matrix` in tokens or copies of `unitBytes` each; the transposed matrix where
    /// `isReturn` is set.
    case allToAll(matrix: Int32, unitBytes: Double, isReturn: Bool)
    /// Point-to-point messages: a range of ``ExecutionPlan/transfers``.
    case transfers(first: Int32, count: Int32)
    /// `bytes` on every rank.
    case collective(CollectiveKind, bytes: Double)
  }

  public var payload: Payload
  /// The first rank of the group.
  public var firstRank: Int32
  /// Ranks of the group.
  public var ranks: Int32
  /// How far apart members stand: 1 where they are consecutive, as in all but collectives.
  public var stride: Int32

  public init(payload: Payload, firstRank: Int, ranks: Int, stride: Int = 1) {
    self.payload = payload
    self.firstRank = Int32(firstRank)
    self.ranks = Int32(ranks)
    self.stride = Int32(stride)
  }

  /// The ranks of the group.
  public var members: RankSet {
    RankSet(first: Int(firstRank), count: Int(ranks), stride: Int(stride))
  }
}

/// Ranks that stand at equal distances, in order.
public struct RankSet: Hashable, Sendable {
  public let first: Int
  public let count: Int
  public let stride: Int

  public init(first: Int, count: Int, stride: Int = 1) {
    self.first = first
    self.count = count
    self.stride = stride
  }

  /// The place of `rank` among the members, nil for a rank that is none.
  @inlinable public func position(of rank: Int) -> Int? {
    let distance = rank - first
    guard distance >= 0, distance % stride == 0, distance / stride < count else { return nil }
    return distance / stride
  }

  public func contains(_ rank: Int) -> Bool { position(of: rank) != nil }

  /// The rank at a place.
  @inlinable public subscript(position: Int) -> Int { first + position * stride }
}
