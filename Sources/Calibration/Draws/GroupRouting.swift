/// DeepSeek's group-limited routing applied to drawn choices (DeepSeek-V3 report, section 2.1.2).
///
/// Experts lie in eight groups; the four groups whose two best scores sum highest are kept. Chosen
/// experts all have the same score and all others the same lower one, so ties decide: the lowest
/// group and the lowest expert win, and choices outside the kept groups are replaced by the first
/// free experts inside them.
struct GroupRouting {
  static let groups = 8
  static let kept = 4

  var experts: Int
  var topK: Int

  /// The rows on experts `local` when every token's `choices` go through the groups.
  ///
  /// - Complexity: O(tokens · topK).
  func draw(tokens: Int, local: Range<Int>, choices: (Int) -> [Int]) -> RankDraw {
    var rows = [Int32](repeating: 0, count: local.count)
    var reaching = 0
    for token in 0..<tokens {
      var reaches = false
      for expert in routed(choices(token)) where local.contains(expert) {
        rows[expert - local.lowerBound] += 1
        reaches = true
      }
      if reaches { reaching += 1 }
    }
    return RankDraw(rowsPerExpert: rows, reachingTokens: reaching)
  }

  /// The experts that a token with the given choices really uses.
  func routed(_ choices: [Int]) -> [Int] {
    let size = experts / Self.groups
    var scores = SIMD8<Int>(repeating: 0)
    for choice in choices { scores[choice / size] = min(2, scores[choice / size] + 1) }
    var keeps = SIMDMask<SIMD8<Int>>(repeating: false)
    var left = Self.kept
    for score in stride(from: 2, through: 0, by: -1) {
      for group in 0..<Self.groups where scores[group] == score && left > 0 {
        keeps[group] = true
        left -= 1
      }
    }
    var result = choices.filter { keeps[$0 / size] }
    var candidate = 0
    while result.count < topK, candidate < experts {
      if keeps[candidate / size], !result.contains(candidate) { result.append(candidate) }
      candidate += 1
    }
    return result
  }
}
