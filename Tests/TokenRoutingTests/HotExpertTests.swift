import Domain
import Testing

@testable import TokenRouting

@Suite struct HotExpertTests {
  private func routing(
    _ assignment: String, fraction: Double, hot: Int, experts: Int, topK: Int, ranks: Int = 8,
    tokens: Int
  ) throws -> RoutingSource {
    try source(
      "hotExperts",
      [
        "fraction": .number(fraction), "experts": .integer(hot), "assignment": .text(assignment),
      ], in: world(experts: experts, topK: topK, ranks: ranks, tokens: tokens))
  }

  @Test func releasedGeneratorTokenByToken() throws {
    // 6 experts, 2 of them hot, topK 3, 4 tokens of which ⌊4 · 0.5⌋ = 2 are hot. Hot tokens use
    // experts 0, 1, 0; token i of the others uses cold experts (i + s) mod 4 of 2 3 4 5: tokens 2
    // and 3 use 4 5 2 and 5 2 3.
    let layer = try routing(
      "released", fraction: 0.5, hot: 2, experts: 6, topK: 3, ranks: 2, tokens: 4
    ).step(5).layers[0]
    let oneRank: [UInt16] = [0, 1, 0, 0, 1, 0, 4, 5, 2, 5, 2, 3]
    #expect(layer.choices?.experts == oneRank + oneRank)
    #expect(layer.copies == [4, 2, 2, 1, 1, 2, 4, 2, 2, 1, 1, 2])
  }

  // Busiest device over mean device on 8 devices: 8 [h + (1 − h)(M − n)/(N − n)], the form the
  // published peak-memory bars follow. Cold tokens take turns, so a last turn may be cut off.
  @Test(arguments: [
    (128, 4, 16, [2.40, 4.00, 6.40, 7.60]), (128, 4, 4, [2.94, 4.39, 6.56, 7.64]),
    (128, 4, 1, [3.06, 4.47, 6.59, 7.64]), (256, 8, 16, [2.77, 4.27, 6.51, 7.63]),
    (256, 8, 4, [3.02, 4.44, 6.58, 7.64]), (256, 8, 1, [3.08, 4.48, 6.60, 7.65]),
  ])
  func releasedImbalance(experts: Int, topK: Int, hot: Int, expected: [Double]) throws {
    for (fraction, ratio) in zip([0.3, 0.5, 0.8, 0.95], expected) {
      let layer = try routing(
        "released", fraction: fraction, hot: hot, experts: experts, topK: topK, tokens: 16384
      ).step(0).layers[0]
      let found = contiguousImbalance(layer.expertLoads.map(Double.init), ranks: 8)
      #expect(abs(found - ratio) < 0.02, "\(fraction): \(found)")
      #expect(layer.isConserved)
    }
  }

  @Test func sixteenReleasedHotExpertsUseOnlyTopK() throws {
    let source = try routing(
      "released", fraction: 0.5, hot: 16, experts: 128, topK: 4, tokens: 1024)
    let loads = source.step(0).layers[0].expertLoads
    #expect(loads[0..<4].allSatisfy { $0 == 8 * 512 })
    #expect(loads[4..<16].allSatisfy { $0 == 0 })
    #expect(
      source.warnings == [
        "hotExperts, assignment released: a token has 4 slots, so only the first 4 of 16 hot experts"
          + " are used, as in the published generator"
      ])
  }

  @Test func oneReleasedHotExpertTakesAllCopiesOfAToken() throws {
    let layer = try routing("released", fraction: 0.95, hot: 1, experts: 128, topK: 4, tokens: 1000)
      .step(0).layers[0]
    #expect(layer.copies(from: 3, to: 0) == 950 * 4)
    // 950 hot tokens, each once, and no cold one reaches rank 0's expert.
    let tokens = layer.distinctTokens(
      CopyAssignment(layer, rankOfExpert: (0..<128).map { $0 / 16 }), ranks: 8, ranksPerNode: 4)
    #expect(tokens.isExact)
    #expect(tokens.perRank[3 * 8] >= 950)
    #expect(tokens.perNode[3 * 2] >= 950)
  }

  @Test(arguments: ["even", "spread"])
  func evenHotExpertsShareAlike(assignment: String) throws {
    // 80 % of 1,000 tokens × 4 choices over 16 hot experts: 200 copies each from every rank, and
    // 800 over 112 cold ones: 7 or 8.
    let layer = try routing(
      assignment, fraction: 0.8, hot: 16, experts: 128, topK: 4, tokens: 1000
    ).step(0).layers[0]
    let row = layer.copies[0..<128].sorted(by: >)
    #expect(row[0..<16].allSatisfy { $0 == 200 })
    #expect(row[16...].allSatisfy { $0 == 7 || $0 == 8 })
    let perRank = (0..<8).map { rank in
      (0..<16).count { layer.copies(from: 0, to: rank * 16 + $0) == 200 }
    }
    #expect(
      perRank == (assignment == "even" ? [16, 0, 0, 0, 0, 0, 0, 0] : [2, 2, 2, 2, 2, 2, 2, 2]))
  }

  /// In every small world, an even assignment never repeats an expert within a token, and copies are
  /// conserved.
  @Test(arguments: 0..<60)
  func evenAssignmentsRespectTopK(seed: UInt64) throws {
    var random = SeededGenerator(state: seed)
    let experts = Int.random(in: 2...12, using: &random)
    let topK = Int.random(in: 1...experts, using: &random)
    let hot = Int.random(in: 1..<experts, using: &random)
    let tokens = Int.random(in: 0...30, using: &random)
    let fraction = Double.random(in: 0...1, using: &random)
    for assignment in ["released", "even", "spread"] {
      let layer = try routing(
        assignment, fraction: fraction, hot: hot, experts: experts, topK: topK, ranks: 2,
        tokens: tokens
      ).step(0).layers[0]
      #expect(layer.isConserved)
      guard assignment != "released" else { continue }
      let choices = try #require(layer.choices)
      for token in 0..<choices.tokens {
        let used = choices.experts[(token * topK)..<((token + 1) * topK)]
        #expect(Set(used).count == topK)
      }
    }
  }

  @Test(
    arguments: [
      (["fraction": OptionValue.number(1.5)], "from 0 to 1"),
      (["experts": .integer(2)], "needs the fraction"),
      (["fraction": .number(0.5), "experts": .integer(8)], "8 of 8 experts"),
      (["fraction": .number(0.5), "assignment": .text("odd")], "no assignment 'odd'"),
    ] as [([String: OptionValue], String)])
  func refusedOptions(options: [String: OptionValue], text: String) {
    let error = #expect(throws: RoutingError.self) {
      try source("hotExperts", options, in: world(experts: 8, topK: 2, tokens: 4))
    }
    #expect(error?.message.contains(text) == true)
  }
}
