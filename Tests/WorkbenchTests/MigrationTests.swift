import Diagnostics
import Domain
import Foundation
import Testing
import Workbench

/// What it takes to go from one placement to another.
@Suite struct MigrationTests {
  /// One layer of four experts on four ranks of one slot.
  static func row(_ slots: [Int32], layer: Int = 0) throws -> ExpertPlacement {
    try ExpertPlacement(
      experts: 4, ranks: 4, slotsPerRank: 1, layers: [.init(layer: layer, slots: slots)])
  }

  @Test func copiesComeFromTheirNodeWhereTheyCan() throws {
    // Nodes are ranks 0, 1 and 2, 3. Experts 0 and 1 change places inside node 0; experts 2 and 3
    // stay.
    let swapped = PlacementMoves(
      from: try Self.row([0, 1, 2, 3]), to: try Self.row([1, 0, 2, 3]), ranksPerNode: 2)
    #expect(swapped.moves.map(\.expert) == [1, 0])
    #expect(swapped.moves.map(\.source) == [1, 0])
    #expect(swapped.count(betweenNodes: true) == 0)
    #expect(swapped.dropped == 2)
    // Expert 2 goes to rank 0 and expert 0 to rank 2: both cross.
    let crossed = PlacementMoves(
      from: try Self.row([0, 1, 2, 3]), to: try Self.row([2, 1, 0, 3]), ranksPerNode: 2)
    #expect(crossed.moves.map(\.destination) == [0, 2])
    #expect(crossed.count(betweenNodes: true) == 2)
    #expect(crossed.matrix[2 * 4 + 0] == 1 && crossed.matrix[0 * 4 + 2] == 1)
  }

  @Test func sourcesShareTheSending() throws {
    // Expert 0 is on ranks 0 and 1 and goes to ranks 2 and 3 of the same node: one from each.
    let before = try ExpertPlacement(
      experts: 2, ranks: 4, slotsPerRank: 1, layers: [.init(layer: 5, slots: [0, 0, 1, 1])])
    let after = try ExpertPlacement(
      experts: 2, ranks: 4, slotsPerRank: 1, layers: [.init(layer: 5, slots: [1, 1, 0, 0])])
    let moves = PlacementMoves(from: before, to: after, ranksPerNode: 4)
    #expect(moves.moves.map(\.layer) == [5, 5, 5, 5])
    #expect(moves.moves.filter { $0.expert == 0 }.map(\.source) == [0, 1])
    #expect(moves.moves.filter { $0.expert == 1 }.map(\.source) == [2, 3])
  }

  /// Counted by sets, and each move is possible.
  @Test func movesAreTheDifference() throws {
    for seed in 0..<200 {
      var numbers = SplitMix(seed: UInt64(seed))
      let (first, second) = (
        try RandomPlacement.make(&numbers), try RandomPlacement.make(&numbers)
      )
      let moves = PlacementMoves(from: first, to: second, ranksPerNode: 2)
      let (before, after) = (Self.copies(first), Self.copies(second))
      #expect(moves.moves.count == after.subtracting(before).count, "seed \(seed)")
      #expect(moves.dropped == before.subtracting(after).count, "seed \(seed)")
      for move in moves.moves {
        #expect(before.contains([move.layer, move.expert, move.source]), "seed \(seed)")
        #expect(after.contains([move.layer, move.expert, move.destination]), "seed \(seed)")
        #expect(move.isBetweenNodes == (move.source / 2 != move.destination / 2))
      }
      #expect(PlacementMoves(from: first, to: first, ranksPerNode: 2).moves.isEmpty)
    }
  }

  /// Layer, expert and rank of every copy.
  private static func copies(_ placement: ExpertPlacement) -> Set<[Int]> {
    Set(
      placement.layers.indices.flatMap { index in
        placement.holders(layerAt: index).enumerated().flatMap { expert, ranks in
          ranks.map { [placement.layers[index].layer, expert, $0] }
        }
      })
  }

  static let cluster = """
    cluster:
      accelerator: h100-sxm-80
      nodes: 2
      acceleratorsPerNode: 2
      intraNode: { bandwidth: 100 GB/s, latency: 0 us }
      interNode: { bandwidth: 10 GB/s, latency: 0 us }

    """

  static func file(_ slots: [Int], experts: Int = 4, ranks: Int = 4, layer: Int = 0) -> String {
    """
    {"schemaVersion": 1, "model": "m", "experts": \(experts), "ranks": \(ranks),
     "slotsPerRank": \(slots.count / ranks), "layers": [{"layer": \(layer), "slots": \(slots)}]}
    """
  }

  @Test func timeIsThatOfTheSlowestLink() throws {
    let folder = try TemporaryFolder()
    let first = try folder.write(Self.file([0, 1, 2, 3]), to: "a.json")
    let inside = try folder.write(Self.file([1, 0, 2, 3]), to: "b.json")
    let between = try folder.write(Self.file([2, 1, 0, 3]), to: "c.json")
    let cluster = try folder.write(Self.cluster, to: "cluster.yaml")
    // 1 GB each way over 100 GB/s inside, over 10 GB/s between.
    for (second, seconds, crossing) in [(inside, 0.01, 0), (between, 0.1, 2)] {
      let migration = try PlacementDiff.migration(
        from: first, to: second, cluster: cluster, expertBytes: 1e9)
      #expect(abs((migration.seconds ?? 0) - seconds) < 1e-9)
      #expect(migration.betweenNodes?.moves == crossing)
      #expect(migration.bytes == 2e9)
    }
    let unknown = try PlacementDiff.migration(
      from: first, to: inside, cluster: nil, expertBytes: nil)
    #expect(unknown.moves == 2)
    #expect(unknown.bytes == nil && unknown.seconds == nil && unknown.insideNodes == nil)
    let same = try PlacementDiff.migration(
      from: first, to: first, cluster: cluster, expertBytes: 1e9)
    #expect(same.moves == 0 && same.seconds == 0)
  }

  @Test func otherShapesAreFindings() throws {
    let folder = try TemporaryFolder()
    let first = try folder.write(Self.file([0, 1, 2, 3]), to: "a.json")
    let others = [
      (Self.file([0, 1], experts: 2, ranks: 2), "2 experts on 2 ranks"),
      (Self.file([0, 1, 2, 3], layer: 4), "it has layers 4"),
      (Self.file([0, 1, 2, 2]), "expert 3 is on no rank"),
      (String(Self.file([0, 1, 2, 3]).prefix(50)), "not a placement file"),
    ]
    for (text, message) in others {
      let second = try folder.write(text, to: "b.json")
      let found = findings {
        try PlacementDiff.migration(from: first, to: second, cluster: nil, expertBytes: nil)
      }
      #expect(found.count == 1)
      #expect(found.first?.message.contains(message) == true, "\(found)")
    }
  }
}

/// Placements of six experts on four ranks of three slots, in two layers, with copies and gaps.
enum RandomPlacement {
  static func make(_ numbers: inout SplitMix) throws -> ExpertPlacement {
    let layers = (3...4).map { number in
      var ranks = [[Int32]](repeating: [], count: 4)
      for expert in Int32(0)..<6 {
        let wanted = Int.random(in: 1...3, using: &numbers)
        let open = (0..<4).filter { ranks[$0].count < 3 }.shuffled(using: &numbers)
        // The experts to come keep a slot each of the twelve.
        let used = ranks.reduce(0) { $0 + $1.count }
        let most = max(1, min(wanted, 12 - used - (5 - Int(expert))))
        for rank in open.prefix(most) { ranks[rank].append(expert) }
      }
      let slots = ranks.flatMap { $0 + [Int32](repeating: -1, count: 3 - $0.count) }
      return ExpertPlacement.Layer(layer: number, slots: slots)
    }
    return try ExpertPlacement(experts: 6, ranks: 4, slotsPerRank: 3, layers: layers)
  }
}
