import Domain
import Executor
import Testing

@Suite("Tokens of an execution")
struct RoutingTests {
  /// A source with 4 tokens and 3 experts that get 4, 3 and 1 copies: top-2.
  private static let layer = RoutedLayer(
    layer: 0, experts: 3, topK: 2, tokens: [4], copies: [4, 3, 1])

  @Test("counts are dealt to tokens so that each gets different experts", arguments: 0..<20)
  func dealing(seed: UInt64) {
    let tokens = DealtTokens(Self.layer, source: 0, seed: seed, step: 0)
    #expect(!tokens.isImposed)
    var counts = [0, 0, 0]
    for expert in tokens.choices { counts[Int(expert)] += 1 }
    #expect(counts == [4, 3, 1])
    for token in 0..<4 { #expect(tokens.choices[2 * token] != tokens.choices[2 * token + 1]) }
  }

  /// Three copies on expert 0 and two tokens: one token has it twice, which no gate can choose.
  @Test("a token with two copies on one expert is imposed") func imposing() {
    let layer = RoutedLayer(layer: 0, experts: 2, topK: 2, tokens: [2], copies: [3, 1])
    #expect(DealtTokens(layer, source: 0, seed: 1, step: 0).isImposed)
  }

  @Test("tokens that are known keep their experts") func known() {
    let layer = RoutedLayer(
      layer: 0, experts: 3, topK: 1, tokens: [1, 2], copies: [0, 0, 1, 1, 1, 0],
      choices: TokenChoices(experts: [2, 1, 0], topK: 1))
    #expect(DealtTokens(layer, source: 0, seed: 1, step: 0).choices == [2])
    #expect(DealtTokens(layer, source: 1, seed: 1, step: 0).choices == [1, 0])
  }
}
