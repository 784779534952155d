import Diagnostics
import Domain
import Scenarios
import Testing

/// Garbled scenarios: reading never traps, and says why wherever there is no scenario.
@Suite struct MutationTests {
  /// SplitMix64, so that a seed in a failure message runs alone.
  struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }

  static let fragments = [
    "null", "~", "[]", "{}", "[[]]", "{a: {b: [c]}}", "-1", "0", "1e308", "9223372036854775807",
    "-9223372036854775808", "9223372036854775808", "1e400", "nan", ".inf", "''", "\"\"", "true",
    "|\n  text", "> 1", "&x", "*x", "!!int x", "? ", ": ", "- ", "\t", "\u{FEFF}", "é🙂", "%", "@",
    "50 GB/s", "50 GB", "1e9 TB/s", "100 %", "{ <<: *x }", "<<: {a: 1}", "#", "\\", "'", "\"", "{",
    "}", "[", "]", ",", "layers: 1000", "nodes: 65536", "topK: 4096", "experts: 1", "[0, 0]",
    "18446744073709551616", "0x10", "1_000", "\u{E000}", "name: ''", "ep", "llep: 3",
  ]

  @Test(arguments: 0..<300)
  func garbledScenariosAreRead(seed: Int) {
    var generator = Generator(state: UInt64(seed))
    var text = seed % 3 == 0 ? ScenarioTemplate.text(name: "x") : TestVocabulary.good
    for _ in 0..<Int.random(in: 1...4, using: &generator) {
      text = Self.mutate(text, &generator)
    }
    let reading = TestVocabulary.read(text)
    #expect(reading.scenario != nil || reading.findings.containsErrors, "seed \(seed):\n\(text)")
    #expect(
      reading.scenario == nil || !reading.findings.containsErrors, "seed \(seed):\n\(text)")
    for finding in reading.findings {
      #expect(!finding.message.isEmpty && !finding.message.hasSuffix("."), "seed \(seed)")
    }
    _ = FindingText(colour: true).render(reading.findings)
    _ = FindingJSON.render(reading.findings)
    _ = reading.scenario?.dryRunSummary
    _ = ClusterReader().read(text: text, file: "c.yaml")
  }

  /// Every value of a good scenario replaced by every fragment, one at a time.
  @Test func everyValueOfEveryWrongType() {
    let lines = TestVocabulary.good.split(separator: "\n").map(String.init)
    for index in lines.indices {
      guard let colon = lines[index].firstIndex(of: ":") else { continue }
      for fragment in Self.fragments {
        var changed = lines
        changed[index] = lines[index][...colon] + " " + fragment
        let reading = TestVocabulary.read(changed.joined(separator: "\n") + "\n")
        #expect(
          reading.scenario != nil || reading.findings.containsErrors,
          "line \(index + 1): \(changed[index])")
      }
    }
  }

  static func mutate(_ text: String, _ generator: inout Generator) -> String {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let line = Int.random(in: 0..<lines.count, using: &generator)
    let fragment = fragments.randomElement(using: &generator) ?? ""
    switch Int.random(in: 0..<8, using: &generator) {
    case 0: lines.remove(at: line)
    case 1: lines.insert(lines[line], at: line)
    case 2: lines[line] = "  " + lines[line]
    case 3: lines[line] = String(lines[line].shuffled(using: &generator))
    case 4: lines.insert(fragment, at: line)
    case 5:
      guard let colon = lines[line].firstIndex(of: ":") else { break }
      lines[line] = lines[line][...colon] + " " + fragment
    case 6: lines.swapAt(line, Int.random(in: 0..<lines.count, using: &generator))
    default:
      let offset = Int.random(in: 0...lines[line].count, using: &generator)
      let place = lines[line].index(lines[line].startIndex, offsetBy: offset)
      lines[line].insert(contentsOf: fragment, at: place)
    }
    return lines.joined(separator: "\n")
  }
}
