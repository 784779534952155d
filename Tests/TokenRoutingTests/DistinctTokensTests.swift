import Domain
import RealModule
import Statistics
import Testing

@Suite struct DistinctTokensTests {
  @Test func exactCountsFollowEveryCopy() {
    // One source, 3 tokens, topK 2; experts 0 1 on rank 0, 2 on rank 1, 3 on rank 2; two ranks a
    // node. Tokens use {0, 1}, {0, 2}, {2, 3}: rank 0 sees 2 tokens, rank 1 two, rank 2 one; node 0
    // sees all three.
    let layer = RoutedLayer(
      layer: 0, experts: 4, topK: 2, tokens: [3], copies: [2, 1, 2, 1],
      choices: TokenChoices(experts: [0, 1, 0, 2, 2, 3], topK: 2))
    let found = layer.distinctTokens(
      CopyAssignment(layer, rankOfExpert: [0, 0, 1, 2]), ranks: 4, ranksPerNode: 2)
    #expect(found.perRank == [2, 2, 1, 0])
    #expect(found.perNode == [3, 1])
    #expect(found.isExact)
  }

  @Test func splitExpertsAreFollowedInTokenOrder() {
    // Expert 0 of all three tokens: the first copy on rank 1, the other two on rank 0; expert 1 on
    // rank 1. Token 0 is on rank 1 alone, tokens 1 and 2 on both.
    let layer = RoutedLayer(
      layer: 0, experts: 2, topK: 2, tokens: [3], copies: [3, 3],
      choices: TokenChoices(experts: [1, 0, 0, 1, 0, 1], topK: 2))
    var assignment = CopyAssignment()
    assignment.append(CopySegment(expert: 0, rank: 1, count: 1))
    assignment.append(CopySegment(expert: 1, rank: 1, count: 3))
    assignment.append(CopySegment(expert: 0, rank: 0, count: 2))
    assignment.endSource()
    let found = layer.distinctTokens(assignment, ranks: 2, ranksPerNode: 2)
    #expect(found.perRank == [2, 3])
    #expect(found.perNode == [3])
  }

  // Uniform routing: a rank with m of E experts is missed with chance C(E − m, k) / C(E, k).
  @Test(arguments: [
    (256, 8, 32), (256, 8, 8), (256, 8, 1), (64, 6, 8), (8, 2, 2), (8, 2, 4), (16, 1, 4),
    (16, 16, 4),
    (12, 11, 3), (384, 8, 48),
  ])
  func expectationIsTheBinomialQuotient(experts: Int, topK: Int, perRank: Int) {
    let tokens = 1536
    let copies = [Int32](repeating: Int32(tokens * topK / experts), count: experts)
    let layer = RoutedLayer(
      layer: 0, experts: experts, topK: topK, tokens: [Int32(tokens)], copies: copies)
    let ranks = experts / perRank
    let found = layer.distinctTokens(
      CopyAssignment(layer, rankOfExpert: (0..<experts).map { $0 / perRank }), ranks: ranks,
      ranksPerNode: ranks)
    var miss = 1.0
    for choice in 0..<topK {
      miss *= max(0, Double(experts - perRank - choice)) / Double(experts - choice)
    }
    for rank in 0..<ranks {
      #expect(abs(found.perRank[rank] / (Double(tokens) * (1 - miss)) - 1) < 2e-3)
    }
    #expect(abs(found.perNode[0] - Double(tokens)) < 1e-6)
    #expect(!found.isExact)
  }

  /// Skewed routing as routers do it (the top k of perturbed scores is a draw without replacement):
  /// the expectation from the copies agrees with the tokens that were counted.
  @Test(arguments: [
    (256, 8, 0.0, 8), (256, 8, 1.0, 8), (256, 8, 1.0, 32), (256, 8, 2.0, 64), (64, 6, 1.0, 8),
    (64, 6, 2.0, 16), (8, 2, 1.0, 4), (32, 4, 3.0, 8),
  ])
  func expectationAgreesWithCountedTokens(
    experts: Int, topK: Int, spread: Double, ranks: Int
  ) throws {
    let tokens = 40_000
    var stream = RandomStream(seed: 11, purpose: "counted tokens", experts, topK, ranks)
    let law = try CategoricalLaw(
      weights: (0..<experts).map { _ in .exp(spread * stream.normal()) })
    var chosen: [UInt16] = []
    var copies = [Int32](repeating: 0, count: experts)
    for token in 0..<tokens {
      while chosen.count < (token + 1) * topK {
        let expert = stream.draw(from: law)
        if chosen[(token * topK)...].contains(UInt16(expert)) { continue }
        chosen.append(UInt16(expert))
        copies[expert] += 1
      }
    }
    let blind = RoutedLayer(
      layer: 0, experts: experts, topK: topK, tokens: [Int32(tokens)], copies: copies)
    let seen = RoutedLayer(
      layer: 0, experts: experts, topK: topK, tokens: [Int32(tokens)], copies: copies,
      choices: TokenChoices(experts: chosen, topK: topK))
    let assignment = CopyAssignment(
      blind, rankOfExpert: (0..<experts).map { $0 * ranks / experts })
    let expected = blind.distinctTokens(assignment, ranks: ranks, ranksPerNode: ranks / 4)
    let counted = seen.distinctTokens(assignment, ranks: ranks, ranksPerNode: ranks / 4)
    for (place, count) in counted.perRank.enumerated() where count > 0 {
      let noise = 4 * count.squareRoot() / count
      #expect(abs(expected.perRank[place] / count - 1) < 0.01 + min(noise, 0.03), "rank \(place)")
    }
    for (place, count) in counted.perNode.enumerated() {
      #expect(abs(expected.perNode[place] / count - 1) < 0.01, "node \(place)")
    }
  }

  /// In every small world: never more tokens than there are or copies sent, never fewer than copies
  /// over k, and a node sees no fewer than its best rank and no more than its ranks together.
  @Test(arguments: 0..<150)
  func bounds(seed: Int) {
    var stream = RandomStream(seed: UInt64(seed), purpose: "bounds")
    let experts = 1 + stream.uniformInteger(below: 20)
    let topK = 1 + stream.uniformInteger(below: experts)
    let ranksPerNode = 1 + stream.uniformInteger(below: 3)
    let ranks = ranksPerNode * (1 + stream.uniformInteger(below: 4))
    let tokens = stream.uniformInteger(below: 12)
    var chosen: [UInt16] = []
    var copies = [Int32](repeating: 0, count: experts)
    for _ in 0..<tokens {
      var order = Array(0..<experts)
      stream.shuffle(&order)
      for expert in order.prefix(topK) {
        chosen.append(UInt16(expert))
        copies[expert] += 1
      }
    }
    let isKnown = seed % 2 == 0
    let layer = RoutedLayer(
      layer: 0, experts: experts, topK: topK, tokens: [Int32(tokens)], copies: copies,
      choices: isKnown ? TokenChoices(experts: chosen, topK: topK) : nil)
    var assignment = CopyAssignment()
    for (expert, count) in copies.enumerated() {
      let split = Int32(stream.uniformInteger(below: Int(count) + 1))
      for part in [split, count - split] {
        let rank = Int32(stream.uniformInteger(below: ranks))
        assignment.append(CopySegment(expert: Int32(expert), rank: rank, count: part))
      }
    }
    assignment.endSource()
    let found = layer.distinctTokens(assignment, ranks: ranks, ranksPerNode: ranksPerNode)
    var sent = [Double](repeating: 0, count: ranks)
    for piece in assignment.segments { sent[Int(piece.rank)] += Double(piece.count) }
    for rank in 0..<ranks {
      #expect(found.perRank[rank] <= min(Double(tokens), sent[rank]) + 1e-9)
      #expect(found.perRank[rank] >= sent[rank] / Double(topK) - 1e-9)
    }
    for node in 0..<(ranks / ranksPerNode) {
      let inside = found.perRank[(node * ranksPerNode)..<((node + 1) * ranksPerNode)]
      #expect(found.perNode[node] <= inside.reduce(0, +) * 1.02 + 1e-9)
      #expect(found.perNode[node] >= (inside.max() ?? 0) * 0.98 - 1e-9)
    }
  }
}
