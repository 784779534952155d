import Diagnostics
import Testing

@Suite struct SpellingTests {
  @Test(
    arguments: [
      ("nodes", "nodes", 0), ("nodess", "nodes", 1), ("ndoes", "nodes", 1), ("", "abc", 3),
      ("kitten", "sitting", 3), ("ca", "abc", 3),
    ] as [(String, String, Int)])
  func countsEdits(left: String, right: String, edits: Int) {
    #expect(Spelling.distance(left, right) == edits)
    #expect(Spelling.distance(right, left) == edits)
  }

  @Test(
    arguments: [
      ("nodess", "nodes"), ("Nodes", "nodes"), ("accelerater", "accelerator"),
      ("fabirc", "fabric"), ("acc", "accelerator"), ("zebra", nil), ("", nil), ("x", nil),
    ] as [(String, String?)])
  func suggestsTheNearest(word: String, expected: String?) {
    let keys = ["accelerator", "nodes", "acceleratorsPerNode", "fabric"]
    #expect(Spelling.nearest(to: word, in: keys) == expected)
  }

  @Test func longWordsAreBounded() {
    let long = String(repeating: "x", count: 100_000)
    #expect(Spelling.nearest(to: long, in: ["nodes"]) == nil)
  }
}
