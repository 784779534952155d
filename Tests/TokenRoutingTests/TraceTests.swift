import Domain
import Testing

@testable import TokenRouting

@Suite struct TraceTests {
  // Two layers of two choices a token, four tokens; three ranks take one token each.
  private static let tokens = "domain,experts_hex\na,00010203\na,02030001\nb,00020102\nb,01030203\n"

  private func replay(
    _ text: String, _ options: [String: OptionValue] = [:], in context: RoutingContext
  ) throws -> RoutingSource {
    let file = try TemporaryFile(text)
    return try source(
      "trace", options.merging(["file": .text(file.path)]) { $1 }, in: context)
  }

  @Test func tokenTablesAreReplayedTokenByToken() throws {
    let context = world(experts: 4, topK: 2, layers: [7, 9], ranks: 3, tokens: 1, steps: 2)
    let replayed = try replay(Self.tokens, in: context)
    let first = replayed.step(0).layers
    #expect(first.map(\.layer) == [7, 9])
    #expect(first[0].choices?.experts == [0, 1, 2, 3, 0, 2])
    #expect(first[1].choices?.experts == [2, 3, 0, 1, 1, 2])
    #expect(first[0].copies == [1, 1, 0, 0, 0, 0, 1, 1, 1, 0, 1, 0])
    // The second step takes the fourth token and starts again.
    #expect(replayed.step(1).layers[0].choices?.experts == [1, 3, 0, 1, 2, 3])
    #expect(replayed.warnings.count == 1)
    #expect(replayed.warnings[0].contains("4 tokens for 2 steps of 3 × 1; the trace starts again"))
  }

  @Test func oneDomainOfATokenTable() throws {
    let context = world(experts: 4, topK: 2, layers: [0, 1], tokens: 2)
    let replayed = try replay(Self.tokens, ["domain": .text("b")], in: context)
    #expect(replayed.step(0).layers[0].choices?.experts == [0, 2, 1, 3])
    #expect(replayed.warnings.isEmpty)
  }

  @Test func fewerLayersAreRepeatedInOrder() throws {
    let context = world(experts: 4, topK: 2, layers: [0, 1, 2, 3, 4], tokens: 1)
    let replayed = try replay(Self.tokens, in: context)
    let experts = replayed.step(0).layers.map { $0.choices?.experts ?? [] }
    #expect(experts == [[0, 1], [2, 3], [0, 1], [2, 3], [0, 1]])
    #expect(replayed.warnings.count == 1)
    #expect(
      replayed.warnings[0].hasSuffix(
        "the trace has 2 layers where the model has 5; they are repeated in order"))
  }

  // Numbers match by value where the model has the trace's or the trace the model's; else in order.
  @Test(
    arguments: [
      ([3, 4, 5], [3, 4, 5, 6], [0, 1, 2], 0), ([5, 3], [3, 4, 5, 6], [2, 0], 0),
      ([0, 1], [1, 2, 3], [0, 1], 1), ([0, 1, 2, 3], [0, 2], [0, 1, 1, 1], 1),
      ([0, 1, 2, 3], [8, 9], [0, 1, 0, 1], 1), ([7], [3], [0], 1),
    ] as [([Int], [Int], [Int], Int)])
  func layerNumbers(model: [Int], trace: [Int], places: [Int], warnings: Int) {
    let matching = LayerMatching(model: model, trace: trace, count: trace.count, file: "f")
    #expect(matching.places == places)
    #expect(matching.warnings.count == warnings)
  }

  @Test func windowsAreFollowedInTime() throws {
    let text = "window,layer,e0,e1\n0,0,9,0\n1,0,0,9\n"
    let context = world(experts: 2, topK: 1, tokens: 10, steps: 5)
    let followed = try replay(text, ["stepsPerWindow": .integer(2)], in: context)
    #expect((0..<5).map { followed.step($0).layers[0].copies[0] } == [10, 10, 0, 0, 10])
    #expect(followed.warnings.count == 1)
    #expect(
      followed.warnings[0].hasSuffix(
        "2 windows cover 4 of 5 steps; they start again from the first"))
  }

  @Test func mixturesFollowTotals() throws {
    // a has 30 copies on expert 0, b 10 on expert 1: three quarters and one.
    let text = "domain,layer,total,e0,e1\na,0,30,30,0\nb,0,10,0,10\n"
    let context = world(experts: 2, topK: 1, tokens: 100_000)
    let mixed = try replay(text, in: context)
    #expect(abs(Double(mixed.step(0).layers[0].copies[0]) - 75_000) < 700)
    // By domain, each rank has one of them alone.
    let file = try TemporaryFile(text)
    let apart = try RoutingCatalog.make(
      ComponentSpec(kind: "trace", options: ["file": .text(file.path)]),
      modifiers: [ComponentSpec(kind: "domains")],
      in: world(experts: 2, topK: 1, ranks: 400, tokens: 10))
    let first = apart.step(0).layers[0]
    let pure = (0..<400).map { first.copies(from: $0, to: 0) }
    #expect(pure.allSatisfy { $0 == 0 || $0 == 10 })
    #expect((260...340).contains(pure.count { $0 == 10 }))
  }

  @Test func transitionsAreFollowed() throws {
    // Expert e of layer 0 leads to expert e of layer 1, always.
    let text =
      "layer_from,layer_to,expert_from,to0,to1,to2\n0,1,0,5,0,0\n0,1,1,0,3,0\n0,1,2,0,0,2\n"
    let context = world(experts: 3, topK: 1, layers: [0, 1], ranks: 2, tokens: 500)
    let layers = try replay(text, in: context).step(3).layers
    #expect(layers[0].copies == layers[1].copies)
    #expect(layers[0].isConserved)
    #expect(abs(Double(layers[0].expertLoads[0]) - 500) < 70)
  }

  @Test(arguments: [
    ("layer,total,e0,e1,e2\n0,3,1,1,1\n", 2, 1, "the trace has 3 experts where the model has 2"),
    ("layer,total,e0,e1\n0,3,3,0\n", 2, 2, "layer 0 loads 1 experts, but every token uses 2"),
    ("experts_hex\n000102\n", 4, 2, "3 expert numbers, which 2 (topK) does not divide"),
    ("experts_hex\n0001\n0009\n", 4, 2, "expert 9 is beyond the model's 4 experts"),
    (
      "layer_from,layer_to,expert_from,to0,to1\n0,1,0,1,0\n", 2, 2,
      "layer 0 uses fewer experts than the 2"
    ),
    (
      "layer_from,layer_to,expert_from,to0,to1,to2\n0,1,0,1,0,1\n", 2, 1,
      "the trace has 3 experts where the model has 2"
    ),
    ("a,b\n1,2\n", 2, 1, "the header is of no known routing table"),
    ("", 2, 1, "the file is empty"),
  ])
  func tracesOfAnotherModel(text: String, experts: Int, topK: Int, message: String) {
    let error = #expect(throws: RoutingError.self) {
      try replay(text, in: world(experts: experts, topK: topK, tokens: 4))
    }
    #expect(error?.message.contains(message) == true, "\(String(describing: error))")
  }

  @Test func fewerExpertsAreWarnedOf() throws {
    let text = "layer,total,e0,e1\n0,3,2,1\n"
    let replayed = try replay(text, in: world(experts: 4, topK: 2, tokens: 4))
    #expect(replayed.warnings.count == 1)
    #expect(replayed.step(0).layers[0].copies == [4, 4, 0, 0])
  }
}
