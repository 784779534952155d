import Domain
import Testing

/// Steps cut into micro-batches.
@Suite struct MicroBatchTests {
  /// One rank with three tokens, top-2 of three experts, copies 3, 2 and 1. Dealt in turn to tokens 0,
  /// 1, 2, 0, 1, 2: expert 0 to all, expert 1 to 0 and 1, expert 2 to 2. Tokens 0 and 2 are the first
  /// micro-batch, token 1 the second.
  @Test func copiesAreDealtToTokens() {
    let layer = RoutedLayer(layer: 0, experts: 3, topK: 2, tokens: [3], copies: [3, 2, 1])
    let parts = RoutedStep(index: 4, layers: [layer]).microBatches(2)
    #expect(parts.map { $0.layers[0].tokens } == [[2], [1]])
    #expect(parts.map { $0.layers[0].copies } == [[2, 1, 1], [1, 1, 0]])
    #expect(parts.allSatisfy { $0.index == 4 })
  }

  /// Where tokens are known their own experts follow them.
  @Test func tokensKeepTheirExperts() {
    let layer = RoutedLayer(
      layer: 0, experts: 3, topK: 1, tokens: [2, 1], copies: [1, 1, 0, 0, 0, 1],
      choices: TokenChoices(experts: [0, 1, 2], topK: 1))
    let parts = RoutedStep(index: 0, layers: [layer]).microBatches(2)
    #expect(parts.map { $0.layers[0].choices?.experts } == [[0, 2], [1]])
    #expect(parts.map { $0.layers[0].copies } == [[1, 0, 0, 0, 0, 1], [0, 1, 0, 0, 0, 0]])
  }

  /// Parts are conserved, add up to the step, and give no expert more copies than there are tokens.
  @Test(arguments: 1...7) func partsAddUp(count: Int) {
    let experts = 5
    let tokens: [Int32] = [0, 1, 6, 13]
    // Token i of a rank takes experts i and i + 2, around.
    var copies = [Int32](repeating: 0, count: tokens.count * experts)
    for (source, number) in tokens.enumerated() {
      for token in 0..<Int(number) {
        copies[source * experts + token % experts] += 1
        copies[source * experts + (token + 2) % experts] += 1
      }
    }
    let layer = RoutedLayer(layer: 0, experts: experts, topK: 2, tokens: tokens, copies: copies)
    let parts = RoutedStep(index: 0, layers: [layer]).microBatches(count).map { $0.layers[0] }
    #expect(parts.count == count)
    #expect(parts.allSatisfy { $0.isConserved })
    for index in copies.indices {
      #expect(parts.reduce(0) { $0 + $1.copies[index] } == copies[index])
      #expect(parts.allSatisfy { $0.copies[index] <= $0.tokens[index / experts] })
    }
  }
}
