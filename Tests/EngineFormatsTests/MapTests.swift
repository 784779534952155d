import Domain
import EngineFormats
import Foundation
import Testing

/// Placements written for an engine and read back.
@Suite struct MapTests {
  /// Layers 2 and 3 on two ranks of two slots; expert 1 has a copy on each rank in layer 2.
  static func worked() throws -> ExpertPlacement {
    try ExpertPlacement(
      experts: 3, ranks: 2, slotsPerRank: 2,
      layers: [.init(layer: 2, slots: [0, 1, 1, 2]), .init(layer: 3, slots: [2, 0, 1, 2])])
  }

  @Test func everyFormReturnsWhatItWasGiven() throws {
    for seed in 0..<200 {
      let firstLayer = seed % 4
      let placement = try SeededPlacement.make(seed: seed, firstLayer: firstLayer)
      for format in EngineFormats.placements {
        let text = try format.write(placement).text
        let reading = MapReading(ranks: placement.ranks, firstLayer: firstLayer)
        #expect(
          try format.read(SourceFile(text), reading) == placement, "seed \(seed), \(format.name)")
      }
    }
  }

  @Test func sglangHasARowForEveryLayerOfTheModel() throws {
    let map = try SGLangMap.write(Self.worked())
    // Slots 0 to 3 of the two dense layers hold experts 0, 1, 2 and again 0.
    #expect(
      map.text == """
        {"physical_to_logical_map": [
          [0, 1, 2, 0],
          [0, 1, 2, 0],
          [0, 1, 1, 2],
          [2, 0, 1, 2]
        ]}

        """)
    #expect(map.notes == ["rows 0 to 1, which the placement lacks, hold the experts in order"])
  }

  @Test func tensorRTNamesLayersAsTheModelDoes() throws {
    #expect(
      try TensorRTMap.write(Self.worked()).text == """
        num_slots: 4
        initial_global_assignments:
          2: [0, 1, 1, 2]
          3: [2, 0, 1, 2]
        layer_updates_per_iter: 0

        """)
  }

  @Test func eplbHasTheThreeMaps() throws {
    // Layer 2: expert 1 is in slots 1 and 2, the others once; layer 3: expert 2 in slots 0 and 3.
    #expect(
      try EPLBMap.write(Self.worked()).text == """
        {"physical_to_logical_map": [
          [0, 1, 1, 2],
          [2, 0, 1, 2]
        ],
        "logical_to_physical_map": [
          [[0, -1], [1, 2], [3, -1]],
          [[1, -1], [2, -1], [0, 3]]
        ],
        "expert_count": [
          [1, 2, 1],
          [1, 1, 2]
        ]}

        """)
  }

  @Test func ascendCountsMoELayersFromZero() throws {
    let map = try AscendMap.write(Self.worked())
    #expect(map.text.contains("\"layer_id\": 1, \"device_count\": 2"))
    #expect(map.text.contains("{\"device_id\": 1, \"device_expert\": [1, 2]}"))
    #expect(map.notes.count == 1)
  }

  @Test func emptySlotsAreRefusedByEveryForm() throws {
    let placement = try ExpertPlacement(
      experts: 3, ranks: 2, slotsPerRank: 2, layers: [.init(layer: 5, slots: [0, 1, 2, -1])])
    for format in EngineFormats.placements {
      let fault = #expect(throws: FormatFault.self) { try format.write(placement) }
      #expect(fault?.kind == .cannotHold)
      #expect(
        fault?.message
          == "layer 5: slot 1 of rank 1 is empty, which '\(format.name)' cannot express")
    }
  }

  @Test func sglangRefusesAGapBetweenLayers() throws {
    let placement = try ExpertPlacement(
      experts: 2, ranks: 1, slotsPerRank: 2,
      layers: [.init(layer: 0, slots: [0, 1]), .init(layer: 2, slots: [1, 0])])
    let fault = #expect(throws: FormatFault.self) { try SGLangMap.write(placement) }
    #expect(fault?.message.hasSuffix("goes from layer 0 to layer 2") == true)
    #expect(try TensorRTMap.write(placement).text.contains("  2: [1, 0]"))
  }

  /// One damaged map.
  struct Damage: Sendable, CustomTestStringConvertible {
    let kind: String
    let text: String
    let says: String
    var ranks: Int? = 2
    var testDescription: String { "\(kind): \(says)" }
  }

  static let damaged: [Damage] = [
    Damage(kind: "sglang", text: "", says: "ends where a value"),
    Damage(kind: "sglang", text: "{\"physical_to_logical_map\": [[0, 1", says: "text ends"),
    Damage(kind: "sglang", text: "{}", says: "'physical_to_logical_map' is missing"),
    Damage(kind: "sglang", text: "[1]", says: "'physical_to_logical_map' is missing"),
    Damage(kind: "sglang", text: "{\"physical_to_logical_map\": []}", says: "an empty list"),
    Damage(
      kind: "sglang", text: "{\"physical_to_logical_map\": [[0, 1], [0]]}", says: "has 1 numbers"),
    Damage(
      kind: "sglang", text: "{\"physical_to_logical_map\": [[0, 1.5]]}", says: "not a whole number"),
    Damage(
      kind: "sglang", text: "{\"physical_to_logical_map\": [[0, 1e400]]}", says: "is no number"),
    Damage(
      kind: "sglang", text: "{\"physical_to_logical_map\": [[0, 4000000000]]}", says: "no expert"),
    Damage(kind: "sglang", text: "{\"physical_to_logical_map\": [[0, -1]]}", says: "no expert"),
    Damage(kind: "sglang", text: "{\"physical_to_logical_map\": [[0, 1, 0]]}", says: "divide"),
    Damage(
      kind: "sglang", text: "{\"physical_to_logical_map\": [[0, 1]]}", says: "how many ranks",
      ranks: nil),
    Damage(
      kind: "sglang", text: "{\"physical_to_logical_map\": [[0, 0, 1, 2]]}",
      says: "holds expert 0 twice"),
    Damage(
      kind: "sglang", text: "{\"physical_to_logical_map\": [[0, 3, 1, 0]]}",
      says: "expert 2 is on no rank"),
    Damage(kind: "sglang", text: "{\"a\": 1, \"a\": 2}", says: "stands twice"),
    Damage(
      kind: "sglang", text: String(repeating: "[", count: 100_000), says: "more than 64 deep"),
    Damage(kind: "sglang", text: "PK\u{3}\u{4}abc", says: "torch.save"),
    Damage(
      kind: "eplb",
      text: "{\"physical_to_logical_map\": [[0, 1]], \"expert_count\": [[1, 2]]}",
      says: "expert_count does not count"),
    Damage(
      kind: "eplb",
      text: "{\"physical_to_logical_map\": [[0, 1]], \"logical_to_physical_map\": [[[1], [0]]]}",
      says: "names slot 1, which does not hold expert 0"),
    Damage(
      kind: "vllm-ascend", text: "{\"moe_layer_count\": 2, \"layer_list\": [{}]}",
      says: "layer_list has 1 entries"),
    Damage(
      kind: "vllm-ascend",
      text: """
        {"moe_layer_count": 1, "layer_list": [{"layer_id": 0, "device_count": 2, "device_list": [
        {"device_id": 0, "device_expert": [0, 1]}, {"device_id": 1, "device_expert": [1]}]}]}
        """, says: "another 1"),
    Damage(
      kind: "vllm-ascend",
      text: """
        {"moe_layer_count": 1, "layer_list": [{"layer_id": 0, "device_count": 2, "device_list": [
        {"device_id": 0, "device_expert": [0]}, {"device_id": 0, "device_expert": [1]}]}]}
        """, says: "stands twice"),
    Damage(kind: "tensorrt-llm", text: "a: [", says: "did not find"),
    Damage(kind: "tensorrt-llm", text: "a: &x [1]\nb: *x", says: "anchors or aliases"),
    Damage(
      kind: "tensorrt-llm", text: "initial_global_assignments:\n  3: [0]\n  3: [0]",
      says: "'3' stands twice"),
    Damage(
      kind: "tensorrt-llm", text: "num_slots: x\ninitial_global_assignments:\n  3: [0]",
      says: "num_slots is no whole number"),
    Damage(kind: "tensorrt-llm", text: "num_slots: 2", says: "has no layers"),
    Damage(
      kind: "tensorrt-llm", text: "num_slots: 4\ninitial_global_assignments:\n  3: [0, 1]",
      says: "has 2 slots"),
    Damage(
      kind: "tensorrt-llm", text: "num_slots: 2\ninitial_global_assignments:\n  x: [0, 1]",
      says: "a layer's number"),
  ]

  @Test(arguments: damaged) func damagedMapsAreNamed(_ damage: Damage) throws {
    let format = try #require(EngineFormats.placement(named: damage.kind))
    let fault = #expect(throws: FormatFault.self) {
      try format.read(SourceFile(damage.text), MapReading(ranks: damage.ranks))
    }
    #expect(fault?.kind == .malformed)
    #expect(fault?.message.contains(damage.says) == true, "\(fault?.message ?? "")")
  }

  @Test func noDamageOfTextEndsTheProcess() throws {
    let placement = try SeededPlacement.make(seed: 11)
    for format in EngineFormats.placements {
      let text = Array(try format.write(placement).text.utf8)
      for seed in 0..<400 {
        var random = SeededGenerator(seed: seed)
        var bytes = Array(text.prefix(Int.random(in: 0...text.count, using: &random)))
        for _ in 0..<Int.random(in: 0...4, using: &random) where !bytes.isEmpty {
          let place = Int.random(in: 0..<bytes.count, using: &random)
          bytes[place] = UInt8.random(in: 0...255, using: &random)
        }
        // Either a fault or a placement that keeps the rules; anything else would trap.
        _ = try? format.read(
          SourceFile(name: "m", bytes: bytes), MapReading(ranks: placement.ranks))
      }
    }
  }
}
