import Testing

@testable import Strategies

/// How the sparse collectives of Hecate use nodes and NICs.
@Suite struct SparseCollectiveTests {
  private typealias Message = SparseCollective.Message

  /// Two nodes of four ranks, a NIC for each; experts 0 and 1 at home on rank 0 go everywhere.
  ///
  /// Expert 0 leaves by its home's NIC and enters at rank 4. Expert 1 leaves by rank 1, which gets it
  /// first, since the home's NIC is taken, and enters at rank 5. So each NIC carries one expert.
  @Test func crossingsAreDealtToNICs() {
    let routes = WeightRoutes(ranksPerNode: 4, firstRank: 0)
    let everywhere = [Array(0..<8), Array(0..<8)]
    let collective = SparseCollective(from: [[0], [0]], to: everywhere, ranks: 8, routes: routes)
    let crossings = collective.stages.joined().filter { ($0.from < 4) != ($0.to < 4) }
    #expect(
      crossings == [Message(expert: 0, from: 0, to: 4), Message(expert: 1, from: 1, to: 5)])
    #expect(collective.stages[0].contains(Message(expert: 1, from: 0, to: 1)))
    #expect(collective.stages[1].contains(crossings[1]))
  }

  /// Ranks that share a NIC count as one: the second expert leaves by rank 2, not by rank 1.
  @Test func sharedNICsCountOnce() {
    let routes = WeightRoutes(ranksPerNode: 4, firstRank: 0, ranksPerPort: 2)
    let everywhere = [Array(0..<8), Array(0..<8)]
    let collective = SparseCollective(from: [[0], [0]], to: everywhere, ranks: 8, routes: routes)
    let crossings = collective.stages.joined().filter { ($0.from < 4) != ($0.to < 4) }
    #expect(crossings.map(\.from) == [0, 2])
    #expect(crossings.map(\.to) == [4, 6])
  }

  /// Without a rank in the home's node that wants the expert, the home sends to every node itself.
  @Test func homesSendAlone() {
    let routes = WeightRoutes(ranksPerNode: 2, firstRank: 0)
    let collective = SparseCollective(
      from: [[1]], to: [[1, 2, 4, 5]], ranks: 6, routes: routes)
    #expect(
      collective.stages == [
        [Message(expert: 0, from: 1, to: 2), Message(expert: 0, from: 1, to: 4)],
        [Message(expert: 0, from: 4, to: 5)],
      ])
  }

  /// When all experts of evenly spread homes go everywhere, no NIC carries more than its part of them,
  /// rounded up twice: once for the experts of a node, once for what a home has sent before.
  @Test(arguments: 0..<100) func everyNICCarriesItsPart(seed: Int) {
    var numbers = SeededNumbers(seed: seed)
    let perNode = Int.random(in: 1...8, using: &numbers)
    let nodes = Int.random(in: 2...4, using: &numbers)
    let ranks = perNode * nodes
    let perRank = Int.random(in: 1...3, using: &numbers)
    let routes = WeightRoutes(ranksPerNode: perNode, firstRank: 0)
    let homes = (0..<(perRank * ranks)).map { [$0 % ranks] }
    let everywhere = homes.map { home in home + (0..<ranks).filter { $0 != home[0] } }
    let collective = SparseCollective(from: homes, to: everywhere, ranks: ranks, routes: routes)
    let crossings = collective.stages.joined().filter {
      routes.node(of: $0.from) != routes.node(of: $0.to)
    }
    let part = perRank * (nodes - 1)
    for rank in 0..<ranks {
      #expect(crossings.count { $0.to == rank } <= part + 1)
      #expect(crossings.count { $0.from == rank } <= part + 1)
    }
  }
}
