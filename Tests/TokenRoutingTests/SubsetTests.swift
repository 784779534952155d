import Testing

@testable import Statistics

@Suite struct SubsetTests {
  // Both ways to draw sets follow one law: each member is in size/members of the sets, with the
  // binomial variance, and the counts sum to count × size.
  @Test(arguments: [(4, 2, 300), (16, 5, 40), (6, 6, 10), (5, 0, 10), (1, 1, 3), (300, 8, 20)])
  func setsAreUniform(members: Int, size: Int, count: Int) {
    for isByMember in [false, true] {
      var stream = RandomStream(seed: 3, purpose: "sets", members, isByMember ? 1 : 0)
      var sum = 0.0
      var squares = 0.0
      let rounds = 2000 / members + 20
      for _ in 0..<rounds {
        var counts = [Int32](repeating: 0, count: members + 2)
        if isByMember {
          stream.subsetsByMember(count, size, members, &counts, 1)
        } else {
          stream.subsetsOneByOne(count, size, members, &counts, 1)
        }
        #expect(counts[0] == 0 && counts[members + 1] == 0)
        let inner = counts[1...members].map(Double.init)
        #expect(inner.reduce(0, +) == Double(count * size))
        #expect(inner.allSatisfy { $0 <= Double(count) })
        let expected = Double(count * size) / Double(members)
        sum += inner[0]
        squares += inner.reduce(0) { $0 + ($1 - expected) * ($1 - expected) }
      }
      let chance = Double(size) / Double(members)
      let variance = Double(count) * chance * (1 - chance)
      let samples = Double(rounds * members)
      #expect(abs(squares / samples - variance) <= 0.15 * variance + 1e-9)
      let error = (variance / Double(rounds)).squareRoot()
      #expect(abs(sum / Double(rounds) - Double(count) * chance) <= 4.5 * error + 1e-9)
    }
  }
}
