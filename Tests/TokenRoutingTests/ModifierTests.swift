import Domain
import Testing

@testable import TokenRouting

@Suite struct ModifierTests {
  /// Popularity of six experts that falls by halves.
  private struct Halves: PopularityLaw {
    func popularity(at position: Int, step: Int) -> Popularity {
      Popularity(shares: [32, 16, 8, 4, 2, 1].map { $0 / 63 })
    }
  }

  private let context = world(experts: 6, topK: 2, ranks: 4, tokens: 8)

  private func modified<Modifier: RoutingModifier>(
    _ modifier: Modifier.Type, _ options: [String: OptionValue] = [:]
  ) throws -> any PopularityLaw {
    try modifier.make(
      ComponentSpec(Modifier.descriptor, options: options), on: Halves(), in: context)
  }

  @Test func abruptDriftSwitchesAtItsStep() throws {
    let law = try modified(DriftModifier.self, ["at": .integer(3)])
    let before = Halves().popularity(at: 0, step: 0).shares[0]
    #expect(law.popularity(at: 0, step: 2).shares[0] == before)
    let after = law.popularity(at: 0, step: 3).shares[0]
    #expect(after.sorted() == before.sorted())
    #expect(zip(before, after).allSatisfy { $0 != $1 })
  }

  // 1/(1 + exp(−4 (t − 10)/8)): a half at 10, 1/(1 + e) at 8, 1/(1 + e⁻²) at 14.
  @Test(arguments: [(10, 0.5), (8, 0.26894), (14, 0.88080), (0, 0.00669), (100, 1.0)])
  func gradualDriftFollowsASigmoid(step: Int, progress: Double) throws {
    let law = try modified(
      DriftModifier.self,
      ["at": .integer(10), "width": .number(8), "course": .text("gradual")])
    let drift = try #require(law as? DriftModifier)
    #expect(abs(drift.progress(at: step) - progress) < 1e-5)
    let shares = law.popularity(at: 0, step: step).shares[0]
    #expect(abs(shares.reduce(0, +) - 1) < 1e-12)
  }

  @Test func partialDriftMovesAShareOfTheExperts() throws {
    let law = try modified(DriftModifier.self, ["at": .integer(0), "moved": .number(0.5)])
    let before = Halves().popularity(at: 0, step: 0).shares[0]
    let after = law.popularity(at: 0, step: 0).shares[0]
    #expect(zip(before, after).count { $0 != $1 } == 3)
  }

  // A Dirichlet share of mean p and precision c has the variance p (1 − p)/(c + 1).
  @Test func fluctuationHasItsPrecision() throws {
    let law = try modified(FluctuationModifier.self, ["precision": .number(50)])
    let mean = Halves().popularity(at: 0, step: 0).shares[0]
    let samples = (0..<4000).map { law.popularity(at: 0, step: $0).shares[0] }
    for expert in 0..<3 {
      let values = samples.map { $0[expert] }
      let centre = values.reduce(0, +) / 4000
      let variance = values.reduce(0) { $0 + ($1 - centre) * ($1 - centre) } / 4000
      #expect(abs(centre / mean[expert] - 1) < 0.03)
      #expect(abs(variance / (mean[expert] * (1 - mean[expert]) / 51) - 1) < 0.12)
    }
  }

  @Test func localRanksKeepTheirPreference() throws {
    let law = try modified(TemporalLocalityModifier.self, ["length": .integer(5)])
    let rows = (0..<20).map { step -> [[Double]] in
      let popularity = law.popularity(at: 0, step: step)
      return (0..<4).map { popularity.shares(of: $0) }
    }
    for rank in 0..<4 {
      let changes = (1..<20).filter { rows[$0][rank] != rows[$0 - 1][rank] }
      #expect((3...4).contains(changes.count))
      #expect(zip(changes, changes.dropFirst()).allSatisfy { $1 - $0 == 5 })
    }
    #expect(rows[0][0] != rows[0][1])
  }

  @Test func madeUpDomainsAreRankings() throws {
    let law = try modified(DomainsModifier.self, ["count": .integer(3)])
    let popularity = law.popularity(at: 0, step: 0)
    #expect(popularity.shares.count == 3)
    let plain = Halves().popularity(at: 0, step: 0).shares[0].sorted()
    #expect(popularity.shares.allSatisfy { $0.sorted() == plain })
    #expect(popularity.populationOfRank?.count == 4)
  }
}
