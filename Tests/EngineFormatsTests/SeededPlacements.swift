import Domain
import EngineFormats

/// A small generator whose seed is in every failure message.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: Int) { state = UInt64(truncatingIfNeeded: seed) &+ 0x9E37_79B9_7F4A_7C15 }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}

enum SeededPlacement {
  /// A placement of random sizes without empty slots; its first layer is `firstLayer`.
  static func make(seed: Int, firstLayer: Int = 0) throws -> ExpertPlacement {
    var random = SeededGenerator(seed: seed)
    let ranks = Int.random(in: 1...6, using: &random)
    let slots = Int.random(in: 1...5, using: &random)
    let experts = Int.random(in: slots...(ranks * slots), using: &random)
    let layers = (0..<Int.random(in: 1...4, using: &random)).map { index in
      ExpertPlacement.Layer(
        layer: firstLayer + index,
        slots: row(experts: experts, ranks: ranks, slots: slots, using: &random))
    }
    return try ExpertPlacement(experts: experts, ranks: ranks, slotsPerRank: slots, layers: layers)
  }

  /// Experts dealt round and round: `slots` ≤ `experts` consecutive ones never repeat on a rank.
  private static func row(
    experts: Int, ranks: Int, slots: Int, using random: inout SeededGenerator
  ) -> [Int32] {
    let names = (0..<experts).map { Int32($0) }.shuffled(using: &random)
    let dealt = (0..<ranks).map { rank in
      (0..<slots).map { names[(rank * slots + $0) % experts] }.shuffled(using: &random)
    }
    return dealt.shuffled(using: &random).flatMap { $0 }
  }
}

extension SourceFile {
  init(_ text: String, name: String = "map") { self.init(name: name, bytes: Array(text.utf8)) }
}
