/// The expert copies that must reach a rank when one placement takes the place of another.
///
/// A copy comes from a rank that has the expert before the change: of its own node where there is
/// one, and among those the one that has sent least so far. Copies that are only dropped cost
/// nothing.
///
/// ```swift
/// let moves = PlacementMoves(from: current, to: planned, ranksPerNode: 8)
/// moves.moves.count { $0.isBetweenNodes }
/// ```
public struct PlacementMoves: Hashable, Sendable {
  /// One copy on its way.
  public struct Move: Hashable, Sendable {
    /// The layer's number in the model.
    public let layer: Int
    public let expert: Int
    public let source: Int
    public let destination: Int
    public let isBetweenNodes: Bool
  }

  /// By layer, destination and slot.
  public let moves: [Move]
  /// Copies that stand before and not after, on any rank.
  public let dropped: Int
  public let ranks: Int

  /// Compares the layers that both placements have, by number.
  ///
  /// - Precondition: Both have the same experts and ranks; `ranksPerNode` is at least 1.
  /// - Complexity: O(layers × (slots + moves × copies)).
  public init(from first: ExpertPlacement, to second: ExpertPlacement, ranksPerNode: Int) {
    precondition(
      first.experts == second.experts && first.ranks == second.ranks && ranksPerNode > 0,
      "placements of one model on one group of ranks")
    var builder = Builder(ranks: first.ranks, ranksPerNode: ranksPerNode)
    for (index, layer) in second.layers.enumerated() {
      guard let before = first.layers.firstIndex(where: { $0.layer == layer.layer }) else {
        continue
      }
      builder.add(
        layer, slotsPerRank: second.slotsPerRank, before: first.holders(layerAt: before),
        after: second.holders(layerAt: index))
    }
    moves = builder.moves
    dropped = builder.dropped
    ranks = first.ranks
  }

  /// Moves that leave or stay in their node.
  public func count(betweenNodes: Bool) -> Int {
    moves.count { $0.isBetweenNodes == betweenNodes }
  }

  /// Moves from every rank to every rank, `[source × ranks + destination]`.
  public var matrix: [Int] {
    var result = [Int](repeating: 0, count: ranks * ranks)
    for move in moves { result[move.source * ranks + move.destination] += 1 }
    return result
  }
}

extension PlacementMoves {
  /// Chooses sources, layer by layer.
  private struct Builder {
    let ranks: Int
    let ranksPerNode: Int
    var moves: [Move] = []
    var dropped = 0
    private var sent: [Int]

    init(ranks: Int, ranksPerNode: Int) {
      self.ranks = ranks
      self.ranksPerNode = ranksPerNode
      sent = [Int](repeating: 0, count: ranks)
    }

    mutating func add(
      _ layer: ExpertPlacement.Layer, slotsPerRank: Int, before: [[Int]], after: [[Int]]
    ) {
      for (slot, expert) in layer.slots.enumerated() where expert >= 0 {
        let (expert, destination) = (Int(expert), slot / slotsPerRank)
        guard !before[expert].contains(destination) else { continue }
        guard let source = source(for: destination, among: before[expert]) else { continue }
        sent[source] += 1
        moves.append(
          Move(
            layer: layer.layer, expert: expert, source: source, destination: destination,
            isBetweenNodes: node(source) != node(destination)))
      }
      for (ranks, others) in zip(before, after) { dropped += ranks.count { !others.contains($0) } }
    }

    private func node(_ rank: Int) -> Int { rank / ranksPerNode }

    private func source(for destination: Int, among holders: [Int]) -> Int? {
      let near = holders.filter { node($0) == node(destination) }
      return (near.isEmpty ? holders : near).min { (sent[$0], $0) < (sent[$1], $1) }
    }
  }
}
