private import RealModule

/// How a table's collector spread tokens over experts before it measured one rank.
public enum CollectorDistribution: Hashable, Sendable {
  /// Every token walks the experts with a fixed stride.
  case balanced
  /// A truncated power law; the heaviest group of experts is put on rank 0.
  case powerLaw(exponent: Double)

  /// Reads `balanced`, `uniform` or `power_law_1.2`.
  public init?(_ label: String) {
    if label == "balanced" || label == "uniform" {
      self = .balanced
    } else if label.hasPrefix("power_law_"), let exponent = Double(label.dropFirst(10)),
      exponent.isFinite, (0...10).contains(exponent)
    {
      self = .powerLaw(exponent: exponent)
    } else {
      return nil
    }
  }
}

/// How a collector hands out the tokens that rounding and clipping leave over.
///
/// The published tables were made by two versions of aiconfigurator's collector. With few tokens
/// almost all of them are left over, so the rule decides how many experts of rank 0 are active.
public enum RemainderRule: Hashable, Sendable {
  /// To the smallest experts in index order, from the last; they crowd one group.
  case smallestFirst
  /// To each rank in turn, there to the smallest expert.
  case roundRobin
}

/// The rows of rank 0 in one draw.
public struct RankDraw: Hashable, Sendable {
  public var rowsPerExpert: [Int32]
  /// Tokens of the group that chose at least one expert of rank 0.
  public var reachingTokens: Int

  public init(rowsPerExpert: [Int32], reachingTokens: Int) {
    self.rowsPerExpert = rowsPerExpert
    self.reachingTokens = reachingTokens
  }
}

/// One measured configuration, as far as the draw depends on it.
public struct DrawRequest: Hashable, Sendable {
  public var experts: Int
  public var topK: Int
  public var ranks: Int
  public var tokens: Int
  public var distribution: CollectorDistribution
  public var remainder: RemainderRule
  /// Physical experts after replication, where the table's experts were balanced first.
  public var balancedSlots: Int?
  /// Whether the measured kernel routes by itself, DeepSeek's way: within four of eight groups of
  /// experts, which changes what was drawn. TensorRT-LLM's kernels for few tokens do.
  public var routesWithinGroups: Bool

  public init(
    experts: Int, topK: Int, ranks: Int, tokens: Int, distribution: CollectorDistribution,
    remainder: RemainderRule, balancedSlots: Int? = nil, routesWithinGroups: Bool = false
  ) {
    self.experts = experts
    self.topK = topK
    self.ranks = ranks
    self.tokens = tokens
    self.distribution = distribution
    self.remainder = remainder
    self.balancedSlots = balancedSlots
    self.routesWithinGroups = routesWithinGroups
  }

  /// Draws a power-law table is the mean of.
  public static let drawsPerRow = 5

  /// The draws whose mean time the table reports: the same on every machine, since the seeds are the
  /// request's own numbers.
  ///
  /// - Complexity: O(draws · experts · log experts + tokens · topK).
  public func draws() -> [RankDraw] {
    switch distribution {
    case .balanced: [balancedDraw()]
    case .powerLaw(let exponent):
      (0..<Self.drawsPerRow).map { index in
        var stream = SplitMix(seed: seed(exponent: exponent, draw: index))
        return powerLawDraw(exponent: exponent, &stream)
      }
    }
  }

  private func seed(exponent: Double, draw: Int) -> UInt64 {
    let numbers = [experts, topK, ranks, tokens, Int((exponent * 1000).rounded()), draw]
    return numbers.reduce(0x9E37_79B9_7F4A_7C15) { state, number in
      var mixer = SplitMix(seed: state ^ UInt64(bitPattern: Int64(number)))
      return mixer.next()
    }
  }
}

// MARK: - Balanced

extension DrawRequest {
  /// Token t takes experts t, t + s, t + 2s, … with s = ⌈E / k⌉; fewer tokens than s are spread.
  private func balancedDraw() -> RankDraw {
    if routesWithinGroups {
      return GroupRouting(experts: experts, topK: topK).draw(
        tokens: tokens, local: 0..<experts / ranks, choices: balancedChoices)
    }
    let local = experts / ranks
    var rows = [Int32](repeating: 0, count: local)
    var reaching = 0
    for token in 0..<tokens {
      var reaches = false
      for expert in balancedChoices(token) {
        if expert < local {
          rows[expert] += 1
          reaches = true
        }
      }
      if reaches { reaching += 1 }
    }
    return RankDraw(rowsPerExpert: rows, reachingTokens: reaching)
  }
}

extension DrawRequest {
  private func balancedChoices(_ token: Int) -> [Int] {
    let stride = (experts + topK - 1) / topK
    let first = tokens >= stride ? token : token * stride / tokens
    return (0..<topK).map { (first + $0 * stride) % experts }
  }
}

// MARK: - Power law

extension DrawRequest {
  private func powerLawDraw(exponent: Double, _ stream: inout SplitMix) -> RankDraw {
    var counts = scaledCounts(exponent: exponent, &stream)
    switch remainder {
    case .smallestFirst: settleSmallestFirst(&counts)
    case .roundRobin: settleRoundRobin(&counts)
    }
    if let slots = balancedSlots {
      counts = ReplicatedDraw.slots(counts, slots: slots, ranks: ranks)
    }
    let local = counts.count / ranks
    let heaviest = balancedSlots == nil ? heaviestGroup(counts, size: local) : 0
    let own = heaviest * local..<(heaviest + 1) * local
    if routesWithinGroups {
      counts.swapAt(range: own, with: 0..<local)
      let dealt = dealtChoices(counts)
      return GroupRouting(experts: experts, topK: topK).draw(
        tokens: tokens, local: 0..<local
      ) { token in (0..<topK).map { dealt[token + $0 * tokens] } }
    }
    return RankDraw(
      rowsPerExpert: counts[own].map { Int32(clamping: $0) },
      reachingTokens: reaching(counts, own: own))
  }

  /// x = ((b^(1−a) − 1)·u·… )^(1/(1−a)) on 1 … 0.8 T, or 0.01 … 2 when there are no more copies than
  /// experts, scaled to the number of copies and rounded half to even.
  private func scaledCounts(exponent: Double, _ stream: inout SplitMix) -> [Int] {
    let copies = Double(tokens * topK)
    let (low, high) = tokens * topK > experts ? (1, 0.8 * Double(tokens)) : (0.01, 2)
    let shape = 1 - exponent
    let raw = (0..<experts).map { _ -> Double in
      let u = stream.uniform()
      guard abs(shape) > 1e-9 else { return low * Double.pow(high / low, u) }
      let a = Double.pow(low, shape)
      let b = Double.pow(high, shape)
      return Double.pow((b - a) * u + a, 1 / shape)
    }
    let total = raw.reduce(0, +)
    return raw.map { Int(($0 / total * copies).rounded(.toNearestOrEven)) }
  }

  /// Expert indices from the smallest count, equal counts from the last index.
  private func ascending(_ counts: [Int]) -> [Int] {
    counts.indices.sorted { counts[$0] != counts[$1] ? counts[$0] < counts[$1] : $0 > $1 }
  }

  private func settleSmallestFirst(_ counts: inout [Int]) {
    var overflow = counts.reduce(0) { $0 + max(0, $1 - tokens) }
    let order = ascending(counts.map { min($0, tokens) })
    for index in counts.indices { counts[index] = min(counts[index], tokens) }
    for expert in order where overflow > 0 {
      let taken = min(overflow, tokens - counts[expert])
      counts[expert] += taken
      overflow -= taken
    }
    var missing = tokens * topK - counts.reduce(0, +)
    let again = ascending(counts)
    var position = 0
    while missing > 0, position < experts * (tokens + 1) {
      let expert = again[position % experts]
      if counts[expert] < tokens {
        counts[expert] += 1
        missing -= 1
      }
      position += 1
    }
    while missing < 0 {
      let expert = again[position % experts]
      let target = counts[expert] > 0 ? expert : largest(counts)
      counts[target] -= 1
      missing += 1
      position += 1
    }
  }

  private func largest(_ counts: [Int]) -> Int {
    counts.indices.max { counts[$0] < counts[$1] } ?? 0
  }

  private func settleRoundRobin(_ counts: inout [Int]) {
    for index in counts.indices { counts[index] = min(counts[index], tokens) }
    var missing = tokens * topK - counts.reduce(0, +)
    let local = experts / ranks
    var moved = true
    while missing != 0, moved {
      moved = false
      for rank in 0..<ranks where missing != 0 {
        let own = rank * local..<(rank + 1) * local
        let chosen =
          missing > 0
          ? own.min { counts[$0] < counts[$1] } : own.max { counts[$0] < counts[$1] }
        guard let expert = chosen, missing > 0 ? counts[expert] < tokens : counts[expert] > 0
        else { continue }
        counts[expert] += missing.signum()
        missing -= missing.signum()
        moved = true
      }
    }
  }

  private func heaviestGroup(_ counts: [Int], size: Int) -> Int {
    let sums = (0..<ranks).map { counts[$0 * size..<($0 + 1) * size].reduce(0, +) }
    return sums.indices.max { sums[$0] < sums[$1] || (sums[$0] == sums[$1] && $0 > $1) } ?? 0
  }

  /// The expert of every copy, experts in falling order of count; copy p belongs to token p mod T.
  private func dealtChoices(_ counts: [Int]) -> [Int] {
    fallingOrder(counts).flatMap { [Int](repeating: $0, count: counts[$0]) }
  }

  private func fallingOrder(_ counts: [Int]) -> [Int] {
    counts.indices.sorted { counts[$0] != counts[$1] ? counts[$0] > counts[$1] : $0 < $1 }
  }

  /// Tokens with an expert in `own` when copies are dealt to tokens column by column, experts in
  /// falling order of count: expert e's copies go to consecutive tokens, wrapping round.
  private func reaching(_ counts: [Int], own: Range<Int>) -> Int {
    let order = fallingOrder(counts)
    var hit = [Bool](repeating: false, count: tokens)
    var position = 0
    for expert in order {
      if own.contains(expert) {
        for copy in 0..<min(counts[expert], tokens) { hit[(position + copy) % tokens] = true }
      }
      position += counts[expert]
    }
    return hit.count { $0 }
  }
}

extension [Int] {
  /// Exchanges two equally long ranges that do not overlap, or are the same.
  fileprivate mutating func swapAt(range first: Range<Int>, with second: Range<Int>) {
    guard first != second else { return }
    for (left, right) in zip(first, second) { swapAt(left, right) }
  }
}
