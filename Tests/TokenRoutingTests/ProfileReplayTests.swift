import Domain
import Foundation
import Testing

@testable import TokenRouting

/// Profiles that are written, read and replayed.
@Suite struct ProfileReplayTests {
  @Test func everyProfileOfTheCatalogueIsSound() throws {
    #expect(ProfileCatalog.entries.count >= 10)
    #expect(Set(ProfileCatalog.entries.map(\.id)).count == ProfileCatalog.entries.count)
    for entry in ProfileCatalog.entries {
      let curve = try #require(entry.profile.curve)
      #expect(curve.count == entry.profile.experts, "\(entry.id)")
      #expect(abs(curve.reduce(0, +) - 1) < 1e-9, "\(entry.id)")
      #expect(curve == curve.sorted(by: >), "\(entry.id)")
      #expect(!entry.source.isEmpty && !entry.model.isEmpty)
    }
  }

  @Test func brokenTablesAreRefused() {
    let header =
      "id,model,layers,experts,dispersion,precision,f1,f1Shuffled,repeated,"
      + "repeatedByChance,successorOverChance,curve,source\n"
    for row in ["a,m,1,3,,,,,,,,1 2,s", "a,m,x,2,,,,,,,,1 2,s", "a,m,1,2,,,,,,,,0 0,s"] {
      #expect(throws: RoutingError.self) { try ProfileCatalog.entries(of: header + row) }
    }
    #expect(throws: RoutingError.self) { try ProfileCatalog.entries(of: header + "a,b") }
  }

  /// Shares of four experts at 8:4:2:2, written, read, replayed and profiled again.
  @Test func aWrittenProfileIsReplayed() throws {
    let rows = "layer,total,e0,e1,e2,e3\n0,160,80,40,20,20\n1,160,20,20,40,80\n"
    let file = try TemporaryFile(rows)
    let profile = try RoutingProfile(path: file.path, topK: 1)
    let written = try TemporaryFile(profile.json, suffix: ".json")
    let context = world(experts: 4, topK: 1, layers: [0, 1], ranks: 2, tokens: 4000, steps: 4)
    let source = try source("profile", ["name": .text(written.path)], in: context)
    let again = try RoutingProfile(source, steps: 0..<4)
    for (layer, shares) in [[0.5, 0.25, 0.125, 0.125], [0.125, 0.125, 0.25, 0.5]].enumerated() {
      for (expert, share) in shares.enumerated() {
        #expect(abs(again.popularity[layer].shares[expert] - share) < 0.015)
      }
    }
    #expect(try RoutingProfile(named: written.path).json == profile.json)
  }

  @Test func whatIsNoProfileIsRefused() throws {
    let context = world(experts: 4, topK: 1, tokens: 4)
    let other = try TemporaryFile("{}", suffix: ".json")
    for name in ["nobody", other.path, "missing.json", ""] {
      #expect(throws: RoutingError.self) {
        try source("profile", ["name": .text(name)], in: context)
      }
    }
    let entry = try #require(ProfileCatalog.entries.first { $0.profile.experts != 4 })
    #expect(throws: RoutingError.self) {
      try source("profile", ["name": .text(entry.id)], in: context)
    }
  }

  /// A replayed profile has the profile's skew and its scatter between steps within a fifth, what
  /// tokens repeat within 0.06, F1 within 0.1, and its affinity within a half: distinct choices cost
  /// the hottest experts some of their share.
  @Test(arguments: [
    "deepseek-v2-lite-law", "deepseek-v2-lite-translation", "deepseek-v2-lite-chat",
  ])
  func aReplayedProfileLooksTheSame(name: String) throws {
    let profile = try #require(ProfileCatalog.entry(name)).profile
    let context = world(
      experts: 64, topK: 6, layers: [1, 2, 3, 4], ranks: 2, tokens: 2048, steps: 12)
    let source = try source("profile", ["name": .text(name)], in: context)
    let again = try RoutingProfile(source, steps: 0..<12)
    let skew = try #require(profile.skew)
    let found = try #require(again.skew)
    #expect(abs(found.hottestOverMean / skew.hottestOverMean - 1) < 0.2)
    #expect(abs(found.coefficientOfVariation / skew.coefficientOfVariation - 1) < 0.2)
    if let precision = profile.dispersion?.precision {
      let drawn = try #require(again.dispersion?.precision)
      #expect(abs(drawn / precision - 1) < 0.2, "\(drawn) of \(precision)")
    }
    if let locality = profile.locality, let repeated = locality.repeated {
      let drawn = try #require(again.locality)
      #expect(abs((drawn.repeated ?? 0) - repeated) < 0.06)
      #expect(abs(drawn.f1 - locality.f1) < 0.1, "\(drawn.f1) of \(locality.f1)")
    }
    if let affinity = profile.affinity {
      let drawn = try #require(again.affinity)
      #expect(
        abs(drawn.successorOverChance / affinity.successorOverChance - 1) < 0.5,
        "\(drawn.successorOverChance) of \(affinity.successorOverChance)")
    }
  }
}
