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
  func balancedChoices(_ token: Int) -> [Int] {
    let stride = (experts + topK - 1) / topK
    let first = tokens >= stride ? token : token * stride / tokens
    return (0..<topK).map { (first + $0 * stride) % experts }
  }
}
