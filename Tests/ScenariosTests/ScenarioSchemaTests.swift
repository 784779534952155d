import Diagnostics
import Foundation
import Scenarios
import Testing

@Suite struct ScenarioSchemaTests {
  static let text = ScenarioSchema.json(
    routings: TestVocabulary.routings, modifiers: TestVocabulary.modifiers,
    placements: TestVocabulary.placements, strategies: TestVocabulary.strategies)

  private func schema() throws -> [String: Any] {
    let object = try JSONSerialization.jsonObject(with: Data(Self.text.utf8))
    return try #require(object as? [String: Any])
  }

  private func properties(_ schema: [String: Any]?) -> [String: [String: Any]] {
    schema?["properties"] as? [String: [String: Any]] ?? [:]
  }

  @Test func isTheSameEachTime() {
    let again = ScenarioSchema.json(
      routings: TestVocabulary.routings, modifiers: TestVocabulary.modifiers,
      placements: TestVocabulary.placements, strategies: TestVocabulary.strategies)
    #expect(Self.text == again)
  }

  @Test func namesItsDraftAndTheTopKeys() throws {
    let schema = try schema()
    #expect(schema["$schema"] as? String == "https://json-schema.org/draft/2020-12/schema")
    #expect(schema["required"] as? [String] == ["cluster", "model", "workload"])
    #expect(schema["additionalProperties"] as? Bool == false)
    #expect(
      properties(schema).keys.sorted() == [
        "cluster", "expect", "memory", "model", "name", "parallelism", "placements", "routing",
        "simulation", "strategies", "sweep", "workload",
      ])
  }

  /// A key the reader suggests is one the schema has: both come from one description.
  @Test func agreesWithTheReader() throws {
    for section in ["cluster", "workload", "parallelism", "memory", "expect"] {
      let keys = properties(properties(try schema())[section]).keys.sorted()
      let findings = TestVocabulary.read("\(section): { qqqqqq: 1 }\n").findings
      let help = findings.first { $0.code == .unknownKey }?.help.first ?? ""
      let listed = help.dropFirst("'\(section)' takes ".count).split(separator: ",").map {
        $0.trimmingCharacters(in: .whitespaces)
      }
      #expect(listed.sorted() == keys, "\(section)")
    }
  }

  @Test func everyKeyIsDescribed() throws {
    func check(_ schema: [String: Any], _ path: String) {
      for (key, value) in properties(schema) {
        #expect((value["description"] as? String)?.isEmpty == false, "\(path).\(key)")
        check(value, "\(path).\(key)")
      }
      for inner in schema["anyOf"] as? [[String: Any]] ?? [] { check(inner, path) }
      if let items = schema["items"] as? [String: Any] { check(items, path) }
    }
    check(try schema(), "")
  }

  @Test func unitsArePatterns() throws {
    let cluster = properties(properties(try schema())["cluster"])
    let link = try #require((cluster["interNode"]?["anyOf"] as? [[String: Any]])?.last)
    let choices = try #require(properties(link)["bandwidth"]?["anyOf"] as? [[String: Any]])
    let pattern = try #require(choices.first?["pattern"] as? String)
    let regex = try NSRegularExpression(pattern: pattern)
    func matches(_ text: String) -> Bool {
      regex.firstMatch(in: text, range: NSRange(text.startIndex..., in: text)) != nil
    }
    #expect(matches("50 GB/s") && matches("400Gb/s") && matches("1.5e3 MB/s"))
    #expect(!matches("50") && !matches("50 GB") && !matches("fast"))
  }
}
