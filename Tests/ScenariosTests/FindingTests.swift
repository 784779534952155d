import Diagnostics
import Domain
import Scenarios
import Testing

/// One wrong piece at a time in a good scenario: what is said, and where.
@Suite struct FindingTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let piece: String
    let other: String
    let code: FindingCode
    let place: String
    let message: String

    init(
      _ piece: String, _ other: String, _ code: FindingCode, _ place: String, _ message: String
    ) {
      self.piece = piece
      self.other = other
      self.code = code
      self.place = place
      self.message = message
    }

    var testDescription: String { "\(code.rawValue): \(other)" }
  }

  static let keys: [Case] = [
    Case(
      "nodes: 4", "nodess: 4", .unknownKey, "4:3",
      "no key 'nodess' in 'cluster'; did you mean 'nodes'?"),
    Case(
      "name: skewed", "nmae: skewed", .unknownKey, "1:1",
      "no key 'nmae' in the scenario; did you mean 'name'?"),
    Case(
      "model:\n", "model:\n  layers: 3\n", .duplicateKey, "12:3",
      "key 'layers' stands twice in one mapping"),
    Case(
      "  steps: 200", "  phase: prefill", .duplicateKey, "15:3",
      "key 'phase' stands twice in one mapping"),
    Case(
      "seed: 7,", "seed: 7, seed: 8,", .duplicateKey, "22:24",
      "key 'seed' stands twice in one mapping"),
    Case(
      "  tokensPerRank: 128\n", "", .missingKey, "12:1",
      "'workload' needs the key 'tokensPerRank'"),
    Case("nodes: 4", "nodes:", .missingValue, "4:3", "'nodes' has no value"),
    Case("nodes: 4", "nodes: [4]", .wrongType, "4:10", "'nodes' needs a whole number, not a list"),
    Case(
      "nodes: 4", "nodes: four", .wrongType, "4:10",
      "'nodes' needs a whole number, not 'four'"),
    Case("nodes: 4", "nodes: 4.5", .wrongType, "4:10", "'nodes' needs a whole number, not '4.5'"),
    Case("nodes: 4", "nodes: -4", .outOfRange, "4:10", "'nodes' must be 1 to 65536, not '-4'"),
    Case(
      "nodes: 4", "nodes: 99999999999999999999", .outOfRange, "4:10",
      "'nodes' must be 1 to 65536, not '99999999999999999999'"),
    Case(
      "memory: { expertWeights: all, reserved: 2 GiB }", "memory: [a]", .wrongType, "23:9",
      "'memory' needs a mapping with expertWeights, reserved, not a list"),
  ]

  static let values: [Case] = [
    Case(
      "400 Gb/s", "50", .missingUnit, "6:27",
      "'bandwidth': '50' needs a unit, such as '50 GB/s'"),
    Case(
      "400 Gb/s", "50 GB", .unknownUnit, "6:27",
      "'bandwidth': 'GB' is not a unit of this quantity; write it as in '50 GB/s'"),
    Case(
      "400 Gb/s", "fast", .notANumber, "6:27",
      "'bandwidth': 'fast' is not a number with a unit"),
    Case(
      "400 Gb/s", "0 GB/s", .outOfRange, "6:27",
      "'bandwidth' must be 1 B/s to 100000 TB/s, not '0 GB/s'"),
    Case(
      "400 Gb/s", "-5 GB/s", .outOfRange, "6:27",
      "'bandwidth' must be 1 B/s to 100000 TB/s, not '-5 GB/s'"),
    Case(
      "compute: 1.15", "compute: .nan", .notANumber, "8:36",
      "'compute' needs a number, not '.nan'"),
    Case(
      "compute: 1.15", "compute: nan", .notANumber, "8:36",
      "'compute' needs a number, not 'nan'"),
    Case("95 %", "1.5", .outOfRange, "18:27", "'fraction' must be 0 % to 100 %, not '1.5'"),
    Case(
      "kind: railOptimized", "kind: railOptimised", .unknownChoice, "7:19",
      "'kind' has no choice 'railOptimised'; did you mean 'railOptimized'?"),
    Case(
      "phase: decode", "phase: decoding", .unknownChoice, "13:10",
      "'phase' has no choice 'decoding'; did you mean 'decode'?"),
    Case(
      "tokensPerRank: 128", "tokensPerRank: 0", .outOfRange, "14:18",
      "'tokensPerRank' is 0: without tokens there is nothing to route or to time; give at least 1"),
    Case(
      "ranks: [3]", "ranks: [32]", .unknownRank, "8:23",
      "there is no rank 32; ranks run from 0 to 31"),
    Case(
      "\"< 30 ms\"", "30 ms", .badComparison, "24:24",
      "'p99StepTime' needs a comparison, not '30 ms'"),
    Case(
      "\"< 30 ms\"", "\"< 30\"", .badComparison, "24:24",
      "'30' is not a threshold for 'p99StepTime'"),
  ]

  static let references: [Case] = [
    Case(
      "h200-sxm-141", "h200-smx-141", .unknownAccelerator, "3:16",
      "the catalogue has no accelerator 'h200-smx-141'; did you mean 'h200-sxm-141'?"),
    Case(
      "deepseek-v3", "deepsek-v3", .unknownModel, "10:11",
      "the catalogue has no model 'deepsek-v3'; did you mean 'deepseek-v3'?"),
    Case("[3, 4, 5]", "[3, 4, 61]", .unknownLayer, "11:18", "the model has no MoE layer 61"),
    Case("[3, 4, 5]", "[3, 4, 4]", .conflictingKeys, "11:18", "layer 4 stands twice"),
    Case("[3, 4, 5]", "59", .outOfRange, "11:11", "the model has 58 MoE layers, not 59"),
    Case(
      "roundRobin", "roundrobin", .unknownChoice, "20:26",
      "there is no placement 'roundrobin'; did you mean 'roundRobin'?"),
    Case(
      "[ep,", "[ep, ep,", .duplicateLabel, "21:18", "two entries of 'strategies' are called 'ep'"),
    Case(
      "name: small chunks", "name: a/b", .badLabel, "21:84",
      "a label must be text of one line without '/', not 'a/b'"),
    Case(
      "capacityFactor: 1.5", "capacity: 1.5", .unknownKey, "21:26",
      "no key 'capacity' in 'llep'; did you mean 'capacityFactor'?"),
    Case(
      "capacityFactor: 1.5", "capacityFactor: x", .notANumber, "21:42",
      "'capacityFactor' needs a number, not 'x'"),
    Case(
      "timeLimit: 10 s", "timeLimit: 10", .missingUnit, "20:78",
      "'timeLimit': '10' needs a unit, such as '8 us'"),
    Case("file: p.json", "file", .missingKey, "20:86", "'file' needs the key 'path'"),
    Case(", experts: 4", "", .missingKey, "18:3", "'hotExperts' needs the key 'experts'"),
    Case(
      "drift: { period: 10 }", "drfit: {}", .unknownChoice, "19:16",
      "there is no modifier 'drfit'; did you mean 'drift'?"),
  ]

  static let wholes: [Case] = [
    Case(
      "expert: 32", "expert: 24", .expertParallelism, "16:24",
      "expert-parallel groups of 24 do not divide 32 ranks"),
    Case(
      "tensor: 1", "tensor: 2", .unsupportedParallelism, "16:55",
      "tensor parallelism of 2 cannot be simulated yet; only 1 can"),
    Case(
      "attentionData: 32", "attentionData: 8", .unsupportedParallelism, "16:43",
      "attentionData of 8 on 32 ranks cannot be simulated yet; only 32 can"),
    Case(
      "layers: [3, 4, 5]", "topK: 300", .topKAboveExperts, "11:9",
      "topK is 300, but a layer has only 256 experts"),
    Case(
      "nodes: 4", "nodes: 65536", .tooLarge, "4:10",
      "65536 nodes of 8 accelerators are more than 65536 ranks, the most that can be simulated"),
    Case(
      "400 Gb/s", "900 GB/s", .fastBetweenNodes, "6:27",
      "900 GB/s between nodes is faster than 450 GB/s inside them; units swapped?"),
    Case(
      "steps: 200", "microBatches: 2", .unusedKey, "15:17",
      "'microBatches' has no effect in decode"),
    Case(
      "4 us", "4 s", .implausibleValue, "6:46",
      "4 s for 'interNode.latency' is far from what machines have"),
    Case(
      "h200-sxm-141", "jetson-agx-orin-32", .catalogGap, "3:16",
      "no figure is known for peaks of 'jetson-agx-orin-32'"),
    Case(
      "h200-sxm-141", "H200-SXM-80GB", .otherMemorySize, "3:16",
      "'H200-SXM-80GB' was read as 'h200-sxm-141', which has 141 GiB"),
  ]

  @Test(arguments: keys + values + references + wholes)
  func saysWhatAndWhere(wrong: Case) throws {
    let text = TestVocabulary.good.replacing(wrong.piece, with: wrong.other)
    #expect(text != TestVocabulary.good)
    let findings = TestVocabulary.read(text).findings
    let finding = try #require(
      findings.first { $0.code == wrong.code }, "\(FindingText().render(findings))")
    #expect(finding.message == wrong.message)
    let position = finding.position.map { "\($0.line):\($0.column)" }
    #expect(position == wrong.place, "\(FindingText().render(finding))")
    #expect(finding.file == "s.yaml")
  }

  @Test func allFindingsAtOnce() {
    let text = TestVocabulary.good
      .replacing("nodes: 4", with: "nodess: 4").replacing("400 Gb/s", with: "50")
      .replacing("[ep,", with: "[eb,").replacing("steps: 200", with: "steps: -1")
      .replacing("seed: 7,", with: "seed: 7, seed: 8,")
    let findings = TestVocabulary.read(text).findings
    #expect(
      findings.map(\.code) == [
        .unknownKey, .missingUnit, .outOfRange, .unknownChoice, .duplicateKey,
      ], "\(FindingText().render(findings))")
  }

  @Test func misspeltKeysAreNotMissingToo() {
    let findings = TestVocabulary.read(replacing: "model:", with: "modle:").findings
    #expect(findings.map(\.code) == [.unknownKey], "\(FindingText().render(findings))")
    let tokens = TestVocabulary.read(replacing: "tokensPerRank", with: "tokensPerRnak").findings
    #expect(tokens.map(\.code) == [.unknownKey], "\(FindingText().render(tokens))")
  }

  @Test(
    arguments: [
      ("expect: { speedup: > 1.2 }", "a value that begins with '>' needs quotes"),
      ("cluster:\n\tnodes: 4\n", "YAML indents with spaces; this line has a tab"),
      ("cluster: { nodes: 4", "the file may have been cut short"),
    ])
  func syntaxErrorsComeWithAHint(text: String, hint: String) {
    #expect(TestVocabulary.read(text).findings.map(\.help) == [[hint]])
  }

  @Test func rendersAsDocumented() {
    let findings = TestVocabulary.read(replacing: "  nodes: 4", with: "  nodess: 4").findings
    #expect(
      FindingText().render(findings) == """
        error: no key 'nodess' in 'cluster'; did you mean 'nodes'? [unknown-key]
          --> s.yaml:4:3
           |
         4 |   nodess: 4
           |   ^^^^^^
           = help: 'cluster' takes accelerator, node, nodes, acceleratorsPerNode, intraNode, \
        interNode, fabric, slowdown

        1 error

        """)
  }
}
