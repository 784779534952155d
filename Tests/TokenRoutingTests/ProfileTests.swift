import Foundation
import Testing

@testable import TokenRouting

@Suite struct ProfileTests {
  @Test func skewByHand() {
    // Loads 4 2 1 1: hottest 2 × mean; deviations 2 0 −1 −1, so variation sqrt(6/4)/2; on two ranks
    // contiguous 6 of 8, balanced 4 + 1 of 8 with two experts each, bound 4 of 4.
    let skew = RoutingProfile.Skew(loads: [[4, 2, 1, 1]])
    #expect(skew.hottestOverMean == 2)
    #expect(abs(skew.coefficientOfVariation - 1.5.squareRoot() / 2) < 1e-12)
    let two = skew.imbalance[0]
    #expect([two.contiguous, two.balanced, two.lowerBound] == [1.5, 1.25, 1])
    #expect(skew.imbalance.map(\.ranks) == [2, 4])
    #expect(skew.imbalance[1].lowerBound == 2)
  }

  @Test func localityByHand() throws {
    // Two choices a token; 16 tokens that all use experts 0 and 1: the set {0, 1} is perfect.
    let rows = (0..<16).map { "0,\($0),0001" }.joined(separator: "\n")
    let table = try TokenTable(
      bytes: Array("sequence,position,experts_hex\n\(rows)\n".utf8), name: "f")
    let profile = try RoutingProfile(table, topK: 2, experts: 8)
    #expect(profile.locality?.f1 == 1)
    #expect(profile.affinity == nil)
  }

  @Test func affinityByHand() {
    // Expert 0 is followed by 0 in 3 of 4 cases, expert 1 always by 1: (0.75 · 2 + 1 · 2)/2.
    let affinity = RoutingProfile.Affinity(pairs: [[3, 1, 0, 7]], experts: 2)
    #expect(affinity.successorOverChance == 1.75)
  }

  @Test func steadyWindowsDoNotDrift() {
    let windows = [[[4.0, 2, 2]], [[8.0, 4, 4]], [[2.0, 1, 1]]]
    let drift = RoutingProfile.Drift(windows: windows)
    #expect(drift.correlationWithFirst.allSatisfy { abs($0 - 1) < 1e-12 })
    let dispersion = RoutingProfile.Dispersion(windows: windows, topK: 1)
    #expect(dispersion.varianceOverMultinomial == 0)
    #expect(dispersion.precision == nil)
  }

  @Test func profilesAreJSON() throws {
    let table = try LoadTable(bytes: Array("layer,total,e0,e1\n5,4,1,3\n".utf8), name: "f")
    let profile = RoutingProfile(try table.trace(), topK: 1, format: .loadTable)
    let data = try JSONEncoder().encode(profile)
    #expect(try JSONDecoder().decode(RoutingProfile.self, from: data) == profile)
    #expect(profile.popularity == [.init(layer: 5, shares: [0.25, 0.75])])
  }
}

/// What is known about the published traces.
@Suite(.enabled(if: SharedData.isPresent, "the folder of measured data is missing"))
struct PublishedProfileTests {
  private func profile(_ file: String, topK: Int, key: String? = nil) throws -> RoutingProfile {
    try RoutingProfile(path: "\(SharedData.routing)/\(file).csv", topK: topK, key: key)
  }

  // One fixed set of experts serves 16 consecutive tokens of DeepSeek-V2-Lite with an F1 of 38 %
  // (measured by others on other text).
  @Test func tokensOfV2LiteAreLocal() throws {
    let profile = try profile("deepseek_v2_lite_tokens", topK: 6)
    let locality = try #require(profile.locality)
    #expect(abs(locality.f1 - 0.38) < 0.05)
    #expect(locality.f1 > locality.f1Shuffled + 0.03)
  }

  // The most likely successor of an expert is 5.3 times likelier than chance.
  @Test func layersOfV2LiteAreAffine() throws {
    let affinity = try #require(try profile("deepseek_v2_lite_transitions", topK: 6).affinity)
    #expect(abs(affinity.successorOverChance - 5.3) < 0.3)
    #expect(affinity.layerPairs == 25)
  }

  // Chat windows correlate only 0.3 to 0.6 with the first one, and scatter far more than counting
  // would let them.
  @Test func chatWindowsDrift() throws {
    let profile = try profile("deepseek_v2_lite_chat_windows", topK: 6)
    let later = try #require(profile.drift).correlationWithFirst.dropFirst()
    #expect(later.count == 42)
    #expect(later.count { (0.3...0.6).contains($0) } >= 30)
    #expect(later.allSatisfy { $0 < 0.7 })
    let dispersion = try #require(profile.dispersion)
    #expect(dispersion.varianceOverMultinomial > 10)
    // What the modifier `fluctuation` does by default.
    #expect(abs(try #require(dispersion.precision) - 805) < 1)
  }

  // General text gives a coefficient of variation near 0.5, one domain near 1.
  @Test func mixturesAreMoreEvenThanDomains() throws {
    let mixed = try #require(try profile("olmoe_1b_7b_load", topK: 8, key: "c4").skew)
    let domain = try #require(try profile("olmoe_1b_7b_load", topK: 8, key: "arxiv").skew)
    #expect(mixed.coefficientOfVariation < domain.coefficientOfVariation)
    #expect((0.3...0.7).contains(mixed.coefficientOfVariation))
  }
}
