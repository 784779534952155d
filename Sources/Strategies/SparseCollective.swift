/// The messages of a sparse all-gather, stage by stage: experts from their holders to further ranks.
///
/// Each expert crosses the network once to every node without a holder. Crossings are dealt to the
/// NICs that have least to carry, on both sides: the weights leave from their home or from ranks of
/// its node that want them too, and enter at any rank that wants them. Inside nodes they spread
/// along binomial trees. Read backwards it is the sparse reduce-scatter of the gradients.
///
/// Source: Hecate (arXiv 2502.02581), section 3, whose collectives are grouped broadcasts of single
/// experts; how those use several NICs is the library's business, and here this type's.
struct SparseCollective {
  typealias Message = LeastLoadedAssignment.Transfer

  /// What travels at a time; every message passes on what its sender held before the stage.
  private(set) var stages: [[Message]] = []
  private let routes: WeightRoutes
  private var sent: PortLoads
  private var received: PortLoads

  /// - Parameters:
  ///   - before: ranks that hold each expert, the first its home, `[experts][ranks]`.
  ///   - after: the same with those that want it.
  /// - Complexity: O(copies × log *ranks* + crossings × *ranks*).
  init(from before: [[Int]], to after: [[Int]], ranks: Int, routes: WeightRoutes) {
    self.routes = routes
    sent = PortLoads(ranks: ranks, routes: routes)
    received = sent
    for expert in before.indices {
      let wanted = after[expert].filter { !before[expert].contains($0) }
      if !wanted.isEmpty { add(expert, from: before[expert], to: wanted) }
    }
    stages.removeAll { $0.isEmpty }
  }

  private mutating func add(_ expert: Int, from holders: [Int], to wanted: [Int]) {
    guard let home = holders.first else { return }
    var lacking: [Int: [Int]] = [:]
    for rank in wanted.sorted() { lacking[routes.node(of: rank), default: []].append(rank) }
    let nodes = lacking.keys.sorted()
    var near = lacking[routes.node(of: home)] ?? []
    for node in nodes where !holders.contains(where: { routes.node(of: $0) == node }) {
      cross(expert, from: home, by: &near, to: lacking[node] ?? [])
    }
    for node in nodes {
      guard let root = holders.first(where: { routes.node(of: $0) == node }) else { continue }
      let rest = node == routes.node(of: home) ? near : lacking[node] ?? []
      spread(expert, from: root, over: rest, after: 0)
    }
  }

  /// Takes an expert to one node, by way of the rank of the home's node whose NIC sends least; that
  /// gets its own copy first and leaves `near`.
  private mutating func cross(
    _ expert: Int, from home: Int, by near: inout [Int], to members: [Int]
  ) {
    let sender = ([home] + near).min { sent.key($0) < sent.key($1) } ?? home
    guard let entry = members.min(by: { received.key($0) < received.key($1) }) else { return }
    if sender != home {
      append(Message(expert: expert, from: home, to: sender), to: 0)
      near.removeAll { $0 == sender }
    }
    sent.add(sender)
    received.add(entry)
    append(Message(expert: expert, from: sender, to: entry), to: Self.crossing)
    spread(
      expert, from: entry, over: members.filter { $0 != entry }, after: Self.crossing + 1)
  }

  /// The stage in which weights cross the network: one after their senders have them.
  private static let crossing = 1

  /// A binomial tree whose `root` holds the expert before `stage`.
  ///
  /// The others follow in the order of ranks from the root on, so that trees of different roots use
  /// all ranks alike.
  private mutating func spread(
    _ expert: Int, from root: Int, over others: [Int], after stage: Int
  ) {
    let members = [root] + others.filter { $0 > root } + others.filter { $0 < root }
    for index in members.indices.dropFirst() {
      let level = Int.bitWidth - 1 - index.leadingZeroBitCount
      append(
        Message(expert: expert, from: members[index - (1 << level)], to: members[index]),
        to: stage + level)
    }
  }

  private mutating func append(_ message: Message, to stage: Int) {
    while stages.count <= stage { stages.append([]) }
    stages[stage].append(message)
  }
}

/// Experts that cross the network at each NIC and rank, in one direction.
private struct PortLoads {
  private let ports: [Int]
  private var ofPort: [Int]
  private var ofRank: [Int]

  init(ranks: Int, routes: WeightRoutes) {
    ports = (0..<ranks).map { routes.port(of: $0) }
    ofPort = [Int](repeating: 0, count: (ports.last ?? -1) + 1)
    ofRank = [Int](repeating: 0, count: ranks)
  }

  /// Orders ranks by what their NICs carry, then by what they carry.
  func key(_ rank: Int) -> (Int, Int, Int) { (ofPort[ports[rank]], ofRank[rank], rank) }

  mutating func add(_ rank: Int) {
    ofPort[ports[rank]] += 1
    ofRank[rank] += 1
  }
}
