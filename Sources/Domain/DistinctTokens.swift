/// How many different tokens every source rank sends to every rank and to every node.
///
/// A token whose copies meet on one rank (or node) can travel there once. Where the routing is
/// known token by token the numbers are exact; otherwise they are expectations, given the copies.
public struct DistinctTokens: Hashable, Sendable {
  public let sources: Int
  public let ranks: Int
  public let nodes: Int
  /// Tokens from source to rank, `[sources × ranks]`.
  public internal(set) var perRank: [Double]
  /// Tokens from source to node, `[sources × nodes]`.
  public internal(set) var perNode: [Double]
  /// Whether the numbers were counted, not expected.
  public let isExact: Bool

  init(sources: Int, ranks: Int, nodes: Int, isExact: Bool) {
    self.sources = sources
    self.ranks = ranks
    self.nodes = nodes
    self.isExact = isExact
    perRank = [Double](repeating: 0, count: sources * ranks)
    perNode = [Double](repeating: 0, count: sources * nodes)
  }
}

extension RoutedLayer {
  /// The different tokens that `assignment` sends from every source to every rank and node.
  ///
  /// Exact where ``choices`` are known. Otherwise what is to be expected of tokens that each use *k*
  /// different experts, each expert as often as its copies say, and are random in all else.
  ///
  /// - Precondition: `assignment` covers every source; its ranks are below `ranks`, which
  ///   `ranksPerNode` divides.
  /// - Complexity: O(sources × (ranks + experts × *k*)).
  public func distinctTokens(
    _ assignment: CopyAssignment, ranks: Int, ranksPerNode: Int
  ) -> DistinctTokens {
    precondition(assignment.sources == sources, "every source needs its assignment")
    precondition(ranksPerNode > 0 && ranks % ranksPerNode == 0, "nodes are equally large")
    var result = DistinctTokens(
      sources: sources, ranks: ranks, nodes: ranks / ranksPerNode, isExact: choices != nil)
    if let choices {
      var counter = ExactTokenCounter(
        experts: experts, ranks: ranks, ranksPerNode: ranksPerNode)
      counter.count(self, choices, assignment, into: &result)
    } else {
      var counter = ExpectedTokenCounter(ranksPerNode: ranksPerNode)
      for source in 0..<sources { counter.count(self, source, assignment, into: &result) }
    }
    return result
  }
}

/// Follows every token to the ranks and nodes that its copies reach.
private struct ExactTokenCounter {
  let experts: Int
  let ranksPerNode: Int
  /// The number of the last token seen by each rank and node; tokens count from one.
  var lastOnRank: [Int]
  var lastOnNode: [Int]
  /// The segment that takes an expert's next copy, and what is left of it.
  var segment: [Int]
  var left: [Int32]
  /// Where the current source's segments begin.
  var base = 0

  init(experts: Int, ranks: Int, ranksPerNode: Int) {
    self.experts = experts
    self.ranksPerNode = ranksPerNode
    lastOnRank = [Int](repeating: 0, count: ranks)
    lastOnNode = [Int](repeating: 0, count: ranks / ranksPerNode)
    segment = [Int](repeating: 0, count: experts)
    left = [Int32](repeating: 0, count: experts)
  }

  mutating func count(
    _ layer: RoutedLayer, _ choices: TokenChoices, _ assignment: CopyAssignment,
    into result: inout DistinctTokens
  ) {
    var token = 0
    for source in 0..<layer.sources {
      // Segments may stand in any order; those of one expert are linked from the last to the first.
      let next = startSegments(assignment, assignment.range(of: source))
      for _ in 0..<Int(layer.tokens[source]) {
        token += 1
        for choice in 0..<choices.topK {
          let expert = Int(choices.experts[(token - 1) * choices.topK + choice])
          guard let rank = takeCopy(expert, assignment, next) else { continue }
          visit(rank, token, source, &result)
        }
      }
    }
  }

  /// Points every expert to its first segment; gives each segment's successor of the same expert.
  private mutating func startSegments(
    _ assignment: CopyAssignment, _ range: Range<Int>
  ) -> [Int] {
    for expert in 0..<experts {
      segment[expert] = -1
      left[expert] = 0
    }
    var next = [Int](repeating: -1, count: range.count)
    for index in range.reversed() {
      let piece = assignment.segments[index]
      next[index - range.lowerBound] = segment[Int(piece.expert)]
      segment[Int(piece.expert)] = index - range.lowerBound
      left[Int(piece.expert)] = piece.count
    }
    base = range.lowerBound
    return next
  }

  /// The rank of the expert's next copy; none where the assignment has too few.
  private mutating func takeCopy(
    _ expert: Int, _ assignment: CopyAssignment, _ next: [Int]
  ) -> Int? {
    if left[expert] == 0, segment[expert] >= 0 {
      segment[expert] = next[segment[expert]]
      if segment[expert] >= 0 { left[expert] = assignment.segments[base + segment[expert]].count }
    }
    guard segment[expert] >= 0 else { return nil }
    left[expert] -= 1
    return Int(assignment.segments[base + segment[expert]].rank)
  }

  private mutating func visit(
    _ rank: Int, _ token: Int, _ source: Int, _ result: inout DistinctTokens
  ) {
    guard lastOnRank[rank] != token else { return }
    lastOnRank[rank] = token
    result.perRank[source * result.ranks + rank] += 1
    let node = rank / ranksPerNode
    guard lastOnNode[node] != token else { return }
    lastOnNode[node] = token
    result.perNode[source * result.nodes + node] += 1
  }
}
