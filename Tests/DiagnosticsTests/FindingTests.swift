import Diagnostics
import Testing

@Suite struct FindingTests {
  static let source = SourceText(
    file: "scenarios/skewed.yaml", text: "cluster:\n  accelerator: h100\n  nodess: 4\n\tx: 1\n")

  static let misspelt = source.finding(
    .error, .unknownKey, at: source.position(line: 3, column: 3),
    "no key 'nodess' in 'cluster'; did you mean 'nodes'?",
    fixes: ["write 'nodes' instead of 'nodess'"], help: ["'cluster' takes accelerator, nodes"])

  @Test func showsTheLineWithACaret() {
    #expect(
      FindingText().render([Self.misspelt]) == """
        error: no key 'nodess' in 'cluster'; did you mean 'nodes'? [unknown-key]
          --> scenarios/skewed.yaml:3:3
           |
         3 |   nodess: 4
           |   ^^^^^^
           = help: 'cluster' takes accelerator, nodes

        1 error

        """)
  }

  @Test func carriesNothingItDoesNotKnow() {
    let finding = Finding(.warning, .idleRanks, "some ranks hold none")
    #expect(
      FindingText().render([finding])
        == "warning: some ranks hold none [idle-ranks]\n\n1 warning\n")
    #expect(FindingText().render([]) == "")
  }

  @Test func tabsKeepTheCaretInPlace() {
    let finding = Self.source.finding(
      .error, .syntax, at: Self.source.position(line: 4, column: 2), "a tab")
    #expect(FindingText().render(finding).contains(" 4 | \tx: 1\n   | \t^\n"))
  }

  @Test func colourAddsOnlyEscapes() {
    let plain = FindingText().render([Self.misspelt])
    let coloured = FindingText(colour: true).render([Self.misspelt])
    #expect(coloured != plain)
    #expect(coloured.replacing(/\u{1B}\[[0-9;]*m/, with: "") == plain)
  }

  @Test func jsonIsAsPromised() {
    #expect(
      FindingJSON.render([Self.misspelt]) == """
        {
          "findings": [
            {
              "code": "unknown-key",
              "column": 3,
              "file": "scenarios/skewed.yaml",
              "fixes": [
                "write 'nodes' instead of 'nodess'",
                "'cluster' takes accelerator, nodes"
              ],
              "line": 3,
              "message": "no key 'nodess' in 'cluster'; did you mean 'nodes'?",
              "severity": "error"
            }
          ],
          "schemaVersion": 1
        }

        """)
    #expect(FindingJSON.render([]) == "{\n  \"findings\": [],\n  \"schemaVersion\": 1\n}\n")
  }

  @Test(
    arguments: [
      ("a\"b\\c", "\"a\\\"b\\\\c\""), ("\n\t\r\u{1}", "\"\\n\\t\\r\\u0001\""), ("é", "\"é\""),
    ])
  func jsonTextIsEscaped(text: String, json: String) {
    #expect(JSONValue.string(text).text == json)
  }

  @Test func numbersAreShort() {
    #expect(JSONValue.number(2).text == "2")
    #expect(JSONValue.number(0.1).text == "0.1")
    #expect(JSONValue.number(.nan).text == "null")
  }

  @Test(
    arguments: [
      (1, 1, 7), (2, 3, 11), (2, 16, 4), (3, 3, 6), (3, 11, 1), (9, 1, 1), (2, 99, 1),
    ])
  func underlinesTheToken(line: Int, column: Int, length: Int) {
    #expect(Self.source.position(line: line, column: column).length == length)
  }

  @Test func findingsAreReadInOrder() {
    func finding(_ file: String, _ line: Int) -> Finding {
      Finding(.error, .syntax, file: file, position: SourcePosition(line: line, column: 1), "x")
    }
    let sorted = [finding("b", 9), finding("a", 3), finding("b", 2)].inReadingOrder()
    #expect(sorted.map { "\($0.file ?? "")\($0.position?.line ?? 0)" } == ["b2", "b9", "a3"])
  }

  @Test func exitStatusTellsContentFromAccess() {
    let missing = Finding(.error, .missingFile, "x")
    let wrong = Finding(.error, .syntax, "x")
    let doubt = Finding(.warning, .idleRanks, "x")
    #expect([Finding]().exitStatus == 0)
    #expect([doubt].exitStatus == 0)
    #expect([missing, doubt].exitStatus == 66)
    #expect([missing, wrong].exitStatus == 65)
  }

  /// The compiler makes every code have an explanation; here each must be a paragraph of its own.
  @Test(arguments: FindingCode.allCases)
  func everyCodeIsExplained(code: FindingCode) {
    #expect(code.explanation.count > 80)
    #expect(code.explanation.hasSuffix("."))
    #expect(FindingCode(written: code.rawValue.uppercased()) == code)
    #expect(code.rawValue.allSatisfy { $0.isLowercase || $0 == "-" })
  }
}
