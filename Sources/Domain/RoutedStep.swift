/// The routing of one layer in one step: how many token copies every source rank sends to every
/// expert.
///
/// A token that is routed to *k* experts counts as *k* copies. The numbers are exact whether they
/// were replayed from a trace or drawn.
public struct RoutedLayer: Hashable, Sendable {
  /// The layer's number in the model.
  public let layer: Int
  /// Ranks that tokens come from.
  public let sources: Int
  /// Routed experts of the layer.
  public let experts: Int
  public let topK: Int
  /// Tokens on every source rank, `[sources]`.
  public let tokens: [Int32]
  /// Token copies, `[sources × experts]`, row by row.
  public let copies: [Int32]
  /// The experts of every token where the routing is known token by token.
  public let choices: TokenChoices?

  public init(
    layer: Int, experts: Int, topK: Int, tokens: [Int32], copies: [Int32],
    choices: TokenChoices? = nil
  ) {
    precondition(copies.count == tokens.count * experts, "copies must be sources × experts")
    self.layer = layer
    self.sources = tokens.count
    self.experts = experts
    self.topK = topK
    self.tokens = tokens
    self.copies = copies
    self.choices = choices
  }

  /// Copies from `source` to `expert`.
  @inlinable public func copies(from source: Int, to expert: Int) -> Int32 {
    copies[source * experts + expert]
  }

  /// Copies that each expert receives from the sources in `range`, `[experts]`.
  ///
  /// - Complexity: O(sources × experts).
  public func expertLoads(from range: Range<Int>) -> [Int] {
    var loads = [Int](repeating: 0, count: experts)
    for source in range {
      let row = source * experts
      for expert in 0..<experts { loads[expert] += Int(copies[row + expert]) }
    }
    return loads
  }

  /// Copies that each expert receives from all sources, `[experts]`.
  public var expertLoads: [Int] { expertLoads(from: 0..<sources) }

  /// The routing of the sources in `range` alone, as their expert-parallel group sees it.
  ///
  /// - Complexity: O(copied counts).
  public func slice(_ range: Range<Int>) -> RoutedLayer {
    let before = tokens[..<range.lowerBound].reduce(0) { $0 + Int($1) }
    let own = tokens[range].reduce(0) { $0 + Int($1) }
    let choices = choices.map {
      TokenChoices(
        experts: Array($0.experts[(before * $0.topK)..<((before + own) * $0.topK)]), topK: $0.topK)
    }
    return RoutedLayer(
      layer: layer, experts: experts, topK: topK, tokens: Array(tokens[range]),
      copies: Array(copies[(range.lowerBound * experts)..<(range.upperBound * experts)]),
      choices: choices)
  }

  /// Whether every source sends exactly *k* copies of each of its tokens and nothing is negative.
  public var isConserved: Bool {
    (0..<sources).allSatisfy { source in
      let row = copies[(source * experts)..<((source + 1) * experts)]
      let sum = row.reduce(0) { $0 + Int($1) }
      return row.allSatisfy { $0 >= 0 } && sum == Int(tokens[source]) * topK
    }
  }
}

/// The experts of every token of one layer, token by token.
public struct TokenChoices: Hashable, Sendable {
  /// Expert ids, `[tokens × topK]`; tokens stand source rank by source rank.
  public let experts: [UInt16]
  public let topK: Int

  public init(experts: [UInt16], topK: Int) {
    self.experts = experts
    self.topK = topK
  }

  /// The number of tokens.
  public var tokens: Int { topK == 0 ? 0 : experts.count / topK }
}

/// The routing of all layers in one step.
public struct RoutedStep: Hashable, Sendable {
  /// The step's number, from zero.
  public let index: Int
  public let layers: [RoutedLayer]

  public init(index: Int, layers: [RoutedLayer]) {
    self.index = index
    self.layers = layers
  }
}
