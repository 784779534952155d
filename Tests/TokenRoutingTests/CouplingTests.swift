import Domain
import Testing

@testable import TokenRouting

@Suite struct CouplingTests {
  private func routing(
    _ modifiers: [ComponentSpec], experts: Int = 32, topK: Int = 4, layers: [Int] = [0, 1],
    kind: String = "zipf"
  ) throws -> RoutingSource {
    try RoutingCatalog.make(
      ComponentSpec(kind: kind), modifiers: modifiers,
      in: world(experts: experts, topK: topK, layers: layers, ranks: 2, tokens: 3000, steps: 4))
  }

  /// How often two experts are used by one token, over how often they would be if tokens were free:
  /// the largest ratio of any pair.
  private func largestLift(_ layer: RoutedLayer) throws -> Double {
    let choices = try #require(layer.choices)
    var pairs = [Double](repeating: 0, count: layer.experts * layer.experts)
    for token in 0..<choices.tokens {
      let used = choices.experts[(token * choices.topK)..<((token + 1) * choices.topK)]
      for first in used {
        for second in used where first != second {
          pairs[Int(first) * layer.experts + Int(second)] += 1
        }
      }
    }
    let loads = layer.expertLoads.map(Double.init)
    let tokens = Double(choices.tokens)
    return pairs.indices.reduce(0) { most, index in
      let expected = loads[index / layer.experts] * loads[index % layer.experts] / tokens
      return expected > 20 ? max(most, pairs[index] / expected) : most
    }
  }

  @Test func blocksAreUsedTogether() throws {
    func lift(_ strength: Double) throws -> Double {
      let spec = ComponentSpec(
        kind: "coactivation", options: ["block": .integer(4), "strength": .number(strength)])
      return try largestLift(routing([spec], kind: "uniform").layer(at: 0, step: 0))
    }
    let (none, half, all) = (try lift(0.01), try lift(0.5), try lift(1))
    #expect(none < 1.5)
    // Of 32 experts in blocks of 4, a token of one block uses all four: 8 times as often as by chance.
    #expect(half > 3 && half < all)
    #expect(all > 7)
  }

  /// Every token of a block of as many experts as it uses takes exactly that block.
  @Test func wholeBlocksHaveEqualLoads() throws {
    let spec = ComponentSpec(
      kind: "coactivation", options: ["block": .integer(4), "strength": .number(1)])
    let layer = try routing([spec]).layer(at: 0, step: 0)
    let different = Set(layer.expertLoads)
    #expect(different.count <= 8)
  }

  @Test(arguments: [0.25, 0.75]) func affinityGoesOn(strength: Double) throws {
    let spec = ComponentSpec(kind: "affinity", options: ["strength": .number(strength)])
    let free = try RoutingProfile(routing([], kind: "uniform"), steps: 0..<1)
    #expect(free.affinity == nil)
    let bound = try RoutingProfile(routing([spec], kind: "uniform"), steps: 0..<2)
    let affinity = try #require(bound.affinity)
    // One of four slots goes on with this chance, to an expert as wide as about 0.6 of its own place.
    let expected = strength * 32 / 4
    #expect(affinity.successorOverChance > 0.5 * expected)
    #expect(affinity.successorOverChance < 1.2 * expected + 1)
  }

  /// Coupling does not change how popular experts are, by more than what distinct choices do anyway;
  /// blocks share their tokens among their experts, so only even popularity is left alone by them.
  @Test(arguments: [("coactivation", "uniform"), ("affinity", "zipf")])
  func popularityStays(modifier: String, kind: String) throws {
    let plain = try RoutingProfile(routing([], kind: kind), steps: 0..<4)
    let coupled = try RoutingProfile(
      routing([ComponentSpec(kind: modifier)], kind: kind), steps: 0..<4)
    for (before, after) in zip(plain.popularity, coupled.popularity) {
      for (share, other) in zip(before.shares, after.shares) {
        #expect(abs(share - other) < 0.02 + 0.25 * share)
      }
    }
  }

  /// Steps before the first: every kind and modifier gives them, each its own, and a window table
  /// stays at its first window.
  @Test func stepsBeforeTheFirstExist() throws {
    for kind in ["uniform", "zipf", "powerLaw", "dirichlet"] {
      for modifier in RoutingCatalog.modifierDescriptors.map(\.name) {
        let options: [String: OptionValue] = modifier == "drift" ? ["at": .integer(2)] : [:]
        let source = try routing([ComponentSpec(kind: modifier, options: options)], kind: kind)
        let steps = (-3...0).map { source.step($0) }
        #expect(steps.allSatisfy { $0.layers.allSatisfy(\.isConserved) })
        #expect(Set(steps.map { $0.layers[0].copies }).count == 4, "\(kind) + \(modifier)")
        #expect(source.step(-2) == steps[1])
      }
    }
  }

  @Test func tracesExistBeforeTheFirstStep() throws {
    let windows = try TemporaryFile(
      "window,layer,total,e0,e1\n0,0,100,90,10\n1,0,100,10,90\n")
    let loads = try source(
      "trace", ["file": .text(windows.path)],
      in: world(experts: 2, topK: 1, ranks: 1, tokens: 2000, steps: 2))
    for step in [-7, -1, 0] { #expect(loads.step(step).layers[0].expertLoads[0] > 1600) }
    #expect(loads.step(1).layers[0].expertLoads[0] < 400)
    let tokens = try TemporaryFile("experts_hex\n00\n01\n02\n")
    let replay = try source(
      "trace", ["file": .text(tokens.path)],
      in: world(experts: 3, topK: 1, ranks: 1, tokens: 1, steps: 3))
    let used = (-4...3).map { replay.step($0).layers[0].expertLoads.firstIndex(of: 1) }
    #expect(used == [2, 0, 1, 2, 0, 1, 2, 0])
  }

  /// A stretch of four steps is as long before step 0 as after it.
  @Test func stretchesAreEquallyLong() {
    let epochs = (-12..<12).map { Epochs.epoch(of: 3, at: $0, length: 4, seed: 9) }
    var lengths: [Int] = []
    for epoch in epochs.first! + 1..<epochs.last! {
      lengths.append(epochs.count { $0 == epoch })
    }
    #expect(lengths == [Int](repeating: 4, count: lengths.count) && lengths.count >= 4)
  }
}
