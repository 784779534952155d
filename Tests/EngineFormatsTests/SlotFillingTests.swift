import Domain
import EngineFormats
import Testing

/// Empty slots get copies before a placement goes to an engine.
@Suite struct SlotFillingTests {
  @Test func theExpertWithMostCopiesFillsTheSlot() throws {
    // Expert 1 is on ranks 0 and 1, so rank 2 gets a third copy of it, not one of 0, 2 or 3.
    let placement = try ExpertPlacement(
      experts: 4, ranks: 3, slotsPerRank: 2, layers: [.init(layer: 3, slots: [0, 1, 1, 2, 3, -1])])
    let filled = FilledPlacement(placement)
    #expect(filled.placement.layers[0].slots == [0, 1, 1, 2, 3, 1])
    #expect(filled.added.map { [$0.layer, $0.rank, $0.expert] } == [[3, 2, 1]])
    #expect(
      filled.note == "1 empty slot holds a further copy (layer 3, rank 2: expert 1)")
  }

  @Test func aRankNeverGetsAnExpertTwice() throws {
    // Rank 0 holds expert 1 already, so its slot goes to expert 2.
    let placement = try ExpertPlacement(
      experts: 3, ranks: 2, slotsPerRank: 3, layers: [.init(layer: 0, slots: [0, 1, -1, 1, 2, 0])])
    #expect(FilledPlacement(placement).placement.layers[0].slots == [0, 1, 2, 1, 2, 0])
  }

  @Test func aRankWithEveryExpertKeepsItsGap() throws {
    let placement = try ExpertPlacement(
      experts: 2, ranks: 1, slotsPerRank: 3, layers: [.init(layer: 0, slots: [0, 1, -1])])
    let filled = FilledPlacement(placement)
    #expect(filled.placement == placement)
    #expect(filled.note == nil)
    #expect(throws: FormatFault.self) { try SGLangMap.write(filled.placement) }
  }

  /// With gaps punched into them, two hundred placements still go through every form.
  @Test func everyFormTakesWhatWasFilled() throws {
    for seed in 0..<200 {
      let whole = try SeededPlacement.make(seed: seed, firstLayer: 0)
      let gaps = whole.layers.map { layer in
        var slots = layer.slots
        for slot in slots.indices where (slot * 7 + seed) % 5 == 0 {
          let others = slots.indices.filter { $0 != slot && slots[$0] == slots[slot] }
          if !others.isEmpty { slots[slot] = -1 }
        }
        return ExpertPlacement.Layer(layer: layer.layer, slots: slots)
      }
      let placement = try ExpertPlacement(
        experts: whole.experts, ranks: whole.ranks, slotsPerRank: whole.slotsPerRank, layers: gaps)
      let filled = FilledPlacement(placement)
      let empty = gaps.reduce(0) { $0 + $1.slots.count { $0 < 0 } }
      #expect(filled.added.count == empty, "seed \(seed)")
      #expect(filled.placement.layers.allSatisfy { !$0.slots.contains(-1) }, "seed \(seed)")
      for format in EngineFormats.placements {
        let text = try format.write(filled.placement).text
        let reading = MapReading(ranks: whole.ranks)
        #expect(try format.read(SourceFile(text), reading) == filled.placement, "seed \(seed)")
      }
    }
  }
}
