/// Expects how many tokens of a source reach each rank and node when only its copies are known.
///
/// An expert's copies over the source's tokens are the chance that a token uses it; the law of
/// ``FixedSizeDraw`` then gives the chance that a token misses all experts of a rank. Chances of
/// one (every token uses the expert) are taken out first. Copies of one expert that go to several
/// ranks count as different experts there, and as one on a node that holds them all.
struct ExpectedTokenCounter {
  /// Copies of one expert on one place: a rank, or a node.
  private struct Entry {
    var place: Int32
    var expert: Int32
    var count: Int32
  }

  let ranksPerNode: Int
  private var entries: [Entry] = []
  private var chances: [Double] = []
  private var draw = FixedSizeDraw()
  private var isFixedSize = false
  /// The node on which each expert was last seen, plus one, plus all nodes of earlier sources.
  private var lastSeen: [Int] = []

  init(ranksPerNode: Int) { self.ranksPerNode = ranksPerNode }

  mutating func count(
    _ layer: RoutedLayer, _ source: Int, _ assignment: CopyAssignment,
    into result: inout DistinctTokens
  ) {
    let tokens = Double(layer.tokens[source])
    guard tokens > 0, layer.topK > 0 else { return }
    gather(assignment, assignment.range(of: source), ranksPerPlace: 1)
    prepare(tokens, layer.topK)
    expect(tokens, layer.topK, 1, into: &result.perRank, at: source * result.ranks)
    if meetsOnANode(layer.experts, source * result.nodes + 1) {
      gather(assignment, assignment.range(of: source), ranksPerPlace: ranksPerNode)
      prepare(tokens, layer.topK)
      expect(tokens, layer.topK, 1, into: &result.perNode, at: source * result.nodes)
    } else {
      expect(tokens, layer.topK, ranksPerNode, into: &result.perNode, at: source * result.nodes)
    }
  }

  /// Whether two ranks of one node share an expert's copies, which there are one expert.
  private mutating func meetsOnANode(_ experts: Int, _ firstNode: Int) -> Bool {
    if lastSeen.count < experts { lastSeen = [Int](repeating: 0, count: experts) }
    for entry in entries {
      let node = firstNode + Int(entry.place) / ranksPerNode
      if lastSeen[Int(entry.expert)] == node { return true }
      lastSeen[Int(entry.expert)] = node
    }
    return false
  }

  /// The copies by place and, on a place, by expert; segments of one expert there are one entry.
  private mutating func gather(
    _ assignment: CopyAssignment, _ range: Range<Int>, ranksPerPlace: Int
  ) {
    entries.removeAll(keepingCapacity: true)
    var isSorted = true
    for index in range {
      let piece = assignment.segments[index]
      let place = piece.rank / Int32(ranksPerPlace)
      if let last = entries.last {
        isSorted = isSorted && (last.place, last.expert) < (place, piece.expert)
      }
      entries.append(Entry(place: place, expert: piece.expert, count: piece.count))
    }
    guard !isSorted else { return }
    entries.sort { ($0.place, $0.expert) < ($1.place, $1.expert) }
    mergeEqual()
  }

  private mutating func mergeEqual() {
    var kept = 0
    for index in entries.indices.dropFirst() {
      let entry = entries[index]
      if entries[kept].place == entry.place && entries[kept].expert == entry.expert {
        entries[kept].count += entry.count
      } else {
        kept += 1
        entries[kept] = entry
      }
    }
    entries.removeLast(entries.count - kept - 1)
  }

  /// Prepares the law of a token's experts from the entries.
  private mutating func prepare(_ tokens: Double, _ topK: Int) {
    chances.removeAll(keepingCapacity: true)
    var size = topK
    var sum = 0.0
    for entry in entries {
      if Double(entry.count) >= tokens {
        size -= 1
      } else {
        chances.append(Double(entry.count) / tokens)
        sum += Double(entry.count) / tokens
      }
    }
    // Copies that repeat an expert within a token leave no draw of fixed size.
    isFixedSize = size > 0 && size < chances.count && abs(sum - Double(size)) < 1e-6
    if isFixedSize { draw.prepare(chances: chances, size: size) }
  }

  /// Writes the expected tokens of every group of places that has entries to the row of `table`
  /// that begins at `offset`.
  private func expect(
    _ tokens: Double, _ topK: Int, _ placesPerGroup: Int, into table: inout [Double],
    at offset: Int
  ) {
    var index = 0
    var chance = 0
    while index < entries.count {
      let group = Int(entries[index].place) / placesPerGroup
      let first = chance
      var copies = 0.0
      var isCertain = false
      while index < entries.count, Int(entries[index].place) / placesPerGroup == group {
        let count = Double(entries[index].count)
        copies += count
        if count >= tokens { isCertain = true } else { chance += 1 }
        index += 1
      }
      let miss = isCertain ? 0 : chanceToMiss(first..<chance)
      let least = min(tokens, copies / Double(topK))
      table[offset + group] = max(least, min(tokens * (1 - miss), copies))
    }
  }

  private func chanceToMiss(_ range: Range<Int>) -> Double {
    if isFixedSize { return draw.chanceToMiss(range) }
    return chances[range].reduce(1) { $0 * (1 - $1) }
  }
}
