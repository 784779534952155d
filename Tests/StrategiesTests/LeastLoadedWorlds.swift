import Strategies
import Testing

/// Random numbers that are the same everywhere, from a seed (SplitMix64).
struct SeededNumbers: RandomNumberGenerator {
  private var state: UInt64

  init(seed: Int) { state = UInt64(truncatingIfNeeded: seed) }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

/// A layer of the paper's controlled benchmark: 8 ranks, experts in contiguous blocks.
struct BenchmarkLayer: Sendable, CustomTestStringConvertible {
  var name: String
  var experts: Int
  var topK: Int
  var tokensPerRank: Int
  let ranks = 8

  static let gptOSS = BenchmarkLayer(
    name: "gpt-oss-120b", experts: 128, topK: 4, tokensPerRank: 32768)
  static let deepSeekV3 = BenchmarkLayer(
    name: "DeepSeek-V3", experts: 256, topK: 8, tokensPerRank: 16384)

  var testDescription: String { name }

  var homes: [Int] { (0..<experts).map { $0 / (experts / ranks) } }

  /// Copies of each expert on one rank (all ranks are alike): the first tokens are hot, and slot k
  /// of a hot token goes to hot expert k mod n, of cold token i to cold expert (i + k) mod (N − n),
  /// where i counts the rank's tokens from the first, hot ones included.
  func counts(hotPercent: Int, hotExperts: Int) -> [Int] {
    var counts = Array(repeating: 0, count: experts)
    let hotTokens = tokensPerRank * hotPercent / 100
    for slot in 0..<topK {
      counts[slot % hotExperts] += hotTokens
      for token in hotTokens..<tokensPerRank {
        counts[hotExperts + (token + slot) % (experts - hotExperts)] += 1
      }
    }
    return counts
  }

  func plan(
    hotPercent: Int, hotExperts: Int,
    settings: LeastLoadedSettings = LeastLoadedSettings()
  ) -> LeastLoadedAssignment {
    let loads = counts(hotPercent: hotPercent, hotExperts: hotExperts).map { $0 * ranks }
    return LeastLoadedAssignment(loads: loads, homes: homes, ranks: ranks, settings: settings)
  }

  func dispatch(hotPercent: Int, hotExperts: Int, plan: LeastLoadedAssignment) -> CopyDispatch {
    let counts = counts(hotPercent: hotPercent, hotExperts: hotExperts)
    let sources = (0..<ranks).flatMap { _ in counts }
    return CopyDispatch(counts: sources, intervals: plan.intervals, ranks: ranks)
  }
}

/// A small layer drawn from a seed: uneven loads, any homes, any settings.
struct RandomLayer {
  var ranks: Int
  var homes: [Int]
  var counts: [Int]
  var settings: LeastLoadedSettings

  var experts: Int { homes.count }
  var loads: [Int] {
    (0..<experts).map { expert in
      (0..<ranks).reduce(0) { $0 + counts[$1 * experts + expert] }
    }
  }

  init(seed: Int) {
    var numbers = SeededNumbers(seed: seed)
    let ranks = Int.random(in: 1...9, using: &numbers)
    let experts = Int.random(in: 1...24, using: &numbers)
    let ceiling = [0, 1, 30, 4000].randomElement(using: &numbers) ?? 30
    self.ranks = ranks
    homes = (0..<experts).map { _ in Int.random(in: 0..<ranks, using: &numbers) }
    counts = (0..<(ranks * experts)).map { _ in
      Bool.random(using: &numbers) ? 0 : Int.random(in: 0...ceiling, using: &numbers)
    }
    settings = LeastLoadedSettings(
      capacityFactor: [0, 0.5, 1, 1.1, 2, 50].randomElement(using: &numbers) ?? 1,
      minimumChunk: [0, 1, 7, 500, .max].randomElement(using: &numbers) ?? 1,
      imbalanceThreshold: [nil, 1, 1.3, 3].randomElement(using: &numbers) ?? nil)
  }

  var plan: LeastLoadedAssignment {
    LeastLoadedAssignment(loads: loads, homes: homes, ranks: ranks, settings: settings)
  }
}
