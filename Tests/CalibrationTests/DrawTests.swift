import Calibration
import Testing

@Suite struct DrawTests {
  private func request(
    tokens: Int, ranks: Int, experts: Int = 256, topK: Int = 8,
    _ distribution: CollectorDistribution, _ rule: RemainderRule = .smallestFirst,
    slots: Int? = nil
  ) -> DrawRequest {
    DrawRequest(
      experts: experts, topK: topK, ranks: ranks, tokens: tokens, distribution: distribution,
      remainder: rule, balancedSlots: slots)
  }

  @Test(arguments: [
    ("balanced", CollectorDistribution.balanced), ("uniform", .balanced),
    ("power_law_1.2", .powerLaw(exponent: 1.2)), ("power_law_0.6", .powerLaw(exponent: 0.6)),
  ])
  func labelsOfDistributions(label: String, expected: CollectorDistribution) {
    #expect(CollectorDistribution(label) == expected)
  }

  @Test(arguments: ["", "zipf", "power_law_", "power_law_x", "power_law_nan"])
  func otherLabelsAreNotKnown(label: String) {
    #expect(CollectorDistribution(label) == nil)
  }

  /// Eight experts, top-2: stride 4. Tokens 0 to 4 take (0,4) (1,5) (2,6) (3,7) (4,0): on rank 0 of
  /// four, experts 0 and 1 get two rows and one, from three tokens.
  @Test func balancedTokensWalkWithAStride() {
    let draw = request(tokens: 5, ranks: 4, experts: 8, topK: 2, .balanced).draws()
    #expect(draw == [RankDraw(rowsPerExpert: [2, 1], reachingTokens: 3)])
  }

  /// Two tokens for a stride of four start at experts 0 and 2.
  @Test func fewBalancedTokensAreSpread() {
    let draw = request(tokens: 2, ranks: 1, experts: 8, topK: 2, .balanced).draws()
    #expect(draw[0].rowsPerExpert == [1, 0, 1, 0, 1, 0, 1, 0])
  }

  /// With one token every scaled count rounds to 0, so all eight copies are left over: dealt to the
  /// last experts they crowd one group, dealt rank by rank each group gets one.
  @Test func theRuleForLeftOversDecidesSmallDraws() {
    let crowded = request(tokens: 1, ranks: 8, .powerLaw(exponent: 1.2)).draws()
    let dealt = request(tokens: 1, ranks: 8, .powerLaw(exponent: 1.2), .roundRobin).draws()
    for draw in crowded { #expect(draw.rowsPerExpert.count { $0 > 0 } == 8) }
    for draw in dealt { #expect(draw.rowsPerExpert.reduce(0, +) == 1) }
  }

  @Test(arguments: [1, 3, 17, 64, 700, 4096], [RemainderRule.smallestFirst, .roundRobin])
  func allCopiesAreDealtAndNoExpertTakesATokenTwice(tokens: Int, rule: RemainderRule) {
    for (experts, topK) in [(256, 8), (8, 2), (32, 4)] {
      for exponent in [0.6, 1.0, 1.01, 1.2] {
        let whole = request(
          tokens: tokens, ranks: 1, experts: experts, topK: topK, .powerLaw(exponent: exponent),
          rule)
        for draw in whole.draws() {
          #expect(draw.rowsPerExpert.reduce(0) { $0 + Int($1) } == tokens * topK)
          #expect(draw.rowsPerExpert.allSatisfy { $0 >= 0 && $0 <= tokens })
          #expect(draw.reachingTokens == tokens)
        }
      }
    }
  }

  @Test func rankZeroHoldsTheHeaviestGroup() {
    let draws = request(tokens: 4096, ranks: 32, .powerLaw(exponent: 1.01)).draws()
    #expect(draws.count == DrawRequest.drawsPerRow)
    for draw in draws {
      #expect(draw.rowsPerExpert.count == 8)
      #expect(draw.rowsPerExpert.reduce(0, +) > 4096 * 8 / 32)
      #expect(draw.reachingTokens <= 4096)
    }
  }

  @Test func replicationBalancesTheSlowestRank() {
    let exponent = CollectorDistribution.powerLaw(exponent: 1.01)
    let plain = request(tokens: 4096, ranks: 32, exponent).draws()
    let balanced = request(tokens: 4096, ranks: 32, exponent, slots: 288).draws()
    for (before, after) in zip(plain, balanced) {
      #expect(after.rowsPerExpert.count == 9)
      #expect(after.rowsPerExpert.reduce(0, +) < before.rowsPerExpert.reduce(0, +))
      #expect(after.rowsPerExpert.reduce(0, +) >= 4096 * 8 / 32)
    }
  }

  @Test func groupRoutingKeepsFourGroups() {
    let balanced = DrawRequest(
      experts: 16, topK: 8, ranks: 1, tokens: 2, distribution: .balanced,
      remainder: .smallestFirst, routesWithinGroups: true
    ).draws()
    // Stride 2: the tokens choose 0, 2, … 14 and 1, 3, … 15, one in each group of two. All groups
    // tie, the first four are kept, and both tokens use experts 0 to 7.
    let expected = [Int32](repeating: 2, count: 8) + [Int32](repeating: 0, count: 8)
    #expect(balanced == [RankDraw(rowsPerExpert: expected, reachingTokens: 2)])
  }

  @Test func equalRequestsGiveEqualDraws() {
    let asked = request(tokens: 333, ranks: 16, .powerLaw(exponent: 1.2))
    #expect(asked.draws() == asked.draws())
  }
}
