import Results
import Testing

@testable import Reports

@Suite("The terminal summary")
struct TerminalSummaryTests {
  @Test func saysItAllInOrder() {
    var sample = SampleComparison(placements: ["contiguous", "balanced"], steps: 40)
    sample.outOfMemory = ["contiguous/llep"]
    sample.expectations = [
      .init(
        metric: "p99StepTime", condition: "< 50 ms", cell: "balanced/llep", value: 0.0412,
        passed: true)
    ]
    let text = TerminalSummary.render(sample.make(), width: 120, colour: false)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(
      lines[0]
        == "skewed-decode   2 nodes × 4 h100-sxm-80, qwen3-30b-a3b, 64 experts, top-8, 40 steps")
    #expect(lines[2].contains("placement   strategy  step time (ms)"))
    #expect(lines[3].hasPrefix("  balanced    llep"))
    #expect(lines.contains { $0.hasPrefix("  contiguous  ep") && $0.contains("  baseline  ") })
    #expect(lines.contains { $0.hasSuffix("out of memory") })
    #expect(lines.contains("  passed  p99StepTime < 50 ms for balanced/llep: 41.2 ms"))
    #expect(lines[lines.count - 2] == "  balanced/llep is fastest.")
    #expect(lines.last == "")
  }

  /// Numbers of a column end at the same place.
  @Test func columnsAreAligned() {
    let text = TerminalSummary.render(SampleComparison().make(), width: 120)
    let rows = text.split(separator: "\n").filter { $0.contains(" ± ") || $0.contains("baseline") }
    #expect(rows.count >= 6)
    let ends = rows.compactMap { row in
      row.firstRange(of: " GB").map { row.distance(from: row.startIndex, to: $0.lowerBound) }
    }
    #expect(Set(ends).count == 1, "\(text)")
  }

  @Test(arguments: Samples.all.map(\.name) + Samples.odd.map(\.name), [20, 60, 80, 100, 200])
  func noLineIsWiderThanTheTerminal(name: String, width: Int) throws {
    let sample = try #require((Samples.all + Samples.odd).first { $0.name == name }?.sample)
    let text = TerminalSummary.render(sample.make(), width: width)
    let limit = max(40, width)
    for line in text.split(separator: "\n") {
      // Below 60 columns the two numbers that always stay may need more than there is.
      #expect(TerminalTable.width(String(line)) <= max(limit, 60), "\(line)")
    }
  }

  @Test func colourIsOnlyThereWhenAsked() {
    let result = SampleComparison(outOfMemory: ["ilp/llep"]).make()
    #expect(!TerminalSummary.render(result, width: 100, colour: false).contains("\u{1B}"))
    let coloured = TerminalSummary.render(result, width: 100, colour: true)
    #expect(coloured.contains("\u{1B}[1m"))
    let plain = coloured.replacing(/\u{1B}\[[0-9]+m/, with: "")
    let lines = plain.split(separator: "\n").map { $0.trimmingSuffix(while: { $0 == " " }) }
    let expected = TerminalSummary.render(result, width: 100).split(separator: "\n")
    #expect(lines == expected.map { $0.trimmingSuffix(while: { $0 == " " }) })
  }

  @Test(arguments: Samples.hostile)
  func hostileNamesCannotSteerATerminal(name: String) {
    let sample = SampleComparison(scenario: name, placements: [name, "b"], steps: 4)
    let text = TerminalSummary.render(sample.make(), width: 80)
    #expect(!text.contains("\u{1B}") && !text.contains("\u{0}") && !text.contains("\u{202E}"))
    #expect(text.split(separator: "\n").allSatisfy { TerminalTable.width(String($0)) <= 80 })
  }
}

extension Substring {
  fileprivate func trimmingSuffix(while isDropped: (Character) -> Bool) -> Substring {
    var end = endIndex
    while end > startIndex, isDropped(self[index(before: end)]) { end = index(before: end) }
    return self[startIndex..<end]
  }
}

@Suite("Markdown and CSV")
struct TextFormatTests {
  @Test(arguments: Samples.all.map(\.name) + Samples.odd.map(\.name))
  func markdownHasAllSections(name: String) throws {
    let sample = try #require((Samples.all + Samples.odd).first { $0.name == name }?.sample)
    let text = MarkdownReport.render(sample.make())
    let headings = text.split(separator: "\n").filter { $0.hasPrefix("## ") }.map {
      $0.dropFirst(3)
    }
    #expect(headings == SectionOrder.all.map { Substring($0.heading) })
    #expect(text.utf8.count < 250_000)
    #expect(text == MarkdownReport.render(sample.make()))
  }

  /// Every row of a table has as many cells as its header.
  @Test(arguments: ["usual", "large"]) func markdownTablesAreWhole(name: String) throws {
    let sample = try #require(Samples.all.first { $0.name == name }?.sample)
    var expected: Int?
    for line in MarkdownReport.render(sample.make()).split(
      separator: "\n", omittingEmptySubsequences: false)
    {
      let cells = line.replacing("\\|", with: "").count { $0 == "|" }
      guard line.hasPrefix("| ") else {
        expected = nil
        continue
      }
      #expect(cells == expected ?? cells, "\(line)")
      expected = cells
    }
  }

  @Test(arguments: Samples.hostile)
  func hostileNamesCannotFormat(name: String) {
    let escaped = MarkdownReport.escaped(name)
    #expect(!escaped.contains("\n") && !escaped.contains("<"))
    #expect(!escaped.replacing("\\|", with: "").contains("|"))
    #expect(!escaped.replacing("\\`", with: "").contains("`"))
  }

  @Test func csvHasARowForEveryCell() throws {
    let result = SampleComparison(outOfMemory: ["ilp/ep"]).make()
    let lines = CSVReport.render(result).split(separator: "\r\n")
    #expect(lines.count == result.cells.count + 1)
    let header = lines[0].split(separator: ",")
    let mean = try #require(header.firstIndex(of: "meanSeconds"))
    for (line, cell) in zip(lines.dropFirst(), result.cells) {
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      #expect(fields.count == header.count)
      #expect(fields[1] == cell.placement && fields[2] == cell.strategy)
      #expect(Double(fields[mean]) == cell.stepTime.meanSeconds)
    }
    #expect(lines.count { $0.contains(",true,") } == 1)
  }

  @Test func csvQuotesAndDisarms() {
    let sample = SampleComparison(
      scenario: "=1+1", placements: ["a,\"b\""], strategies: ["ep"], steps: 1)
    let lines = CSVReport.render(sample.make()).split(separator: "\r\n")
    #expect(lines[1].hasPrefix("'=1+1,\"a,\"\"b\"\"\",ep,false,best,1.0,"))
    #expect(lines[1].contains(",,"), "the interval of one step is not defined")
  }
}

@Suite("Text and numbers of reports")
struct ReadableTextTests {
  @Test(
    arguments: [
      ([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c"),
      (["a", "b", "c", "d", "e"], "a, b, c and 2 more"),
    ] as [([String], String)])
  func lists(items: [String], text: String) {
    #expect(ReadableText.list(items) == text)
  }

  /// The interval decides how many digits are shown: 25.6 ± 0.7, but 25.600 ± 0.003.
  @Test func digitsFollowTheInterval() {
    let wide = NumberColumn([0.0256, 0.0418], intervals: [[0.0249, 0.0263], nil], factor: 1000)
    #expect(wide.text(0.0256, [0.0249, 0.0263]) == "25.6 ± 0.7")
    #expect(wide.text(0.0418) == "41.8")
    let narrow = NumberColumn([0.0256], intervals: [[0.025597, 0.025603]], factor: 1000)
    #expect(narrow.text(0.0256, [0.025597, 0.025603]) == "25.600 ± 0.003")
    #expect(narrow.text(nil) == "–" && narrow.text(.nan) == "–")
    #expect(NumberColumn([1234]).text(1234) == "1,234")
  }
}
