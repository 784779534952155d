import Diagnostics
import Foundation
import Results
import Testing
import Workbench

/// Placements from files and with copies: what fits is used, what does not is one clear finding.
@Suite struct PlacementTests {
  /// Two layers of eight experts on four ranks of two slots, in order.
  static func file(
    experts: Int = 8, ranks: Int = 4, layers: [(Int, [Int])] = [(0, order), (1, order)]
  ) -> String {
    let rows = layers.map { "{ \"layer\": \($0.0), \"slots\": \($0.1) }" }.joined(separator: ", ")
    return """
      { "schemaVersion": 1, "model": "m", "experts": \(experts), "ranks": \(ranks),
        "slotsPerRank": \(order.count / ranks), "layers": [ \(rows) ] }
      """
  }

  static let order = Array(0..<8)

  private let scenario = SmallScenario(
    steps: 2, placements: "[contiguous, file: placement.json]", strategies: "[ep]")

  /// A file that says what `contiguous` does gives the same steps.
  @Test func aFileIsUsedAsItStands() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.file(), to: "placement.json")
    let result = try scenario.run(in: folder.path)
    #expect(result.cells[0].stepSeconds == result.cells[1].stepSeconds)
    #expect(result.placements.map(\.movesFromBaseline) == [0, 0])
    #expect(result.placements[1].status == "given")
    #expect(result.placements[1].firstLayerSlots == Self.order)
  }

  struct BadFile: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let text: String
    let message: String
  }

  static let badFiles = [
    BadFile(
      testDescription: "experts of another model", text: file(experts: 16),
      message: "the placement is for 16 experts and the model has 8"),
    BadFile(
      testDescription: "ranks of another cluster", text: file(ranks: 2),
      message: "the placement is for 2 ranks and an expert-parallel group has 4"),
    BadFile(
      testDescription: "a layer is missing", text: file(layers: [(0, order)]),
      message: "the placement has no layer 1"),
    BadFile(
      testDescription: "an expert is missing",
      text: file(layers: [(0, [0, 1, 2, 3, 4, 5, 6, -1]), (1, order)]),
      message: "layer 0: expert 7 is on no rank"),
    BadFile(
      testDescription: "an expert twice on a rank",
      text: file(layers: [(0, order), (1, [0, 0, 1, 2, 3, 4, 5, 6])]),
      message: "layer 1: rank 0 holds expert 0 twice"),
    BadFile(
      testDescription: "an expert that the model lacks",
      text: file(layers: [(0, [0, 1, 2, 3, 4, 5, 6, 8]), (1, order)]),
      message: "layer 0, slot 7 holds expert 8, but experts run from 0 to 7"),
    BadFile(
      testDescription: "a number beyond all ranges",
      text: file(layers: [(0, [0, 1, 2, 3, 4, 5, 6, Int.max]), (1, order)]),
      message: "layer 0, slot 7 holds expert 2147483647, but experts run from 0 to 7"),
    BadFile(
      testDescription: "a row too short", text: file(layers: [(0, [0, 1, 2]), (1, order)]),
      message: "layers[0].slots: 3 slots for 4 ranks of 2"),
    BadFile(
      testDescription: "cut short", text: String(file().prefix(60)),
      message: "placement: not a placement file"),
    BadFile(testDescription: "empty", text: "", message: "placement: not a placement file"),
  ]

  @Test(arguments: badFiles) func aBadFileIsOneFinding(_ bad: BadFile) throws {
    let folder = try TemporaryFolder()
    try folder.write(bad.text, to: "placement.json")
    let found = findings { try scenario.run(in: folder.path) }
    #expect(found.map(\.message) == [bad.message])
    #expect(found.first?.code == .invalidPlacement)
    #expect(found.first?.file?.hasSuffix("placement.json") == true)
    #expect(found.first?.help.isEmpty == false)
  }

  /// 8 experts and 2 copies do not fill 4 ranks; 4 copies would, and the finding says so.
  @Test(arguments: ["balanced", "eplb", "ilp"]) func copiesMustFillRanks(method: String) throws {
    let scenario = SmallScenario(
      steps: 1, placements: "[\(method): { redundantExperts: 2 }]", strategies: "[ep]")
    let found = findings { try scenario.run() }
    #expect(found.count == 1)
    #expect(found.first?.code == .invalidPlacement)
    #expect(found.first?.message.contains("do not fill 4 ranks") == true)
    #expect(found.first?.fixes == ["redundantExperts: 4"])
    let mended = SmallScenario(
      steps: 1, placements: "[\(method): { redundantExperts: 4 }]", strategies: "[ep, llep]")
    #expect(try mended.run().placements.map(\.slotsPerRank) == [3])
  }

  /// More copies than ranks could hold one each of are refused with the most that fit.
  @Test func copiesHaveALimit() throws {
    let scenario = SmallScenario(
      steps: 1, placements: "[balanced: { redundantExperts: 9000000000000000000 }]",
      strategies: "[ep]")
    let found = findings { try scenario.run() }
    #expect(found.map(\.code) == [.invalidPlacement])
    #expect(found.first?.fixes == ["redundantExperts: 24"])
  }

  /// Heavy experts apart: no placement that looks at loads is worse than blocks in order.
  @Test func placementsHelpWhereLoadsAreSkewed() throws {
    let result = try SmallScenario(
      tokens: 2048, steps: 3,
      placements:
        "[contiguous, balanced, eplb: { redundantExperts: 8 }, ilp: { stepBudget: 20000 }]",
      strategies: "[ep]"
    ).run()
    let imbalance = result.cells.map(\.tokenImbalance.mean)
    for other in imbalance.dropFirst() { #expect(other < imbalance[0]) }
    for placement in result.placements {
      guard let objective = placement.objective, let bound = placement.lowerBound else { continue }
      #expect(bound <= objective * (1 + 1e-9))
    }
  }
}
