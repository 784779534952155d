import Diagnostics
import Domain
import Foundation
import Scenarios
import Testing

@Suite struct BrokenFileTests {
  @Test(
    arguments: [
      ("", FindingCode.emptyFile), ("\n \n", .emptyFile), ("# only a comment\n", .emptyFile),
      ("---\n", .emptyFile), ("a: 1\n---\nb: 2\n", .severalDocuments), ("cluster: {", .syntax),
      ("cluster:\n\tnodes: 4\n", .syntax), ("a: 'open\nb: 1\n", .syntax), ("a: b: c\n", .syntax),
      ("expect: { speedup: > 1.2 }", .syntax), ("- a\n- b\n", .wrongType), ("word", .wrongType),
      ("42", .wrongType), ("a: \u{1}\n", .syntax), ("a: *nowhere\n", .syntax),
      ("%YAML 9\n", .syntax),
      ("a: !!binary x\n", .unknownKey), ("? [a, b]\n: c\n", .wrongType), ("<<: 1\n", .unknownKey),
      ("a: \"\\uD800\"\n", .syntax), ("&a [*a]", .syntax), ("null", .missingValue),
      ("{a: 1, a: 2, a: 3}", .duplicateKey), ("? a\n? a\n", .duplicateKey),
    ] as [(String, FindingCode)])
  func isOneClearFinding(text: String, code: FindingCode) {
    let reading = TestVocabulary.read(text)
    #expect(reading.scenario == nil)
    #expect(
      reading.findings.contains { $0.code == code && $0.severity == .error },
      "\(FindingText().render(reading.findings))")
  }

  @Test func truncationsNeverTrap() {
    let text = TestVocabulary.good
    for length in stride(from: 0, to: text.count, by: 3) {
      let reading = TestVocabulary.read(String(text.prefix(length)))
      #expect(reading.scenario != nil || reading.findings.containsErrors, "cut at \(length)")
    }
  }

  @Test func deepNestingIsRefused() {
    let text = "a: " + String(repeating: "[", count: 20_000)
    #expect(TestVocabulary.read(text).findings.containsErrors)
    let braces = String(repeating: "{a: ", count: 20_000)
    #expect(TestVocabulary.read(braces).findings.containsErrors)
  }

  /// Aliases of aliases: a thousand million entries if anyone counted them.
  @Test func multipliedAliasesAreHarmless() {
    var text = "x0: &x0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n"
    for level in 1..<12 {
      let inner = [String](repeating: "*x\(level - 1)", count: 10).joined(separator: ", ")
      text += "x\(level): &x\(level) [\(inner)]\n"
    }
    #expect(TestVocabulary.read(text).findings.containsErrors)
    #expect(TestVocabulary.read(text + "placements: *x11\n").findings.containsErrors)
    #expect(TestVocabulary.read(text + "? *x11\n: 1\n").findings.containsErrors)
  }

  @Test func filesThatCannotBeRead() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "shunt-scenarios-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func code(_ name: String, _ bytes: [UInt8]?) throws -> FindingCode? {
      let file = folder.appendingPathComponent(name)
      if let bytes { try Data(bytes).write(to: file) }
      let reading = TestVocabulary.reader.read(file: file.path)
      #expect(reading.scenario == nil)
      #expect(reading.findings.count == 1)
      return reading.findings.first?.code
    }
    #expect(try code("missing.yaml", nil) == .missingFile)
    #expect(try code("", nil) == .unreadableFile)
    #expect(try code("latin.yaml", [0x61, 0x3A, 0x20, 0xE9, 0x0A]) == .notText)
    #expect(try code("wide.yaml", [0xFF, 0xFE, 0x61, 0x00]) == .notText)
    #expect(try code("nul.yaml", [0x61, 0x00]) == .notText)
    #expect(try code("empty.yaml", []) == .emptyFile)
    #expect(try code("large.yaml", [UInt8](repeating: 0x61, count: 5_000_000)) == .fileTooLarge)
  }

  @Test func pathsMustExist() throws {
    var reader = TestVocabulary.reader
    reader.checksFiles = true
    let reading = reader.read(text: TestVocabulary.good, file: "s.yaml", folder: "/nowhere")
    #expect(reading.findings.map(\.code) == [.missingFile])
    #expect(reading.findings.map(\.message) == ["there is no file 'p.json'"])
    #expect(reading.findings.exitStatus == 66)
  }

  /// Everything on one long line: places must not be counted from its start each time.
  @Test func longLinesAreReadInGoodTime() {
    let keys = (0..<40_000).map { "key\($0): 1" }.joined(separator: ", ")
    #expect(TestVocabulary.read("{\(keys)}\n").findings.containsErrors)
    let ranks = (0..<60_000).map { "\($0 % 32)" }.joined(separator: ", ")
    let reading = TestVocabulary.read(replacing: "ranks: [3]", with: "ranks: [\(ranks)]")
    #expect(reading.scenario?.cluster.slowdowns.first?.ranks.count == 60_000)
  }

  @Test func manyFindingsAreCutOff() {
    let text = (0..<2000).map { "key\($0): 1\n" }.joined()
    let findings = TestVocabulary.read(text).findings
    #expect(findings.count < 250)
    #expect(findings.contains { $0.code == .tooManyFindings })
  }
}
