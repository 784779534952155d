import Domain
import Testing

@testable import TokenRouting

/// What holds for every routing kind under every modifier: walks the catalogue, so that a new kind
/// is tested by being there.
@Suite struct ConservationTests {
  private static let loads =
    "domain,layer,total,e0,e1,e2,e3,e4,e5\na,0,21,1,2,3,4,5,6\na,1,21,6,5,4,3,2,1\n"
    + "b,0,60,10,10,10,10,10,10\nb,1,60,50,2,2,2,2,2\n"

  /// Options that make every kind and modifier work; those left out have defaults.
  private func options(
    _ name: String, file: String, profile: String
  ) -> [String: OptionValue] {
    switch name {
    case "profile": ["name": .text(profile)]
    case "hotExperts": ["fraction": .number(0.7), "experts": .integer(1)]
    case "trace": ["file": .text(file)]
    case "drift": ["at": .integer(1), "course": .text("gradual")]
    default: [:]
    }
  }

  /// A profile of two layers with scatter, locality and affinity.
  private static func profile(experts: Int) -> String {
    var profile = RoutingProfile(
      file: "test", format: .loadTable, experts: experts, layers: [0, 1])
    let loads = (0..<2).map { layer in (0..<experts).map { Double(1 + ($0 * 7 + layer) % 5) } }
    profile.popularity = RoutingProfile.popularity(loads, layers: [0, 1])
    profile.skew = RoutingProfile.Skew(loads: loads)
    profile.dispersion = .init(varianceOverMultinomial: 2, precision: 50)
    profile.locality = .init(
      tokens: 16, f1: 0.4, f1Shuffled: 0.2, repeated: 0.5, repeatedByChance: 0.3)
    profile.affinity = .init(successorOverChance: 3, layerPairs: 1)
    return profile.json
  }

  @Test(arguments: 0..<60)
  func everyKindConservesCopies(seed: UInt64) throws {
    var random = SeededGenerator(state: seed)
    let file = try TemporaryFile(Self.loads)
    let experts = Int.random(in: 6...16, using: &random)
    let profile = try TemporaryFile(Self.profile(experts: experts), suffix: ".json")
    let context = world(
      experts: experts, topK: Int.random(in: 1...6, using: &random), layers: [0, 1, 2],
      ranks: Int.random(in: 1...5, using: &random), tokens: Int.random(in: 0...40, using: &random),
      steps: 3, seed: seed)
    for kind in RoutingCatalog.descriptors {
      let spec = ComponentSpec(
        kind: kind.name, options: options(kind.name, file: file.path, profile: profile.path))
      try check(RoutingCatalog.make(spec, in: context), kind.name)
      guard kind.name != "hotExperts" else { continue }
      for modifier in RoutingCatalog.modifierDescriptors {
        let chosen = ComponentSpec(
          kind: modifier.name,
          options: options(modifier.name, file: file.path, profile: profile.path))
        try check(
          RoutingCatalog.make(spec, modifiers: [chosen], in: context),
          "\(kind.name) + \(modifier.name)")
      }
      let all = RoutingCatalog.modifierDescriptors.map {
        ComponentSpec(
          kind: $0.name, options: options($0.name, file: file.path, profile: profile.path))
      }
      try check(RoutingCatalog.make(spec, modifiers: all, in: context), kind.name + " + all")
    }
  }

  private func check(_ source: RoutingSource, _ name: String) throws {
    let context = source.context
    // Backwards first: a step does not depend on what was drawn before.
    let last = source.step(2)
    let first = source.step(0)
    #expect(source.step(2) == last, "\(name)")
    #expect(source.layer(at: 1, step: 0) == first.layers[1], "\(name)")
    for layer in first.layers + last.layers {
      #expect(layer.isConserved, "\(name)")
      #expect(layer.tokens.count == context.ranks)
      #expect(layer.tokens.allSatisfy { $0 == Int32(context.workload.tokensPerRank) })
      if name != "hotExperts" {
        #expect(layer.copies.allSatisfy { $0 <= Int32(context.workload.tokensPerRank) }, "\(name)")
      }
      checkChoices(of: layer, name)
    }
    #expect(first.layers.map(\.layer) == context.model.layers)
  }

  /// Choices, where they are known, are those that the copies count.
  private func checkChoices(of layer: RoutedLayer, _ name: String) {
    guard let choices = layer.choices else { return }
    var counted = [Int32](repeating: 0, count: layer.copies.count)
    var next = 0
    for (source, tokens) in layer.tokens.enumerated() {
      for _ in 0..<(Int(tokens) * choices.topK) {
        counted[source * layer.experts + Int(choices.experts[next])] += 1
        next += 1
      }
    }
    #expect(next == choices.experts.count)
    #expect(counted == layer.copies, "\(name)")
  }

  @Test func seedsAndStepsAndLayersDiffer() throws {
    let one = try source("zipf", in: world(experts: 32, topK: 4, layers: [0, 1], tokens: 100))
    let other = try source(
      "zipf", in: world(experts: 32, topK: 4, layers: [0, 1], tokens: 100, seed: 8))
    #expect(one.step(0).layers[0].copies != other.step(0).layers[0].copies)
    #expect(one.step(0).layers[0].copies != one.step(1).layers[0].copies)
    #expect(one.step(0).layers[0].copies != one.step(0).layers[1].copies)
  }

  /// Steps that are drawn on all cores are those that are drawn layer by layer.
  @Test func parallelStepsAreTheSame() throws {
    let context = world(experts: 16, topK: 8, layers: Array(0..<40), ranks: 8, tokens: 1000)
    let drawn = try source("powerLaw", in: context)
    #expect(drawn.step(4).layers == (0..<40).map { drawn.layer(at: $0, step: 4) })
  }

  @Test(arguments: [
    (8, 9, 1, 1, "topK 9 does not fit 8 experts"), (0, 1, 1, 1, "must be at least 1"),
    (8, 2, 0, 1, "must be at least 1"), (8, 2, 1, -1, "must be at least 1"),
    (8, 2, 1, 2_000_000_000, "more than can be routed"),
  ])
  func impossibleSizes(experts: Int, topK: Int, ranks: Int, tokens: Int, message: String) {
    let error = #expect(throws: RoutingError.self) {
      try source(
        "uniform", in: world(experts: experts, topK: topK, ranks: ranks, tokens: tokens))
    }
    #expect(error?.message.contains(message) == true)
  }

  @Test func unknownNames() {
    let context = world(experts: 8, topK: 2, tokens: 4)
    let kind = #expect(throws: RoutingError.self) { try source("zip", in: context) }
    #expect(
      kind?.description == "there is no routing 'zip'; choose one of uniform, zipf, powerLaw,"
        + " dirichlet, hotExperts, trace, profile")
    let modifier = #expect(throws: RoutingError.self) {
      try RoutingCatalog.make(
        ComponentSpec(kind: "uniform"), modifiers: [ComponentSpec(kind: "drif")], in: context)
    }
    #expect(
      modifier?.description == "there is no modifier 'drif'; choose one of drift, fluctuation,"
        + " temporalLocality, domains, coactivation, affinity")
    let fixed = #expect(throws: RoutingError.self) {
      try RoutingCatalog.make(
        ComponentSpec(kind: "hotExperts", options: ["fraction": .number(0.5)]),
        modifiers: [ComponentSpec(kind: "fluctuation")], in: context)
    }
    #expect(fixed?.message.contains("fixes the experts of every token") == true)
  }
}
