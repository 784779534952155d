public import Domain
private import Statistics

/// The experts of every token of one source rank in one layer.
public struct DealtTokens: Hashable, Sendable {
  /// Expert numbers, `[tokens × topK]`; of a token's experts the first has the largest weight.
  public let choices: [UInt16]
  public let tokens: Int
  /// True where some token has two copies on one expert, which no top-k gate can choose.
  public let isImposed: Bool

  /// Deals the copies of `source` to its tokens: as the layer's own choices say where it has them,
  /// else so that every token gets *k* different experts, which exist whenever no expert has more
  /// copies than there are tokens.
  ///
  /// Copies stand expert by expert and are dealt round the tokens, so those of one expert meet
  /// different tokens; then the tokens are put in random order, and so are each token's experts.
  ///
  /// - Complexity: O(tokens × *k* + experts).
  public init(_ layer: RoutedLayer, source: Int, seed: UInt64, step: Int) {
    let count = Int(layer.tokens[source])
    tokens = count
    if let known = layer.choices {
      let before = layer.tokens[..<source].reduce(0) { $0 + Int($1) }
      choices = Array(known.experts[(before * known.topK)..<((before + count) * known.topK)])
    } else {
      choices = Self.deal(layer, source: source, seed: seed, step: step)
    }
    isImposed = !Self.areDistinct(choices, tokens: count)
  }

  private static func deal(
    _ layer: RoutedLayer, source: Int, seed: UInt64, step: Int
  ) -> [UInt16] {
    let tokens = Int(layer.tokens[source])
    guard tokens > 0 else { return [] }
    var stream = RandomStream(
      seed: seed, purpose: "execution tokens", step, layer.layer, source)
    var order = Array(0..<tokens)
    stream.shuffle(&order)
    var choices = [UInt16](repeating: 0, count: tokens * layer.topK)
    var place = 0
    for expert in 0..<layer.experts {
      for _ in 0..<layer.copies(from: source, to: expert) where place < choices.count {
        choices[order[place % tokens] * layer.topK + place / tokens] = UInt16(expert)
        place += 1
      }
    }
    for token in 0..<tokens {
      let first = token * layer.topK
      for last in stride(from: layer.topK - 1, to: 0, by: -1) {
        choices.swapAt(first + last, first + stream.uniformInteger(below: last + 1))
      }
    }
    return choices
  }

  private static func areDistinct(_ choices: [UInt16], tokens: Int) -> Bool {
    guard tokens > 0 else { return true }
    let topK = choices.count / tokens
    for first in stride(from: 0, to: choices.count, by: topK) {
      for place in first..<(first + topK)
      where choices[first..<place].contains(choices[place]) { return false }
    }
    return true
  }
}
